// The rows of a summary in the order of one of their columns.

import type { SummaryRow } from "./summary.js";

export const COLUMNS: readonly (keyof SummaryRow)[] = [
  "name",
  "mean",
  "sd",
  "lower",
  "upper",
  "mcseMean",
  "essBulk",
  "essTail",
  "rhat",
];

/** Of an effective sample size the smallest is what a reader looks for, of anything else the largest. */
const SMALLEST_FIRST: readonly string[] = ["essBulk", "essTail"];

/** A sorted copy; rows that are equal in that column keep their order. */
export function sorted(rows: readonly SummaryRow[], column: keyof SummaryRow): SummaryRow[] {
  if (column === "name") {
    const { compare } = new Intl.Collator("en", { numeric: true });
    return [...rows].sort((a, b) => compare(a.name, b.name));
  }
  const sign = SMALLEST_FIRST.includes(column) ? 1 : -1;
  // What is undefined comes first: nothing can be said for it.
  const place = (row: SummaryRow): number =>
    Number.isNaN(row[column]) ? Number.NEGATIVE_INFINITY : sign * row[column];
  return [...rows].sort((a, b) => {
    const [left, right] = [place(a), place(b)];
    return left === right ? 0 : left < right ? -1 : 1;
  });
}
