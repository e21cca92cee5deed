// How a kind of target is made: the loss at once, its centre on demand, for that may take long training.

import type { Loss } from "../../networks/index.js";

export interface Recipe {
  readonly loss: Loss;
  /** Where the coefficient at the centre is known. */
  readonly known?: { readonly lambda: number; readonly multiplicity: number };
  center(signal?: AbortSignal): Promise<Float64Array>;
}
