// The arrays that a run writes into, on this thread or, in shared memory, from several. A chain's numbers are written
// before the count that says how many there are, so that whoever reads up to the count reads finished draws.

import type { Plan } from "./plan.js";

export interface Storage {
  /** Names of the statistics, in the order of the tables' columns. */
  readonly names: readonly string[];
  readonly draws: Table;
  readonly warmup?: Table;
  /** `[chain]`: draws kept so far. */
  readonly kept: Int32Array;
  /** `[chain]`: warmup transitions made so far. */
  readonly warmed: Int32Array;
  /** `[chain, PROGRESS]`: what a `progress` event says. */
  readonly progress: Float64Array;
}

export interface Table {
  /** `[chain, draw, dim]` */
  readonly position: Float64Array;
  /** `[chain, draw]`, one per name. */
  readonly stats: readonly Float64Array[];
}

/** Columns of `progress`: transitions made, running acceptance, divergences of the phase, step size. */
export const PROGRESS = 4;

/**
 * What the threads of a run share from the start: `[ABORT]` is 1 once it should end, `[NEXT]` is the next group to be taken, and
 * `[SNAPSHOT]` counts how often all of them were asked where they stand.
 */
export const ABORT = 0;
export const NEXT = 1;
export const SNAPSHOT = 2;

/** More numbers than this are refused: 8 GiB. */
const MOST_NUMBERS = 2 ** 30;

/** Throws where the positions alone would be larger than any machine's memory is likely to be. */
export function refuseHugeRun(plan: Plan): void {
  const numbers = plan.chains * (plan.draws + (plan.keepWarmup ? plan.warmup : 0)) * plan.dim;
  if (numbers > MOST_NUMBERS) {
    const size = `${plan.chains} chains of ${plan.draws} draws of ${plan.dim} numbers need ${gibibytes(numbers)} GiB`;
    throw new RangeError(
      `sample: ${size}, more than ${gibibytes(MOST_NUMBERS)}; keep fewer draws, for example by thin`,
    );
  }
}

export function allocateStorage(plan: Plan, names: readonly string[], shared: boolean): Storage {
  const { chains, dim } = plan;
  const table = (draws: number): Table => ({
    position: floats(chains * draws * dim, shared),
    stats: names.map(() => floats(chains * draws, shared)),
  });
  try {
    return {
      names,
      draws: table(plan.draws),
      warmup: plan.keepWarmup ? table(plan.warmup) : undefined,
      kept: integers(chains, shared),
      warmed: integers(chains, shared),
      progress: floats(chains * PROGRESS, shared).fill(Number.NaN),
    };
  } catch (error) {
    const numbers = chains * (plan.draws + (plan.keepWarmup ? plan.warmup : 0)) * (dim + names.length);
    throw new RangeError(`sample: there is no memory for the ${gibibytes(numbers)} GiB of draws and statistics`, {
      cause: error,
    });
  }
}

/** `[ABORT, NEXT, SNAPSHOT]` */
export function allocateControl(shared: boolean): Int32Array {
  return integers(3, shared);
}

function floats(length: number, shared: boolean): Float64Array {
  return shared ? new Float64Array(new SharedArrayBuffer(8 * length)) : new Float64Array(length);
}

function integers(length: number, shared: boolean): Int32Array {
  return shared ? new Int32Array(new SharedArrayBuffer(4 * length)) : new Int32Array(length);
}

function gibibytes(numbers: number): string {
  return ((8 * numbers) / 2 ** 30).toPrecision(3);
}
