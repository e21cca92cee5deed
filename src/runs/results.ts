// The table of a sweep: a row for each job with what was said of it alone, what it came to, and why it failed where it did.

import { toCsv } from "../formats/csv-table.js";
import type { Override } from "./configuration/index.js";

export function resultRow(
  overrides: readonly Override[],
  metrics: object,
  error: Error | undefined,
): Record<string, unknown> {
  const said = Object.fromEntries(overrides.map(({ key, value }) => [key, cell(value)]));
  return { ...said, ...metrics, error: error?.message ?? "" };
}

/** A table's columns are those of its first row. */
export function resultsCsv(rows: readonly Record<string, unknown>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name !== "error");
  const whole = rows.map((row) =>
    Object.fromEntries([...columns, "error"].map((name) => [name, row[name] ?? Number.NaN])),
  );
  return toCsv({ rows: whole });
}

function cell(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
