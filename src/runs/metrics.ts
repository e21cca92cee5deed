// What a run comes to in numbers: the estimate with its error, what the chains are worth, what they have cost, and both together.

import { chainsOf } from "../chains/draws.js";
import { gradientsTaken } from "../chains/work.js";
import { essTail } from "../diagnostics/index.js";
import type { LlcEstimate } from "../llc/estimate.js";
import { VALUE_COST } from "../llc/work.js";

/** One row of a table; names as Lambda-Hat has them where it has them. */
export interface Metrics {
  readonly target_id: string;
  readonly run_id: string;
  readonly sampler: string;
  readonly seed: number;
  readonly chains: number;
  /** Kept per chain. */
  readonly draws: number;
  readonly dim: number;
  readonly n: number;
  readonly beta: number;
  readonly gamma: number;
  readonly L0: number;
  readonly llc_mean: number;
  readonly llc_se: number;
  /** 95 % */
  readonly llc_lower: number;
  readonly llc_upper: number;
  /** Over all draws. */
  readonly llc_std: number;
  readonly llc_min: number;
  readonly llc_max: number;
  readonly rhat: number;
  readonly ess_bulk: number;
  readonly ess_tail: number;
  readonly divergences: number;
  readonly stopped_chains: number;
  /** "ok", or the kinds of problems. */
  readonly verdict: string;
  /** SGLD: at most about this share of `llc_mean` is its steps', which `llc_se` leaves out. NaN for other samplers. */
  readonly step_excess: number;
  /** Work of all chains, warmup and losses of kept draws included, and of the verdict, in gradients over all data. */
  readonly fge: number;
  /** The part of it that came before the first kept draw. */
  readonly fge_warmup: number;
  /** Effective draws per gradient. */
  readonly efficiency_fge: number;
  /** Squared standard error times work: the lower, the better, however long the run was. */
  readonly wnv_fge: number;
  /** Wall clock; with what is derived from it the only numbers that differ from one machine to the next. */
  readonly seconds: number;
  readonly efficiency_seconds: number;
  readonly wnv_seconds: number;
}

/** Metrics that time decides. */
export const timedMetrics: readonly (keyof Metrics)[] = ["seconds", "efficiency_seconds", "wnv_seconds"];

export interface Work {
  /** Gradients over all data before the first kept draw, of each chain. */
  readonly warmup: number[];
  /** Gradients from there to each kept draw, by chain. */
  readonly upTo: Float64Array[];
}

/**
 * The work behind each kept draw, in gradients over all data. `values`: whether the loss of every kept draw was computed for its own
 * sake, as it is where moves see mini-batches.
 */
export function workByDraw({ draws }: LlcEstimate, { values }: { readonly values: boolean }): Work {
  const totals = gradientsTaken(draws);
  const counts = draws.stats.gradients ?? draws.stats.leapfrogSteps;
  const upTo = draws.lengths.map((length, chain) => {
    const at = new Float64Array(length);
    let sum = 0;
    for (let t = 0; t < length; t++) {
      sum += (counts?.[chain * draws.draws + t] ?? 1) * draws.final.thin + (values ? VALUE_COST : 0);
      at[t] = sum;
    }
    return at;
  });
  const warmup = totals.map((total, chain) => {
    const kept = upTo[chain].length === 0 ? 0 : upTo[chain][upTo[chain].length - 1];
    const evaluations = values ? VALUE_COST * upTo[chain].length : 0;
    return Math.max(0, total + evaluations - kept);
  });
  return { warmup, upTo };
}

export interface MetricsOf {
  readonly target: string;
  readonly run: string;
  readonly sampler: string;
  readonly stochastic: boolean;
}

export function metricsOf(estimate: LlcEstimate, { target, run, sampler, stochastic }: MetricsOf): Metrics {
  const { draws, mean, standardError, interval, beta, gamma, dataSize, dim, lossAtCenter, trace, verdict } = estimate;
  const values = trace.flatMap((chain) => Array.from(chain, (loss) => dataSize * beta * (loss - lossAtCenter)));
  const whole = trace.filter(({ length }) => length === draws.draws);
  const work = workByDraw(estimate, { values: stochastic });
  const fgeWarmup = sum(work.warmup);
  const fge = estimate.work;
  const variance = standardError ** 2;
  return {
    target_id: target,
    run_id: run,
    sampler,
    seed: draws.seed,
    chains: draws.chains,
    draws: draws.draws,
    dim,
    n: dataSize,
    beta,
    gamma,
    L0: lossAtCenter,
    llc_mean: mean,
    llc_se: standardError,
    llc_lower: interval[0],
    llc_upper: interval[1],
    llc_std: deviation(values),
    llc_min: extreme(values, Math.min),
    llc_max: extreme(values, Math.max),
    rhat: estimate.rhat,
    ess_bulk: estimate.essBulk,
    ess_tail: whole.length > 0 ? essTail(whole) : Number.NaN,
    divergences: sum(
      draws.stats.diverging === undefined ? [] : chainsOf(draws, "diverging").map((chain) => sum(chain)),
    ),
    stopped_chains: draws.stopped.length,
    verdict: verdict.ok ? "ok" : verdict.problems.map(({ kind }) => kind).join(" "),
    step_excess: estimate.stepExcess ?? Number.NaN,
    fge,
    fge_warmup: fgeWarmup,
    efficiency_fge: estimate.essBulk / fge,
    wnv_fge: estimate.workNormalizedVariance,
    seconds: draws.seconds,
    efficiency_seconds: estimate.essBulk / draws.seconds,
    wnv_seconds: variance * draws.seconds,
  };
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

function deviation(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
}

function extreme(values: readonly number[], choose: (a: number, b: number) => number): number {
  return values.length === 0 ? Number.NaN : values.reduce((a, b) => choose(a, b));
}
