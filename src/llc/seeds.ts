// Seeds of several runs that one call makes of one seed.

import { integerAtLeast } from "../arguments/index.js";
import { stream } from "../random/index.js";

/** A seed of its own for the run of this number. */
export function seedFor(seed: number, where: string, run: number): number {
  return Math.floor(stream(integerAtLeast(where, "seed", seed, 0), where, run).uniform() * 2 ** 48);
}
