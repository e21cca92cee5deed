// The arrays that a run writes into. They are the run's own; a group that runs in a thread delivers its rows in blocks. A chain's numbers
// are written before the count that says how many there are.

import type { Plan } from "./plan.js";
import type { Destination } from "./rows.js";

/** What a group writes into. */
export interface GroupStorage {
  /** Names of the statistics, in the order of the tables' columns. */
  readonly names: readonly string[];
  /** `[chain]`: draws kept so far. */
  readonly kept: Int32Array;
  /** `[chain]`: warmup transitions kept so far. */
  readonly warmed: Int32Array;
  /** `[chain, PROGRESS]`: what a `progress` event says. In shared memory where threads write it. */
  readonly progress: Float64Array;
  /** Where the rows of chains `first ... first + width - 1` go. */
  destination(first: number, width: number): Destination;
}

/** All of a run. */
export interface Storage extends GroupStorage {
  readonly draws: Table;
  readonly warmup?: Table;
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

/** `shared`: whether threads will write progress. */
export function allocateStorage(plan: Plan, names: readonly string[], shared: boolean): Storage {
  const { chains, dim } = plan;
  const table = (draws: number): Table => ({
    position: new Float64Array(chains * draws * dim),
    stats: names.map(() => new Float64Array(chains * draws)),
  });
  try {
    const draws = table(plan.draws);
    const warmup = plan.keepWarmup ? table(plan.warmup) : undefined;
    return {
      ...groupStorage(plan, names, floats(chains * PROGRESS, shared).fill(Number.NaN)),
      draws,
      warmup,
      destination: (first, width) => ({
        mostRows: mostRowsOf(plan, width, names.length, Math.max(ENOUGH_ROWS, Math.ceil(ENOUGH_DRAWS / width))),
        place: (of, row) => ({
          table: of === "warmup" && warmup !== undefined ? warmup : draws,
          start: first * plan[of] + row,
          stride: plan[of],
        }),
        delivered() {},
      }),
    };
  } catch (error) {
    const numbers = chains * (plan.draws + (plan.keepWarmup ? plan.warmup : 0)) * (dim + names.length);
    throw new RangeError(`sample: there is no memory for the ${gibibytes(numbers)} GiB of draws and statistics`, {
      cause: error,
    });
  }
}

/** The part that a thread has of its own; `progress` is the run's. */
export function groupStorage(
  { chains }: Plan,
  names: readonly string[],
  progress: Float64Array,
): Omit<GroupStorage, "destination"> {
  return { names, kept: new Int32Array(chains), warmed: new Int32Array(chains), progress };
}

/** Of so many rows each chain's are some whole cache lines. */
const ENOUGH_ROWS = 16;
/** Over so many draws, what it costs to deliver them once is nothing to each. */
const ENOUGH_DRAWS = 256;
const MOST_GATHERED = 1 << 17;
const LARGEST_SHARE = 0.1;

/** How many rows a group gathers: `enough`, but no more than the cache holds, nor than a tenth of what the tables take. */
export function mostRowsOf(
  { dim, draws, warmup, keepWarmup }: Plan,
  width: number,
  statistics: number,
  enough: number,
): number {
  const rows = keepWarmup ? Math.max(draws, warmup) : draws;
  const held = Math.floor(MOST_GATHERED / (width * (dim + statistics)));
  return Math.max(1, Math.min(enough, held, Math.floor(LARGEST_SHARE * rows)));
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
