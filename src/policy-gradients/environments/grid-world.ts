// A grid world whose every answer is known: a maze with a goal, seen as a number, as ones among zeros or as a picture. With `goalElsewhere` it is
// the "cheese in the corner" of Langosco et al. 2022, in which going to the corner is nearly as good as going to the goal.

import { closedUnit, finiteNumber, knownOptions, nonNegativeNumber, oneOf, refuse } from "../../arguments/index.js";
import type { Random } from "../../random/random.js";
import { type DecisionProcess, decisionProcess } from "./decision-process.js";
import { type EnvironmentDefinition, environmentRecord, limitOption } from "./definition.js";
import { type EnvironmentRecord, type Space, sizeOfSpace } from "./environment.js";
import { type GridWorldSettings, type Maze, mazeOf } from "./grid-world-process.js";
import { environmentOf, type Task } from "./task.js";
import { limited } from "./wrappers/time-limit.js";

export interface GridWorldOptions {
  /** Rows of equal length: `#` wall, `G` the one goal, `H` hole, `S` start, anything of `.` floor. An open 5 x 5 with the goal at the top left. */
  layout?: readonly string[];
  /** The probability that a move goes to one of the sides, each as often; 0. */
  slip?: number;
  /** The probability that an episode's goal is not at `G` but on the floor elsewhere, not at a start, all places alike; 0. */
  goalElsewhere?: number;
  /** 1. */
  goalReward?: number;
  /** -1. */
  holeReward?: number;
  /** Of a step that ends nothing; 0. */
  stepReward?: number;
  /**
   * `number`: the state's, a choice. `oneHot`: a one among zeros for the agent's place, then, with `goalElsewhere`, for the goal's. `picture`:
   * `[height, width, 3]` of walls, agent and goal, and a fourth for holes where there are any. `number` where left out.
   */
  observation?: "number" | "oneHot" | "picture";
  /** 100; null for no limit. */
  maxEpisodeSteps?: number | null;
}

type Settings = GridWorldSettings & {
  readonly observation: "number" | "oneHot" | "picture";
  readonly maxEpisodeSteps: number | null;
};

/** The exact answers about a grid world, and what its environment shows of each state. */
export interface GridWorldProcess extends DecisionProcess {
  /** `[states, size of an observation]` */
  readonly observations: Float64Array;
  /** `[states]`: `row * width + column` of the agent, and of the goal. */
  readonly agentOf: Int32Array;
  readonly goalOf: Int32Array;
}

/** One variable: the number of the state. */
function gridWorldTask(settings: Settings): Task {
  const maze = mazeOf(settings);
  const { states, outcomes, next, probability, reward, start } = maze.transitions;
  return {
    name: "GridWorld",
    observationSpace: spaceOf(settings, maze),
    actionSpace: { kind: "discrete", count: maze.transitions.actions },
    variables: 1,

    begin(s, random) {
      s[0] = drawn(start, 0, states, random);
    },

    // Hot. After the end the number of the last state stays, for no state is there any more.
    advance(s, action, result, random) {
      const first = (s[0] * 4 + action[0]) * outcomes;
      const k = outcomes === 1 ? first : drawn(probability, first, outcomes, random);
      result.reward = reward[k];
      result.terminated = next[k] < 0;
      if (!result.terminated) s[0] = next[k];
    },

    observe: (s, observation) => show(settings, maze, s[0], observation, 0),
  };
}

/** An index from `first` on, with these probabilities of which there are `count`. */
function drawn(probability: Float64Array, first: number, count: number, random: Random): number {
  let rest = random.uniform();
  let possible = first;
  for (let k = first; k < first + count; k++) {
    if (probability[k] === 0) continue;
    possible = k;
    rest -= probability[k];
    if (rest < 0) return k;
  }
  return possible;
}

function spaceOf({ observation, layout, goalElsewhere }: Settings, { height, width, transitions }: Maze): Space {
  if (observation === "number") return { kind: "discrete", count: transitions.states };
  const shape =
    observation === "picture"
      ? [height, width, hasHoles(layout) ? 4 : 3]
      : [height * width * (goalElsewhere > 0 ? 2 : 1)];
  return { kind: "box", shape, low: 0, high: 1 };
}

/** Writes what is seen of a state from `out[at]` on. */
function show(settings: Settings, maze: Maze, state: number, out: Float64Array, at: number): void {
  const { observation, layout, goalElsewhere } = settings;
  const agent = maze.agentOf[state];
  const goal = maze.goalOf[state];
  const places = maze.height * maze.width;
  if (observation === "number") {
    out[at] = state;
  } else if (observation === "oneHot") {
    out.fill(0, at, at + places * (goalElsewhere > 0 ? 2 : 1));
    out[at + agent] = 1;
    if (goalElsewhere > 0) out[at + places + goal] = 1;
  } else {
    const channels = hasHoles(layout) ? 4 : 3;
    for (let place = 0, k = at; place < places; place++, k += channels) {
      const sign = layout[Math.floor(place / maze.width)][place % maze.width];
      out[k] = sign === "#" ? 1 : 0;
      out[k + 1] = place === agent ? 1 : 0;
      out[k + 2] = place === goal ? 1 : 0;
      if (channels === 4) out[k + 3] = sign === "H" ? 1 : 0;
    }
  }
}

function hasHoles(layout: readonly string[]): boolean {
  return layout.some((row) => row.includes("H"));
}

/**
 * A grid world: actions 0 to 3 move right, up, left, down; reaching the goal, or a hole, ends the episode. Without an `S` an episode begins
 * anywhere on the floor but at the goal. After the end the observation is the last before it. Throws on a wrong option.
 *
 * Example: `gridWorld({ layout: ["S.G"] })` is solved by going right twice.
 */
export function gridWorld(options: GridWorldOptions = {}): EnvironmentRecord {
  return environmentRecord("gridWorld", settingsOf(options));
}

/**
 * The exact values of a grid world at a discount (0.99 where left out), of episodes without a limit. Throws on a record that is no grid world.
 *
 * Example: `gridWorldProcess(gridWorld({ layout: ["S.G"] }), { discount: 0.9 }).optimalValues().values` are 0.9 and 1.
 */
export function gridWorldProcess(record: EnvironmentRecord, options: { discount?: number } = {}): GridWorldProcess {
  knownOptions("gridWorldProcess", options, ["discount"]);
  if (record?.kind !== "gridWorld") refuse("gridWorldProcess", "record", "what gridWorld() gave", record?.kind);
  const { discount = 0.99 } = options;
  const settings = settingsOf(record.options);
  const maze = mazeOf(settings);
  const size = sizeOfSpace(spaceOf(settings, maze));
  const { states } = maze.transitions;
  const observations = new Float64Array(states * size);
  for (let state = 0; state < states; state++) show(settings, maze, state, observations, state * size);
  const { agentOf, goalOf } = maze;
  return { ...decisionProcess(maze.transitions, discount), observations, agentOf, goalOf };
}

export const gridWorldDefinition: EnvironmentDefinition = {
  name: "GridWorld",
  build(options) {
    const settings = settingsOf(options);
    return limited(environmentOf(gridWorldTask(settings)), settings.maxEpisodeSteps);
  },
};

function settingsOf(options: GridWorldOptions): Settings {
  const where = "gridWorld";
  const rewards = ["goalReward", "holeReward", "stepReward"] as const;
  knownOptions(where, options, ["layout", "slip", "goalElsewhere", ...rewards, "observation", "maxEpisodeSteps"]);
  const { layout = ["G....", ".....", ".....", ".....", "....."], observation = "number" } = options;
  const { goalReward = 1, holeReward = -1, stepReward = 0, maxEpisodeSteps = 100 } = options;
  const { slip = 0, goalElsewhere = 0 } = options;
  checkLayout(where, layout);
  if (nonNegativeNumber(where, "goalElsewhere", goalElsewhere) > 0 && !/\./.test(layout.join(""))) {
    refuse(where, "layout", "one with floor where the goal may be elsewhere", layout);
  }
  return {
    layout: [...layout],
    slip: closedUnit(where, "slip", slip),
    goalElsewhere: closedUnit(where, "goalElsewhere", goalElsewhere),
    goalReward: finiteNumber(where, "goalReward", goalReward),
    holeReward: finiteNumber(where, "holeReward", holeReward),
    stepReward: finiteNumber(where, "stepReward", stepReward),
    observation: oneOf(where, "observation", observation, ["number", "oneHot", "picture"]),
    maxEpisodeSteps: limitOption(where, maxEpisodeSteps),
  };
}

function checkLayout(where: string, layout: unknown): asserts layout is readonly string[] {
  const isRow = (row: unknown): boolean =>
    typeof row === "string" && /^[#GHS.]+$/.test(row) && row.length === (layout as string[])[0].length;
  if (!Array.isArray(layout) || layout.length === 0 || !layout.every(isRow)) {
    refuse(where, "layout", "rows of equal length made of #, G, H, S and .", layout);
  }
  const all = layout.join("");
  if (all.split("G").length !== 2) refuse(where, "layout", "one with one G", all);
  if (!/[S.]/.test(all)) refuse(where, "layout", "one with floor besides the goal", all);
}
