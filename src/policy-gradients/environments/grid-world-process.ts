// The maze behind the grid world as a decision process: which places there are, and what each move leads to.

import type { Transitions } from "./decision-process.js";

export interface GridWorldSettings {
  readonly layout: readonly string[];
  readonly slip: number;
  readonly goalElsewhere: number;
  readonly goalReward: number;
  readonly holeReward: number;
  readonly stepReward: number;
}

/** States are numbered by where the goal is, then by where the agent is; both from the top left, row by row. */
export interface Maze {
  readonly height: number;
  readonly width: number;
  /** What is seen of each state: the agent's place and the goal's, `row * width + column`. */
  readonly agentOf: Int32Array;
  readonly goalOf: Int32Array;
  readonly transitions: Transitions;
}

/** Right, up, left, down. */
const ROWS: readonly number[] = [0, -1, 0, 1];
const COLUMNS: readonly number[] = [1, 0, -1, 0];
const ACTIONS = 4;

export function mazeOf(settings: GridWorldSettings): Maze {
  const { layout, slip, goalElsewhere } = settings;
  const width = layout[0].length;
  const places = layout.join("");
  const floor = placesWhere(places, (sign) => sign !== "#" && sign !== "H");
  const marked = placesWhere(places, (sign) => sign === "S");

  const usual = places.indexOf("G");
  const others = goalElsewhere > 0 ? floor.filter((place) => place !== usual && !marked.includes(place)) : [];
  const goals = [usual, ...others];
  const goalLaw = goals.map((goal) => (goal === usual ? 1 - goalElsewhere : goalElsewhere / others.length));

  const perGoal = floor.length - 1;
  const states = goals.length * perGoal;
  const agentOf = new Int32Array(states);
  const goalOf = new Int32Array(states);
  const start = new Float64Array(states);
  const outcomes = slip > 0 ? 3 : 1;
  const chances = slip > 0 ? [1 - slip, slip / 2, slip / 2] : [1];
  const turns = [0, 1, 3];
  const next = new Int32Array(states * ACTIONS * outcomes);
  const probability = new Float64Array(next.length);
  const reward = new Float64Array(next.length);

  for (let g = 0, s = 0, k = 0; g < goals.length; g++) {
    const goal = goals[g];
    const free = floor.filter((place) => place !== goal);
    const starts = marked.length > 0 ? marked : free;
    for (const place of free) {
      agentOf[s] = place;
      goalOf[s] = goal;
      if (starts.includes(place)) start[s] = goalLaw[g] / starts.length;
      for (let action = 0; action < ACTIONS; action++) {
        for (let outcome = 0; outcome < outcomes; outcome++, k++) {
          const to = neighbour(place, (action + turns[outcome]) % ACTIONS);
          const isEnd = to === goal || places[to] === "H";
          next[k] = isEnd ? -1 : g * perGoal + free.indexOf(to);
          probability[k] = chances[outcome];
          reward[k] = to === goal ? settings.goalReward : isEnd ? settings.holeReward : settings.stepReward;
        }
      }
      s++;
    }
  }
  const transitions = { states, actions: ACTIONS, outcomes, next, probability, reward, start };
  return { height: layout.length, width, agentOf, goalOf, transitions };

  /** Where a move ends: walls and the border are not entered. */
  function neighbour(place: number, direction: number): number {
    const row = Math.floor(place / width) + ROWS[direction];
    const column = (place % width) + COLUMNS[direction];
    if (row < 0 || row >= layout.length || column < 0 || column >= width) return place;
    const to = row * width + column;
    return places[to] === "#" ? place : to;
  }
}

function placesWhere(places: string, holds: (sign: string) => boolean): number[] {
  return Array.from(places, (sign, place) => (holds(sign) ? place : -1)).filter((place) => place >= 0);
}
