// A task is the equations of an environment; here it becomes one: actions are checked, an ended episode is not stepped on, and its variables
// are the state.

import { refuse } from "../../arguments/index.js";
import type { Random } from "../../random/random.js";
import { choicesOf, type Environment, type Outline, type Space, type StepResult, sizeOfSpace } from "./environment.js";

/** The variables `s` of a task, how they begin, move and are seen. Called with arrays of the right lengths and valid actions only. */
export interface Task {
  readonly name: string;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** How many numbers of `s` are the task's. */
  readonly variables: number;
  begin(s: Float64Array, random: Random): void;
  /** Moves `s`, and writes reward and end into `result`. */
  advance(s: Float64Array, action: Float64Array, result: StepResult, random: Random): void;
  /** Directly after `begin` or `advance`. */
  observe(s: Float64Array, observation: Float64Array): void;
  readonly drawing?: Drawing;
}

/** How a task is drawn; the fields are those of an `Outline`. */
export interface Drawing {
  readonly radii: ArrayLike<number>;
  readonly scenery: ArrayLike<number>;
  readonly floor: number | null;
  /** Writes the ends of the moving parts, `[radii.length, 4]`. */
  draw(s: Float64Array, segments: Float64Array): void;
}

/** The environment of a task. Its state: the task's variables, then 1 while an episode goes on. */
export function environmentOf(task: Task): Environment {
  const { name, observationSpace, actionSpace, variables } = task;
  const observationSize = sizeOfSpace(observationSpace);
  const actionSize = sizeOfSpace(actionSpace);
  const choices = choicesOf(actionSpace);
  const s = new Float64Array(variables + 1);
  const result: StepResult = { reward: 0, terminated: false, truncated: false };

  return {
    name,
    observationSpace,
    actionSpace,

    reset(random, observation) {
      if (observation.length !== observationSize) refuseLength(name, "observation", observationSize, observation);
      task.begin(s, random);
      s[variables] = 1;
      task.observe(s, observation);
    },

    // Hot: nothing is allocated.
    step(action, random, observation) {
      if (s[variables] !== 1) notPlaying(name);
      if (action.length !== actionSize) refuseLength(name, "action", actionSize, action);
      if (observation.length !== observationSize) refuseLength(name, "observation", observationSize, observation);
      for (let i = 0; i < actionSize; i++) {
        const a = action[i];
        if (choices === undefined) {
          if (a - a !== 0) refuseNumber(name, i, a);
        } else if (!(a >= 0 && a < choices[i] && Math.floor(a) === a)) {
          refuseChoice(name, actionSpace.kind === "discrete" ? "action" : `action[${i}]`, choices[i], a);
        }
      }
      result.truncated = false;
      task.advance(s, action, result, random);
      if (result.terminated) s[variables] = 0;
      task.observe(s, observation);
      return result;
    },

    state: () => s.slice(),

    restore(state) {
      if (state.length !== s.length) refuseLength(name, "state", s.length, state);
      s.set(state);
    },

    ...(task.drawing && { outline: outliner(task.drawing, s) }),
  };
}

function outliner({ radii, scenery, floor, draw }: Drawing, s: Float64Array): () => Outline {
  const segments = new Float64Array(4 * radii.length);
  const outline = { segments, radii: Float64Array.from(radii), scenery: Float64Array.from(scenery), floor };
  return () => {
    draw(s, segments);
    return outline;
  };
}

/** Throws because there is no episode to step in. */
export function notPlaying(name: string): never {
  throw new Error(`${name}: step: there is no episode going on: reset begins one`);
}

/** Throws that `value` is not a vector of `length` numbers. */
export function refuseLength(name: string, what: string, length: number, value: unknown): never {
  refuse(name, what, `${length} number${length === 1 ? "" : "s"}`, value);
}

function refuseChoice(name: string, what: string, choices: number, value: number): never {
  refuse(name, what, `an integer from 0 to ${choices - 1}`, value);
}

function refuseNumber(name: string, i: number, value: number): never {
  refuse(name, `action[${i}]`, "a finite number", value);
}
