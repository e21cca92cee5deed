// Draws from numbers alone: what a file that another program wrote, or one that has no room for more, says of a run.

import type { Draws } from "../chains/draws.js";

/** What such files hold. */
export interface Numbers {
  readonly chains: number;
  readonly draws: number;
  readonly names: string[];
  /** `[chain, draw, dim]` */
  readonly position: Float64Array;
  /** `[chain, draw]` each. */
  readonly stats: Record<string, Float64Array>;
  /** Where left out, chains end where nothing but NaN follows. */
  readonly lengths?: number[];
  readonly warmup?: Draws["warmup"];
  readonly adapted?: Record<string, Float64Array>;
  /** Transitions of the warmup and per kept draw. */
  readonly warmupTransitions?: number;
  readonly thin?: number;
  readonly sampler?: string;
  readonly seed?: number;
  readonly seconds?: number;
}

/** Draws for every diagnostic and figure. They cannot be resumed, and say so: nobody knows where their chains stand. */
export function withoutRecord(numbers: Numbers): Draws {
  const { chains, draws, names, position, stats, warmup, adapted = {}, warmupTransitions, thin = 1 } = numbers;
  const { sampler = "unknown", seed = 0, seconds = Number.NaN } = numbers;
  const dim = names.length;
  const lengths = numbers.lengths ?? lengthsOf(position, chains, draws, dim);
  blank(stats, lengths, draws);
  if (warmup !== undefined) blank(warmup.stats, lengthsOf(warmup.position, chains, warmup.draws, dim), warmup.draws);
  const last = new Float64Array(chains * dim).fill(Number.NaN);
  for (let chain = 0; chain < chains; chain++) {
    if (lengths[chain] === 0) continue;
    const end = (chain * draws + lengths[chain]) * dim;
    last.set(position.subarray(end - dim, end), chain * dim);
  }
  const transitions = new Array<number>(chains).fill(Number.NaN);
  const final = {
    position: last,
    random: [],
    transitions,
    memory: {},
    warmup: warmupTransitions ?? warmup?.draws ?? 0,
    thin,
  };
  return {
    chains,
    draws,
    dim,
    names,
    lengths,
    position,
    stats,
    ...(warmup === undefined ? {} : { warmup }),
    adapted,
    final,
    sampler: { kind: sampler, options: {} },
    seed,
    stopped: [],
    aborted: false,
    seconds,
  };
}

/** How many draws of each chain come before nothing but NaN. `[chain]` */
export function lengthsOf(position: Float64Array, chains: number, draws: number, dim: number): number[] {
  return Array.from({ length: chains }, (_, chain) => {
    let end = (chain + 1) * draws * dim;
    while (end > chain * draws * dim && Number.isNaN(position[end - 1])) end--;
    return dim === 0 ? draws : Math.ceil((end - chain * draws * dim) / dim);
  });
}

/** Statistics beyond a chain's length are NaN here; a mask or a count elsewhere has 0. */
export function blank(stats: Readonly<Record<string, Float64Array>>, lengths: readonly number[], draws: number): void {
  for (const values of Object.values(stats)) {
    for (const [chain, length] of lengths.entries()) {
      values.fill(Number.NaN, chain * draws + length, (chain + 1) * draws);
    }
  }
}
