// How a kind of target is made: the loss at once, its centre on demand, for that may take long training.

import type { Loss } from "../../networks/index.js";

export interface Recipe {
  readonly loss: Loss;
  center(signal?: AbortSignal): Promise<Float64Array>;
}
