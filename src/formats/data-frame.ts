// Draws and tables of results as danfojs data frames. danfojs takes most of a second to load, so it is loaded when first used.

import type { DataFrame } from "danfojs-node";
import { refuse } from "../arguments/index.js";
import type { Draws } from "../chains/draws.js";

/** What has rows that all have the same fields: a `Summary`, a table of LLC estimates. */
export interface RowsOfRecords {
  readonly rows: readonly object[];
}

/**
 * A danfojs DataFrame: of a summary its rows, one column per field; of draws one row per kept draw, with the columns
 * `chain`, `draw` (both from 0), the coordinates, and the sampler's statistics.
 *
 * A coordinate called `chain` or `draw` gets the column `chain (coordinate)`; a statistic with the name of a column before
 * it, `energy (statistic)`. Rejects with a RangeError where it is given something else.
 *
 * @example (await toDataFrame(summarize(draws))).print()
 */
export async function toDataFrame(summaryOrDraws: RowsOfRecords | Draws): Promise<DataFrame> {
  const { columns, dtypes, rows } = tableOf(summaryOrDraws);
  // A CommonJS package: where its names are not found from outside, they are on the default export.
  const module = await import("danfojs-node");
  const { DataFrame } = "DataFrame" in module ? module : (module as { default: typeof import("danfojs-node") }).default;
  // Rows, because danfojs refuses columns without any; types, because it would guess them from the first twenty rows.
  return new DataFrame(rows, rows.length > 0 ? { columns, dtypes } : { columns });
}

interface Table {
  readonly columns: string[];
  /** danfojs keeps numbers as they are under either name; it has none for doubles. */
  readonly dtypes: ("string" | "int32" | "float32")[];
  readonly rows: (number | string)[][];
}

function tableOf(value: RowsOfRecords | Draws): Table {
  if (typeof value === "object" && value !== null) {
    if ("rows" in value) return tableOfRecords(value.rows);
    if ("position" in value) return tableOfDraws(value);
  }
  refuse("toDataFrame", "summaryOrDraws", "what summarize or sample returned", value);
}

function tableOfRecords(records: readonly object[]): Table {
  const columns = Object.keys(records[0] ?? {});
  const rows = records.map((record) => columns.map((column) => (record as Record<string, number | string>)[column]));
  const [first = []] = rows;
  return { columns, dtypes: first.map((value) => (typeof value === "string" ? "string" : "float32")), rows };
}

function tableOfDraws({ names, stats, lengths, draws, dim, position }: Draws): Table {
  const columns = ["chain", "draw"];
  const add = (name: string, kind: string): void => {
    let unused = name;
    while (columns.includes(unused)) unused = `${unused} (${kind})`;
    columns.push(unused);
  };
  for (const name of names) add(name, "coordinate");
  for (const name of Object.keys(stats)) add(name, "statistic");

  const statistics = Object.values(stats);
  const rows: number[][] = [];
  lengths.forEach((length, chain) => {
    for (let draw = 0; draw < length; draw++) {
      const at = chain * draws + draw;
      const row = [chain, draw];
      for (let i = 0; i < dim; i++) row.push(position[at * dim + i]);
      for (const values of statistics) row.push(values[at]);
      rows.push(row);
    }
  });
  return { columns, dtypes: columns.map((_, i) => (i < 2 ? "int32" : "float32")), rows };
}
