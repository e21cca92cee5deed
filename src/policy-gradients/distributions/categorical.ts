// One choice among several, by logits.

import { integerAtLeast } from "../../arguments/index.js";
import type { Distribution } from "./distribution.js";
import { choices } from "./multi-categorical.js";

/**
 * One of 0 ... count - 1, with probabilities the softmax of a row of `count` parameters. Throws where count is not a positive integer.
 * @example categorical(2) // at logits (0, log 3) the second choice has probability 3/4
 */
export function categorical(count: number): Distribution {
  integerAtLeast("categorical", "count", count, 1);
  return choices("categorical", [count]);
}
