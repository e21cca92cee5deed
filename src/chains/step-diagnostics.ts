// What many chains look like from step to step: where they are on average, how far they spread, and what each of them reported.

import { knownOptions, oneOf, refuse } from "../arguments/index.js";
import { type Draws, isDraws } from "./draws.js";

/** Plain data; a step is a kept draw. */
export interface StepDiagnostics {
  readonly steps: number;
  readonly chains: number;
  readonly dim: number;
  readonly names: string[];
  /** `[steps]`: chains that had not stopped. The averages are over these. */
  readonly counts: Int32Array;
  /** `[steps, dim]`; NaN where no chain is left. */
  readonly mean: Float64Array;
  /** `[steps, dim]`, of the chains as they are: with divisor n, 0 where one is left. */
  readonly variance: Float64Array;
  /** `[steps, chains]` each: `energy`, `acceptance`, and whatever else the sampler reports; NaN where a chain had stopped. */
  readonly stats: Record<string, Float64Array>;
}

export interface StepDiagnosticsOptions {
  /** Which of the kept transitions; "draws" where left out. */
  readonly of?: "draws" | "warmup";
}

/**
 * Diagnostics per step across chains, with the steps in front. Throws a RangeError where `draws` are none, or where the warmup is asked
 * for and was not kept.
 *
 * @example
 * const draws = await sample(energy, langevin({ stepSize: 0.01 }), { chains: 1000, warmup: 0, draws: 100, init: [3, 3] });
 * stepDiagnostics(draws).mean.subarray(0, 2) // near [3, 3]: the mean over the chains after one step
 */
export function stepDiagnostics(draws: Draws, options: StepDiagnosticsOptions = {}): StepDiagnostics {
  if (!isDraws(draws)) refuse("stepDiagnostics", "draws", "draws, such as sample returns", draws);
  knownOptions("stepDiagnostics", options, ["of"]);
  const of = oneOf("stepDiagnostics", "of", options.of ?? "draws", ["draws", "warmup"]);
  const kept = of === "draws" ? draws : draws.warmup;
  if (kept === undefined) {
    throw new RangeError(
      'stepDiagnostics: of must be "draws" where the warmup was not kept; sample keeps it by keepWarmup',
    );
  }
  const { chains, dim, names } = draws;
  const { draws: steps, position, stats } = kept;
  const lengths = Array.from({ length: chains }, (_, chain) => lengthOf(position, chain * steps, steps, dim));
  const counts = Int32Array.from({ length: steps }, (_, step) => lengths.filter((length) => length > step).length);
  const mean = averaged(position, lengths, counts, dim);
  return {
    steps,
    chains,
    dim,
    names: [...names],
    counts,
    mean,
    variance: averaged(position, lengths, counts, dim, mean),
    stats: Object.fromEntries(Object.entries(stats).map(([name, values]) => [name, transposed(values, chains, steps)])),
  };
}

/** Rows that were kept: those before the first that is NaN. */
function lengthOf(position: Float64Array, firstRow: number, rows: number, dim: number): number {
  let length = rows;
  while (length > 0 && Number.isNaN(position[(firstRow + length - 1) * dim])) length--;
  return length;
}

/** Means over the chains at each step: of the coordinates, or of their squared distances from `center`. */
function averaged(
  position: Float64Array,
  lengths: readonly number[],
  counts: Int32Array,
  dim: number,
  center?: Float64Array,
): Float64Array {
  const numbers = counts.length * dim;
  const sums = new Float64Array(numbers);
  // Chain after chain, as they lie in memory.
  lengths.forEach((length, chain) => {
    const start = chain * numbers;
    for (let k = 0; k < length * dim; k++) {
      const value = position[start + k];
      sums[k] += center === undefined ? value : (value - center[k]) ** 2;
    }
  });
  return sums.map((sum, k) => sum / counts[Math.floor(k / dim)]);
}

function transposed(values: Float64Array, chains: number, steps: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let chain = 0; chain < chains; chain++) {
    for (let step = 0; step < steps; step++) result[step * chains + chain] = values[chain * steps + step];
  }
  return result;
}
