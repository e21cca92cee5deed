// What a run will do, as plain data: it decides every number of the result, wherever the chains run.

import type { Sampler, SamplerDefinition } from "../samplers/kernel.js";
import type { Standing } from "./standing.js";

export interface Plan {
  readonly dim: number;
  readonly chains: number;
  readonly warmup: number;
  readonly draws: number;
  /** Transitions per kept draw. */
  readonly thin: number;
  readonly seed: number;
  readonly keepWarmup: boolean;
  readonly sampler: Sampler;
  /** Chains that advance together as columns of one kernel. */
  readonly width: number;
  /** `[chain, dim]`, in the user's coordinates; NaN, or absent, where a chain starts at a standard normal draw. */
  readonly init?: Float64Array;
  /** Where the chains of an earlier run stand, with which this one goes on. */
  readonly standing?: Standing;
}

/** A kernel's columns: enough groups remain for many threads, and a group's state stays in the cache. */
const GROUPS = 32;
const MOST_COLUMNS = 64;
const MOST_NUMBERS = 8192;

/** The width depends on the run alone and never on the threads at hand, so that the draws do not depend on them either. */
export function widthOf(
  chains: number,
  dim: number,
  { columns, together }: SamplerDefinition,
  sampler: Sampler,
): number {
  if (together?.(sampler.options)) return chains;
  if (!columns) return 1;
  const fitting = Math.max(1, Math.floor(MOST_NUMBERS / dim));
  return Math.min(Math.ceil(chains / GROUPS), MOST_COLUMNS, fitting);
}

export function groupCount(plan: Plan): number {
  return Math.ceil(plan.chains / plan.width);
}

/** Transitions of one chain, warmup included. */
export function transitionsOf(plan: Plan): number {
  return plan.warmup + plan.draws * plan.thin;
}
