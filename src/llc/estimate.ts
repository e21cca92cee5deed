// The result of an LLC estimation: plain data with its own error and a verdict in words.

import type { Draws } from "../chains/draws.js";

/** An estimate of the local learning coefficient, `n beta (E[L_n(w)] - L_n(w*))` under the tempered energy. */
export interface LlcEstimate {
  /** Pooled over chains. May be negative; never clipped. */
  readonly mean: number;
  /** Of `mean`: from the traces' effective sample size, or from the spread between chains where that is more than chance allows. */
  readonly standardError: number;
  /** 95 %; Student's, for the error is known from as many draws as are effective, or from the chains where the spread between them decides. */
  readonly interval: [number, number];
  readonly perChain: number[];
  /** Of the loss trace. */
  readonly rhat: number;
  readonly essBulk: number;
  readonly lossAtCenter: number;
  /** Full-data loss of every kept draw, one array per chain; what a stopped chain kept is here too. */
  readonly trace: Float64Array[];
  readonly verdict: Verdict;
  /**
   * In gradients over all data, an energy alone as a third of one: of all chains, warmup included, of the loss at the centre, and of what
   * the verdict looks at, a descent below the centre and SGLD's `stepExcess`. Without what is asked of the starts, warmup's own measurements of
   * curvature, and losses that are only observed. NaN where a sampler does not count.
   */
  readonly work: number;
  /** What of `work` is not the chains': the loss at the centre, and what the verdict looks at. */
  readonly verdictWork: number;
  /**
   * `standardError ** 2` times `work`: what a sampler needs for a given error, however long it ran, but for warmup and `verdictWork`, which weigh
   * on short runs. Times seconds in `compareLlc`.
   */
  readonly workNormalizedVariance: number;
  /**
   * SGLD alone: the share by which its steps inflate the variance of the stiffest direction. Where gradient noise falls with the curvature,
   * as it does for a model that fits, other directions get less, so about this share of `mean`, at most, is the steps' and not the law's; neither `standardError` nor `interval` has it.
   */
  readonly stepExcess?: number;
  /** Where the loss at the centre was given with an error: what that adds to `standardError`, in quadrature. */
  readonly centerError?: number;
  /**
   * Where the centre is the truth and not the minimiser (`atTruth`): what the data have done to the estimate, which no longer run takes away
   * and neither `standardError` nor `interval` has.
   */
  readonly dataTerm?: DataTerm;
  /** The same of the losses that `observe` named, on the same draws. */
  readonly observed?: Readonly<Record<string, ObservedLlc>>;
  /** Indices of the parameters that moved, where a `mask` chose them; `dim` is how many, and `draws` has these alone. */
  readonly moving?: readonly number[];
  readonly beta: number;
  readonly gamma: number;
  /** Of all parameters. */
  readonly center: Float64Array;
  readonly dataSize: number;
  readonly dim: number;
  /** The draws behind the estimate. */
  readonly draws: Draws;
}

/** For a regular model, whose loss has its minimum at a distance of the order `1 / sqrt(n)` from the truth. */
export interface DataTerm {
  /** The mean of what the data add: `-beta` times the coefficient. The estimate less this is free of it, on average over data sets. */
  readonly shift: number;
  /** Its standard deviation over data sets, `beta sqrt(lambda)`. In singular directions it is of the order `sqrt(lambda beta / 2)`. */
  readonly standardError: number;
}

/** `n beta (E[L(w)] - L(w*))` of another loss L on the draws of a run, with the run's n beta. */
export interface ObservedLlc {
  readonly mean: number;
  readonly standardError: number;
  readonly interval: [number, number];
  readonly perChain: number[];
  readonly lossAtCenter: number;
}

export interface Verdict {
  readonly ok: boolean;
  /** What is wrong, each with a name, a sentence and what to try. Empty where `ok`. */
  readonly problems: Problem[];
}

export interface Problem {
  readonly kind: ProblemKind;
  readonly message: string;
}

export type ProblemKind =
  | "not-a-minimum"
  | "chains-disagree"
  | "too-few-effective-draws"
  | "step-size-unstable"
  | "divergences"
  | "inexact-law"
  | "chain-stopped";

/** Whether this is what `llc` returns, as far as one can see. */
export function isLlcEstimate(value: unknown): value is LlcEstimate {
  if (typeof value !== "object" || value === null) return false;
  const { mean, interval, perChain, trace, verdict } = value as Partial<LlcEstimate>;
  const lists = [interval, perChain, trace, verdict?.problems];
  return typeof mean === "number" && lists.every((list) => Array.isArray(list) || ArrayBuffer.isView(list));
}
