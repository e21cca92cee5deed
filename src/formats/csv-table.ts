// Tables of results as comma-separated values (RFC 4180), every number with all its digits.

import { refuse } from "../arguments/index.js";
import type { RowsOfRecords } from "./data-frame.js";

/**
 * The rows of a summary, or of a table of LLC estimates: a header with the names of the fields, then a line for each row, all ended by
 * "\n". Numbers read back as the same doubles; what is undefined is `NaN`, as R and pandas read it. Throws a RangeError on what has no rows.
 *
 * @example toCsv({ rows: [{ name: "a, b", mean: 0.1 }] }) // 'name,mean\n"a, b",0.1\n'
 */
export function toCsv(table: RowsOfRecords): string {
  if (typeof table !== "object" || table === null || !Array.isArray(table.rows)) {
    refuse("toCsv", "table", "a table of results, such as summarize returns", table);
  }
  const columns = Object.keys(table.rows[0] ?? {});
  const lines = table.rows.map((row) => columns.map((column) => field((row as Record<string, unknown>)[column])));
  return [columns.map(field), ...lines].map((fields) => `${fields.join(",")}\n`).join("");
}

function field(value: unknown): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  // A space at an end is lost by some readers unless it is quoted.
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
