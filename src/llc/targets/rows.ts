// Which rows of data that are there a target has.

import { refuse } from "../../arguments/index.js";
import type { Random } from "../../random/index.js";

/** All of them in their order where `n` is null or as many, else so many at random without replacement. `of` says of what, in errors. */
export function chosenRows(
  where: string,
  of: string,
  n: number | null,
  available: number,
  random: Random,
): Uint32Array {
  if (n === null || n === available) return Uint32Array.from({ length: available }, (_, row) => row);
  if (n > available) refuse(where, "data.n_data", `at most the ${available} rows of ${of}, or null for all of them`, n);
  const rows = new Uint32Array(n);
  random.subset(available, rows);
  return rows;
}
