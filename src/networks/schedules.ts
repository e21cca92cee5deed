// Learning-rate schedules: the factor by which step t of T is scaled, from 1.

import { nonNegativeNumber, openUnit, positiveNumber, refuse } from "../arguments/index.js";

/** The factor at step `t` (0, 1, ...) of `steps`. */
export type Schedule = (t: number, steps: number) => number;

/** Always 1. */
export const constant = (): Schedule => () => 1;

/** From 1 to `end` along a line. */
export function linear({ end = 0 }: { readonly end?: number } = {}): Schedule {
  nonNegativeNumber("schedules.linear", "end", end);
  return (t, steps) => 1 + (end - 1) * progress(t, steps);
}

/** From 1 to `end` along half a cosine (Loshchilov & Hutter 2016, arXiv:1608.03983). */
export function cosine({ end = 0 }: { readonly end?: number } = {}): Schedule {
  nonNegativeNumber("schedules.cosine", "end", end);
  return (t, steps) => end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * progress(t, steps)));
}

/** `rate^t`. */
export function exponential({ rate }: { readonly rate: number }): Schedule {
  openUnit("schedules.exponential", "rate", rate);
  return (t) => rate ** t;
}

/** Grows linearly from 0 over the first `steps` steps, then follows another schedule over the rest. */
export function warmup({ steps, then = constant() }: { readonly steps: number; readonly then?: Schedule }): Schedule {
  positiveNumber("schedules.warmup", "steps", steps);
  if (typeof then !== "function") refuse("schedules.warmup", "then", "a schedule", then);
  return (t, total) => (t < steps ? (t + 1) / (steps + 1) : then(t - steps, Math.max(1, total - steps)));
}

function progress(t: number, steps: number): number {
  return steps <= 1 ? 1 : Math.min(1, t / (steps - 1));
}
