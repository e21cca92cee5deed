// Schedules: a number at step t of T. They run from 1 unless told otherwise, so that they are factors of a learning rate; with a start of
// their own they are values, such as the step size, noise scale or temperature of a sampler.

import {
  closedUnit,
  finiteVector,
  integerAtLeast,
  knownOptions,
  nonNegativeNumber,
  openUnit,
  refuse,
} from "../arguments/index.js";

/** The factor or value at step `t` (0, 1, ..., `steps` - 1) of `steps`; from `t = steps` on the end is held. */
export type Schedule = (t: number, steps: number) => number;

/**
 * Always the same; 1 where it is left out.
 * @example schedules.constant(0.1)(3, 10) // 0.1
 */
export function constant(value = 1): Schedule {
  nonNegativeNumber("schedules.constant", "value", value);
  return () => value;
}

export interface EndOptions {
  /** Where it begins, at step 0; 1 where left out. */
  readonly start?: number;
  /** What is reached where the run is over, after its last step; 0 where left out. */
  readonly end?: number;
}

/**
 * From `start` at the first step along a line to `end`, which it would have after the last one: no step is wasted on a factor of 0.
 * @example schedules.linear()(5, 10) // 0.5
 */
export function linear(options: EndOptions = {}): Schedule {
  const { start, end } = endsOf("schedules.linear", options);
  return (t, steps) => start + (end - start) * shareOf(t, steps);
}

/**
 * From `start` to `end`, as `linear` does, along half a cosine (Loshchilov & Hutter 2016, arXiv:1608.03983, equation 5).
 * @example schedules.cosine({ start: 3e-2, end: 5e-3 })(5, 10) // 0.0175
 */
export function cosine(options: EndOptions = {}): Schedule {
  const { start, end } = endsOf("schedules.cosine", options);
  return (t, steps) => end + (start - end) * 0.5 * (1 + Math.cos(Math.PI * shareOf(t, steps)));
}

export interface ExponentialOptions {
  /** Between 0 and 1. */
  readonly rate: number;
  readonly start?: number;
  /** It falls no further than this; 0 where left out. */
  readonly end?: number;
}

/**
 * `start rate^t`, but at least `end`.
 * @example schedules.exponential({ rate: 0.5 })(3, 10) // 0.125
 */
export function exponential(options: ExponentialOptions): Schedule {
  knownOptions("schedules.exponential", options, ["rate", "start", "end"]);
  const rate = openUnit("schedules.exponential", "rate", options.rate);
  const start = nonNegativeNumber("schedules.exponential", "start", options.start ?? 1);
  const end = nonNegativeNumber("schedules.exponential", "end", options.end ?? 0);
  if (end > start) refuse("schedules.exponential", "end", `at most start, ${start}`, end);
  return (t) => Math.max(end, start * rate ** t);
}

export interface MultiStepOptions {
  /** Steps, in increasing order, from which on one factor of `gamma` more applies. */
  readonly milestones: readonly number[];
  /** Between 0 and 1; 0.1 where left out. */
  readonly gamma?: number;
  readonly start?: number;
}

/**
 * `start gamma^k` from the k-th milestone on.
 * @example schedules.multiStep({ milestones: [3, 6], gamma: 0.5 })(6, 10) // 0.25
 */
export function multiStep(options: MultiStepOptions): Schedule {
  const where = "schedules.multiStep";
  knownOptions(where, options, ["milestones", "gamma", "start"]);
  const gamma = openUnit(where, "gamma", options.gamma ?? 0.1);
  const start = nonNegativeNumber(where, "start", options.start ?? 1);
  const milestones = finiteVector(where, "milestones", options.milestones);
  milestones.forEach((milestone, k) => {
    integerAtLeast(where, `milestones[${k}]`, milestone, k === 0 ? 0 : milestones[k - 1] + 1);
  });
  return (t) => {
    let passed = 0;
    while (passed < milestones.length && milestones[passed] <= t) passed++;
    return start * gamma ** passed;
  };
}

export interface RampOptions {
  /** The share of the run, from 0 to 1, up to which it has the value `start`; 0 where left out. */
  readonly from?: number;
  /** The share of the run from which on it has the value `end`; 1 where left out. */
  readonly to?: number;
  /** 0 where left out. */
  readonly start?: number;
  /** 1 where left out. */
  readonly end?: number;
}

/**
 * `start` at first, then along a line to `end`, then `end`: the temperature of energy matching (arXiv:2504.10612) with `from: 0.8`. As a
 * noise scale take its square root, or give it as a temperature.
 * @example schedules.ramp({ from: 0.5, end: 4 })(75, 100) // 2
 */
export function ramp(options: RampOptions = {}): Schedule {
  const where = "schedules.ramp";
  knownOptions(where, options, ["from", "to", "start", "end"]);
  const from = closedUnit(where, "from", options.from ?? 0);
  const to = closedUnit(where, "to", options.to ?? 1);
  if (to <= from) refuse(where, "to", `above from, ${from}`, to);
  const start = nonNegativeNumber(where, "start", options.start ?? 0);
  const end = nonNegativeNumber(where, "end", options.end ?? 1);
  return (t, steps) => {
    const along = (shareOf(t, steps) - from) / (to - from);
    return start + (end - start) * Math.min(1, Math.max(0, along));
  };
}

export interface WarmupOptions {
  readonly steps: number;
  /** What follows, over the steps that are left; `constant()` where left out. */
  readonly after?: Schedule;
  /** The first step's share of what follows, from 0 to 1; `1 / (steps + 1)` where left out. */
  readonly initial?: number;
}

/**
 * Grows along a line over the first `steps` steps, so that the step after them is the first with the whole value; then follows another
 * schedule.
 * @example schedules.warmup({ steps: 4 })(0, 10) // 0.2, then 0.4, 0.6, 0.8, 1, 1, ...
 */
export function warmup(options: WarmupOptions): Schedule {
  knownOptions("schedules.warmup", options, ["steps", "after", "initial"]);
  const { after = constant() } = options;
  const first = integerAtLeast("schedules.warmup", "steps", options.steps, 1);
  if (typeof after !== "function") refuse("schedules.warmup", "after", "a schedule", after);
  const initial = closedUnit("schedules.warmup", "initial", options.initial ?? 1 / (first + 1));
  return (t, steps) => {
    const left = Math.max(0, steps - first);
    if (t >= first) return after(t - first, left);
    return (initial + (1 - initial) * (t / first)) * after(0, Math.max(1, left));
  };
}

/** How much of the run is over at step `t`, from 0 to 1. */
function shareOf(t: number, steps: number): number {
  return t < steps ? t / steps : 1;
}

function endsOf(where: string, options: EndOptions): { readonly start: number; readonly end: number } {
  knownOptions(where, options, ["start", "end"]);
  return {
    start: nonNegativeNumber(where, "start", options.start ?? 1),
    end: nonNegativeNumber(where, "end", options.end ?? 0),
  };
}
