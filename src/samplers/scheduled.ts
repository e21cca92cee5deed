// Options that may vary from transition to transition. A user gives a number or a schedule; `sample` makes a table of a schedule
// before a kernel is built, so that a kernel meets numbers and tables only.

import type { Schedule } from "../networks/schedules.js";

/** What a user gives. */
export type Scheduled = number | Schedule;

/** What a kernel meets: one value for all transitions, or one for each. */
export type Tabulated = number | ArrayLike<number>;

/**
 * Checks an option that may be scheduled: a number, or each entry of a table, by `check`; a schedule is passed on, for its values are
 * not known yet.
 */
export function scheduledOption<T extends Scheduled | Tabulated>(
  where: string,
  name: string,
  value: T,
  check: (where: string, name: string, value: unknown) => number,
): T {
  if (ArrayBuffer.isView(value)) {
    const table = value as unknown as ArrayLike<number>;
    for (let t = 0; t < table.length; t++) check(where, `${name} at transition ${t}`, table[t]);
  } else if (typeof value !== "function") {
    check(where, name, value);
  }
  return value;
}

/** The value at transition `t`, counted from 0; a table's last value beyond its end. */
export function valueAt(values: Tabulated, t: number): number {
  if (typeof values === "number") return values;
  return values[t < values.length ? t : values.length - 1];
}
