// Warmup of a kernel that has a step size and a metric: dual averaging of the step size all the way, and a mass that is renewed in
// Stan's windows or, as in nutpie, all the time. Columns adapt independently. HMC, NUTS, MALA and their like share it.

import type { Random } from "../random/random.js";
import { dualAveraging } from "./dual-averaging.js";
import type { Adaptation, KernelState } from "./kernel.js";
import type { MassKind } from "./mass.js";
import { massEstimator } from "./mass-estimators.js";
import { named } from "./memory.js";
import { nutpieWarmup } from "./nutpie-warmup.js";
import { settledStepSize } from "./settled-step-size.js";
import { searchStepSize } from "./step-size-search.js";
import { windows } from "./windows.js";

export { named };

/** What of a kernel warmup reads and sets. */
export interface Tunable<State extends KernelState> {
  /** The kernel's name, for error messages. */
  readonly where: string;
  readonly dim: number;
  /** `[width]` */
  readonly stepSize: Float64Array;
  /** `[rows, width]`: a metric's array, `[dim, width]` where the mass is diagonal. */
  readonly inverseMass: Float64Array;
  /** Called after a column of `inverseMass` was rewritten. */
  massChanged(column: number): void;
  /** The gradient at the state's position, `[dim, width]`. */
  gradient(state: State): Float64Array;
  /** H before minus H after one step of this size from the column's position, with a fresh momentum. */
  logAcceptance(state: State, column: number, stepSize: number, random: Random): number;
}

/** When the mass is renewed, and from what: Stan's way or nutpie's. */
export type MassSchedule = "windows" | "nutpie";

export const MASS_SCHEDULES: readonly MassSchedule[] = ["windows", "nutpie"];

export interface WarmupOptions {
  readonly targetAcceptance: number;
  /** What is learnt of the mass; undefined where the mass was given. */
  readonly adapts: MassKind | undefined;
  /** "windows" where left out. */
  readonly adaptation?: MassSchedule;
  /**
   * The step size that warmup ends with: the one whose acceptance is the target, by what the last transitions saw (where left out), or the
   * average of the logarithms, as in Stan, which lies above the target and so spares a margin where the law is stiff here and there.
   */
  readonly endsAt?: "target" | "average";
}

/** Adapts `tunable` over `warmup` transitions whose info reports `acceptance` and, where it has any, `diverging`. */
export function metricWarmup<State extends KernelState>(
  tunable: Tunable<State>,
  warmup: number,
  options: WarmupOptions,
): Adaptation<State> {
  const nutpie = options.adaptation === "nutpie" && options.adapts !== undefined;
  return nutpie ? nutpieWarmup(tunable, warmup, options) : stanWarmup(tunable, warmup, options);
}

/**
 * Stan's warmup: a new mass at the end of each window, from the positions of that window (a low-rank one from its gradients too), and
 * after each new mass a fresh step-size search and a fresh average.
 */
export function stanWarmup<State extends KernelState>(
  tunable: Tunable<State>,
  warmup: number,
  { targetAcceptance, adapts, endsAt = "target" }: WarmupOptions,
): Adaptation<State> {
  const { where, dim, stepSize, inverseMass } = tunable;
  const width = stepSize.length;
  const averaging = dualAveraging(width, { target: targetAcceptance });
  const settled = endsAt === "target" ? settledStepSize(width, targetAcceptance) : undefined;
  const estimator = adapts === undefined ? undefined : massEstimator(adapts, "draws", dim, width);
  const { initial, ends } = windows(adapts === undefined ? 0 : warmup);
  const lastEnd = ends.length > 0 ? ends[ends.length - 1] : 0;
  /** Transitions made, the same number for every column. */
  const transitions = new Float64Array(width);

  function searchFrom(state: State, column: number, random: Random): void {
    const accept = (size: number) => tunable.logAcceptance(state, column, size, random);
    stepSize[column] = searchStepSize(where, stepSize[column], accept);
    averaging.restart(column, stepSize[column]);
    settled?.restart(column);
  }

  return {
    start(state, random) {
      for (let c = 0; c < width; c++) searchFrom(state, c, random[c]);
    },
    update(state, info, random) {
      const transition = ++transitions[0];
      transitions.fill(transition);
      const inWindow = transition > initial && transition <= lastEnd;
      const windowEnds = ends.includes(transition);
      for (let c = 0; c < width; c++) {
        settled?.add(c, stepSize[c], info.acceptance[c]);
        stepSize[c] = averaging.update(c, info.acceptance[c]);
        if (estimator === undefined || !inWindow) continue;
        estimator.add(state.position, tunable.gradient(state), c);
        if (windowEnds) {
          estimator.write(c, inverseMass);
          estimator.reset(c);
          tunable.massChanged(c);
          searchFrom(state, c, random[c]);
        }
      }
    },
    finish() {
      for (let c = 0; c < width; c++) stepSize[c] = settled?.stepSize(c) ?? averaging.average(c);
    },
    memory: () => ({
      transitions,
      ...named("averaging", averaging.memory),
      ...(settled === undefined ? {} : named("settled", settled.memory)),
      ...(estimator === undefined ? {} : named("estimator", estimator.memory)),
    }),
  };
}
