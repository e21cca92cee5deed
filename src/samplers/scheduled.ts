// Options that may vary along a run, such as a step size that falls or a temperature: a number, a schedule, or the schedule's table over the
// run's transitions, which is what kernels get.

import { refuse } from "../arguments/index.js";
import type { Schedule } from "../networks/index.js";

/**
 * A constant; a schedule `(t, steps) => value` over the transitions of the run, warmup included; or its table, entry t for transition
 * t, whose last entry is held.
 */
export type Scheduled = number | Schedule | Float64Array;

/** What a kernel takes: `sample` has made tables of schedules. */
export type Tabulated = number | Float64Array;

/** Checks one value: throws `where: name must be ..., got ...`, or returns it. */
type Check = (where: string, name: string, value: unknown) => number;

/** Checks an option of a factory: a schedule at its first transition, a table at every one. */
export function scheduledOption(where: string, name: string, value: unknown, check: Check): Scheduled {
  if (typeof value !== "function") return tabulatedOption(where, name, value, check);
  check(where, `${name} at transition 0`, (value as Schedule)(0, 1));
  return value as Schedule;
}

/** Checks an option of a kernel. A table is kept, not copied: all kernels of a run share it. */
export function tabulatedOption(where: string, name: string, value: unknown, check: Check): Tabulated {
  if (typeof value === "function") {
    refuse(where, name, "a number or a table (sample makes one of a schedule before it builds the kernel)", value);
  }
  if (!(value instanceof Float64Array)) return check(where, name, value);
  if (value.length === 0) refuse(where, name, "a table of at least one entry", value);
  for (let t = 0; t < value.length; t++) check(where, `${name} at transition ${t}`, value[t]);
  return value;
}

/** The value at transition `t`, 0 being the first. */
export function valueAt(value: Tabulated, t: number): number {
  return typeof value === "number" ? value : value[Math.min(t, value.length - 1)];
}
