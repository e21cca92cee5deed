// Pareto k-hat of draws: how heavy their tails are, and with that whether their mean can be believed.

import { knownOptions, oneOf, positiveNumber } from "../arguments/index.js";
import { asChains, pooled } from "./chains.js";
import { essTail } from "./ess-tail.js";
import { fitGeneralizedPareto } from "./generalized-pareto.js";
import { isUndefined } from "./is-undefined.js";

export interface ParetoKhatOptions {
  /** Which tail; the heavier of both where nothing is said. */
  readonly tail?: "both" | "left" | "right";
  /** Relative efficiency, effective draws over draws; `essTail` over draws where nothing is said. */
  readonly rEff?: number;
}

/**
 * The shape k of generalised Pareto laws fitted to the tails of all draws: with 1/k goes the highest moment that is finite. Compare with
 * `khatThreshold(draws)`. NaN where the draws are constant, not finite or fewer than six per chain, or the tails are constant; infinite where many
 * equal draws begin a tail.
 *
 * Vehtari et al. 2024, "Pareto smoothed importance sampling"; `pareto_khat` of R's `posterior` (since 1.5), but that an odd number of draws
 * is halved to an integer, and that no tail loses its last draw to a fraction.
 *
 * @example paretoKhat([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]) // 0.1265
 */
export function paretoKhat(chains: readonly ArrayLike<number>[], options: ParetoKhatOptions = {}): number {
  knownOptions("paretoKhat", options, ["tail", "rEff"]);
  const tail = oneOf("paretoKhat", "tail", options.tail ?? "both", ["both", "left", "right"]);
  if (options.rEff !== undefined) positiveNumber("paretoKhat", "rEff", options.rEff);
  const numbers = asChains("paretoKhat", chains);
  if (isUndefined(numbers)) return Number.NaN;
  const sorted = pooled(numbers).sort();
  const S = sorted.length;
  const rEff = options.rEff ?? essTail(numbers) / S;
  if (Number.isNaN(rEff)) return Number.NaN;

  const length = Math.max(5, Math.floor(S * rEff > 225 ? 3 * Math.sqrt(S / rEff) : S / 5)); // appendix H
  if (length >= S) return Number.NaN;
  const half = Math.min(length, Math.floor(S / 2));
  const right = (n: number): number => khatOfTail(sorted.subarray(S - n - 1));
  const left = (n: number): number =>
    khatOfTail(
      sorted
        .slice(0, n + 1)
        .map((x) => -x)
        .reverse(),
    );
  if (tail === "right") return right(length);
  if (tail === "left") return left(length);
  const both = [left(half), right(half)].filter((k) => !Number.isNaN(k));
  return both.length === 0 ? Number.NaN : Math.max(...both);
}

/** Of ascending values, the first of which is the cutoff. */
function khatOfTail(values: Float64Array): number {
  const n = values.length - 1;
  if (!(values[n] - values[1] >= Number.EPSILON)) return Number.NaN;
  // Where the cutoff is one of the tail's values, it is moved out of the way, as `posterior` does.
  const cutoff = values[0] < values[1] ? values[0] : values[0] - Number.EPSILON;
  return fitGeneralizedPareto(values.subarray(1).map((x) => x - cutoff)).k;
}
