// What an estimate has cost, in gradients over all data, by all chains together.

import type { Draws } from "../chains/draws.js";
import { gradientsTaken } from "../chains/work.js";
import type { Sampler } from "../samplers/index.js";

/** A loss over all data costs about a third of its gradient, which is a forward pass and a backward one of twice its length. */
export const VALUE_COST: number = 1 / 3;

/** Kernels whose steps do not know the energy, so that it is computed for every draw that is kept. */
const measuredWhenKept: readonly string[] = ["sgld", "psgld", "adamSgld", "sghmc", "sgnht"];

/**
 * Gradients of all chains, warmup included, with energies that were computed alone as a third of one: those of proposals, where a kernel takes
 * no gradients, and those of kept draws, where steps see mini-batches. Where the number of proposals varies, its mean over kept draws stands
 * for every transition. NaN where the sampler does not count.
 */
export function workOf(draws: Draws): number {
  const { final, lengths, sampler, stats } = draws;
  const gradients = sum(gradientsTaken(draws));
  const proposals = stats.evaluations === undefined ? 0 : meanOf(stats.evaluations) * sum(final.transitions);
  // Of a tempered sampler the coldest replica's energy is that of the draw.
  const moves = isSampler(sampler.options.sampler) ? sampler.options.sampler : sampler;
  const kept = measuredWhenKept.includes(moves.kind) ? sum(lengths) : 0;
  return gradients + VALUE_COST * (proposals + kept);
}

function isSampler(value: unknown): value is Sampler {
  return typeof (value as Sampler | undefined)?.kind === "string";
}

/** Over what was kept; 0 of nothing. */
function meanOf(values: Float64Array): number {
  const kept = values.filter((value) => !Number.isNaN(value));
  return kept.length === 0 ? 0 : sum(kept) / kept.length;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
