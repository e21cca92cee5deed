// Catch: a ball falls from the top of a small picture, one row a step, and a paddle on the lowest row is to be under it (Mnih et al. 2014;
// the board and rewards of bsuite). Seen as pixels, it is the smallest task for a convolutional network.

import { integerAtLeast, knownOptions } from "../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord } from "./definition.js";
import type { EnvironmentRecord } from "./environment.js";
import { environmentOf, type Task } from "./task.js";

export interface CatchBallOptions {
  /** Of the board, at least 2; 10. */
  rows?: number;
  /** Of the board; 5. */
  columns?: number;
  /** Pixels along a side of a square of the board; 1. */
  scale?: number;
}

type Settings = Required<CatchBallOptions>;

/** Variables: the ball's row and column, the paddle's column. */
function catchTask({ rows, columns, scale }: Settings): Task {
  const width = columns * scale;

  function paint(observation: Float64Array, row: number, column: number): void {
    for (let y = row * scale; y < (row + 1) * scale; y++) {
      const left = y * width + column * scale;
      observation.fill(1, left, left + scale);
    }
  }

  return {
    name: "Catch",
    observationSpace: { kind: "box", shape: [rows * scale, width, 1], low: 0, high: 1 },
    actionSpace: { kind: "discrete", count: 3 },
    variables: 3,

    begin(s, random) {
      s[0] = 0;
      s[1] = random.integer(columns);
      s[2] = Math.floor(columns / 2);
    },

    advance(s, action, result) {
      s[0] += 1;
      s[2] = Math.min(Math.max(s[2] + action[0] - 1, 0), columns - 1);
      result.terminated = s[0] === rows - 1;
      result.reward = !result.terminated ? 0 : s[1] === s[2] ? 1 : -1;
    },

    observe(s, observation) {
      observation.fill(0);
      paint(observation, s[0], s[1]);
      paint(observation, rows - 1, s[2]);
    },
  };
}

/**
 * Catch: observation a picture `[rows scale, columns scale, 1]` of zeros, with ones where ball and paddle are; actions 0, 1, 2 move the
 * paddle left, not, right; reward 1 for a catch and -1 for a miss at the end, after `rows - 1` steps. Throws on a wrong option.
 *
 * Example: the observation space of `catchBall({ scale: 4 })` has the shape `[40, 20, 1]`.
 */
export function catchBall(options: CatchBallOptions = {}): EnvironmentRecord {
  return environmentRecord("catchBall", settingsOf(options));
}

export const catchBallDefinition: EnvironmentDefinition = {
  name: "Catch",
  build: (options) => environmentOf(catchTask(settingsOf(options))),
};

function settingsOf(options: CatchBallOptions): Settings {
  knownOptions("catchBall", options, ["rows", "columns", "scale"]);
  const { rows = 10, columns = 5, scale = 1 } = options;
  return {
    rows: integerAtLeast("catchBall", "rows", rows, 2),
    columns: integerAtLeast("catchBall", "columns", columns, 1),
    scale: integerAtLeast("catchBall", "scale", scale, 1),
  };
}
