// Learning-rate schedules: the factor by which step t of T is scaled.

import { integerAtLeast, knownOptions, nonNegativeNumber, openUnit, refuse } from "../arguments/index.js";

/** The factor at step `t` (0, 1, ..., `steps` - 1) of `steps`. */
export type Schedule = (t: number, steps: number) => number;

/** Always 1. */
export const constant = (): Schedule => () => 1;

export interface EndOptions {
  /** The factor that is reached where the run is over, after its last step; 0 where left out. */
  readonly end?: number;
}

/**
 * From 1 at the first step along a line to `end`, which it would have after the last one: no step is wasted on a factor of 0.
 * @example schedules.linear()(5, 10) // 0.5
 */
export function linear(options: EndOptions = {}): Schedule {
  const end = endOf("schedules.linear", options);
  return (t, steps) => 1 + (end - 1) * (t / steps);
}

/**
 * From 1 to `end`, as `linear` does, along half a cosine (Loshchilov & Hutter 2016, arXiv:1608.03983, equation 5).
 * @example schedules.cosine({ end: 0.1 })(5, 10) // 0.55
 */
export function cosine(options: EndOptions = {}): Schedule {
  const end = endOf("schedules.cosine", options);
  return (t, steps) => end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * (t / steps)));
}

/**
 * `rate^t`, with a rate between 0 and 1.
 * @example schedules.exponential({ rate: 0.5 })(3, 10) // 0.125
 */
export function exponential(options: { readonly rate: number }): Schedule {
  knownOptions("schedules.exponential", options, ["rate"]);
  const rate = openUnit("schedules.exponential", "rate", options.rate);
  return (t) => rate ** t;
}

export interface WarmupOptions {
  readonly steps: number;
  /** What follows, over the steps that are left; `constant()` where left out. */
  readonly after?: Schedule;
}

/**
 * Grows along a line over the first `steps` steps, so that the step after them is the first with the whole learning rate; then follows
 * another schedule.
 * @example schedules.warmup({ steps: 4 })(0, 10) // 0.2, then 0.4, 0.6, 0.8, 1, 1, ...
 */
export function warmup(options: WarmupOptions): Schedule {
  knownOptions("schedules.warmup", options, ["steps", "after"]);
  const { after = constant() } = options;
  const first = integerAtLeast("schedules.warmup", "steps", options.steps, 1);
  if (typeof after !== "function") refuse("schedules.warmup", "after", "a schedule", after);
  return (t, steps) => (t < first ? (t + 1) / (first + 1) : after(t - first, steps - first));
}

function endOf(where: string, options: EndOptions): number {
  knownOptions(where, options, ["end"]);
  return nonNegativeNumber(where, "end", options.end ?? 0);
}
