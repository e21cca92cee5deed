// What an estimate has cost, in gradients over all data, by all chains together.

import type { Draws } from "../chains/draws.js";
import { gradientsTaken } from "../chains/work.js";

/** A loss over all data costs about a third of its gradient, which is a forward pass and a backward one of twice its length. */
const VALUE_COST = 1 / 3;

/** Kernels whose steps do not know the energy, so that it is computed for every draw that is kept. */
const measuredWhenKept: readonly string[] = ["sgld", "psgld", "adamSgld", "sghmc", "sgnht"];

/**
 * Gradients of all chains, warmup included, with energies that were computed alone as a third of one: those of random-walk proposals,
 * and those of kept draws where steps see mini-batches. NaN where the sampler does not count.
 */
export function workOf(draws: Draws): number {
  const { final, lengths, sampler, stats } = draws;
  const gradients = sum(gradientsTaken(draws));
  const proposals = stats.evaluations === undefined ? 0 : sum(final.transitions);
  const kept = measuredWhenKept.includes(sampler.kind) ? sum(lengths) : 0;
  return gradients + VALUE_COST * (proposals + kept);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
