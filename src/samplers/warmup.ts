// Warmup of a kernel that has a step size and a metric: dual averaging of the step size all the way, and a mass that is renewed in
// Stan's windows or, after nutpie, all the time. Columns adapt independently. HMC, NUTS, MALA and their like share it.

import { refuse } from "../arguments/index.js";
import type { Random } from "../random/random.js";
import { dualAveraging } from "./dual-averaging.js";
import type { Adaptation, KernelState, Memory } from "./kernel.js";
import type { MassKind } from "./mass.js";
import { covarianceEstimator, type MassEstimator, varianceEstimator } from "./mass-estimators.js";
import { searchStepSize } from "./step-size-search.js";
import { windows } from "./windows.js";

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

export type MassSchedule = "windows" | "nutpie";

export interface WarmupOptions {
  readonly targetAcceptance: number;
  /** What is learnt of the mass; undefined where the mass was given. */
  readonly adapts: MassKind | undefined;
  /** When the mass is renewed, and from what: Stan's way where left out. */
  readonly adaptation?: MassSchedule;
}

/** Adapts `tunable` over `warmup` transitions whose info reports `acceptance`. */
export function metricWarmup<State extends KernelState>(
  tunable: Tunable<State>,
  warmup: number,
  options: WarmupOptions,
): Adaptation<State> {
  return stanWarmup(tunable, warmup, options);
}

/**
 * Stan's warmup: a new mass at the end of each window, from the positions of that window, and after each new mass a fresh step-size
 * search and a fresh average.
 */
export function stanWarmup<State extends KernelState>(
  tunable: Tunable<State>,
  warmup: number,
  { targetAcceptance, adapts }: WarmupOptions,
): Adaptation<State> {
  const { where, dim, stepSize, inverseMass } = tunable;
  const width = stepSize.length;
  const averaging = dualAveraging(width, { target: targetAcceptance });
  const estimator = adapts === undefined ? undefined : estimatorFrom(adapts, dim, width);
  const { initial, ends } = windows(adapts === undefined ? 0 : warmup);
  const lastEnd = ends.length > 0 ? ends[ends.length - 1] : 0;
  /** Transitions made, the same number for every column. */
  const transitions = new Float64Array(width);

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
      const transition = ++transitions[0];
      transitions.fill(transition);
      const inWindow = transition > initial && transition <= lastEnd;
      const windowEnds = ends.includes(transition);
      for (let c = 0; c < width; c++) {
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
      for (let c = 0; c < width; c++) stepSize[c] = averaging.average(c);
    },
    memory: () => ({
      transitions,
      ...named("averaging", averaging.memory),
      ...(estimator === undefined ? {} : named("estimator", estimator.memory)),
    }),
  };
}

function estimatorFrom(adapts: MassKind, dim: number, width: number): MassEstimator {
  if (adapts === "diagonal") return varianceEstimator(dim, width);
  if (adapts === "dense") return covarianceEstimator(dim, width);
  return refuse("warmup", "mass", "diagonal or dense", adapts);
}

/** The arrays under `prefix.name`, so that the memories of parts are one memory. */
export function named(prefix: string, memory: Memory): Memory {
  return Object.fromEntries(Object.entries(memory).map(([name, values]) => [`${prefix}.${name}`, values]));
}
