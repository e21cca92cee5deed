// Stan's warmup, composed of its parts: dual averaging of the step size all the way, a new diagonal mass at the end of each
// window, and after each new mass a fresh step-size search and a fresh average. Columns adapt independently.

import type { Random } from "../random/random.js";
import { dualAveraging } from "./dual-averaging.js";
import type { Adaptation, KernelState } from "./kernel.js";
import { writeInverseMass } from "./mass.js";
import { searchStepSize } from "./step-size-search.js";
import { welford } from "./welford.js";
import { windows } from "./windows.js";

/** What of a kernel warmup reads and sets. */
export interface Tunable<State extends KernelState> {
  /** The kernel's name, for error messages. */
  readonly where: string;
  /** `[width]` */
  readonly stepSize: Float64Array;
  /** `[dim, width]` */
  readonly inverseMass: Float64Array;
  /** Called after a column of `inverseMass` was rewritten. */
  massChanged(column: number): void;
  /** H before minus H after one step of this size from the column's position, with a fresh momentum. */
  logAcceptance(state: State, column: number, stepSize: number, random: Random): number;
}

export interface WarmupOptions {
  readonly targetAcceptance: number;
  /** False where the mass was given. */
  readonly adaptMass: boolean;
}

/** Adapts `tunable` over `warmup` transitions whose info reports `acceptance`. */
export function stanWarmup<State extends KernelState>(
  tunable: Tunable<State>,
  warmup: number,
  options: WarmupOptions,
): Adaptation<State> {
  const { where, stepSize, inverseMass } = tunable;
  const width = stepSize.length;
  const averaging = dualAveraging(width, { target: options.targetAcceptance });
  const moments = welford(inverseMass.length / width, width);
  const { initial, ends } = windows(options.adaptMass ? warmup : 0);
  const lastEnd = ends.length > 0 ? ends[ends.length - 1] : 0;
  let transition = 0;

  function searchFrom(state: State, column: number, random: Random): void {
    const accept = (size: number) => tunable.logAcceptance(state, column, size, random);
    stepSize[column] = searchStepSize(where, stepSize[column], accept);
    averaging.restart(column, stepSize[column]);
  }

  return {
    start(state, random) {
      for (let c = 0; c < width; c++) searchFrom(state, c, random[c]);
    },
    update(state, info, random) {
      transition++;
      const inWindow = transition > initial && transition <= lastEnd;
      const windowEnds = ends.includes(transition);
      for (let c = 0; c < width; c++) {
        stepSize[c] = averaging.update(c, info.acceptance[c]);
        if (inWindow) moments.add(state.position, c);
        if (windowEnds) {
          writeInverseMass(moments, c, inverseMass);
          moments.reset(c);
          tunable.massChanged(c);
          searchFrom(state, c, random[c]);
        }
      }
    },
    finish() {
      for (let c = 0; c < width; c++) stepSize[c] = averaging.average(c);
    },
  };
}
