// What a configuration only names, read by whoever can read files: the contents of a table, of a package, of a file of weights.

import type { WeightArray } from "../../networks/index.js";

export interface Materials {
  /** Columns of `data.path` by name: `[rows]`, or `[rows, ...]` where a column is an array for every row. */
  readonly table?: Readonly<Record<string, WeightArray>>;
  /** Images of each digit that `data.classes` has, 28 x 28 numbers from 0 to 1 each, one after the other. */
  readonly digits?: Readonly<Record<number, ArrayLike<number>>>;
  /** Arrays of `model.weights` by name. */
  readonly weights?: Readonly<Record<string, WeightArray>>;
}
