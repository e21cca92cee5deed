// Nested R-hat: convergence of many chains too short to be judged each by itself, when groups of them started together.

import { refuse } from "../arguments/index.js";
import { asChains } from "./chains.js";
import { isUndefined } from "./is-undefined.js";
import { mean, variance } from "./moments.js";

/**
 * How much wider all superchains together are than each by itself. `superchains[m]` is the superchain of chain m: an integer, the
 * same for all chains that began at one point. Near 1 where the superchains agree. Of the draws themselves, neither split nor ranked,
 * as in `rhat_nested` of R's `posterior` (since 1.5). NaN where the draws are constant or not finite, or there is one superchain.
 * Throws a RangeError where the superchains are not equally many chains each, for which `posterior` has NA and a warning.
 *
 * Margossian, Hoffman, Sountsov, Riou-Durand, Vehtari and Gelman 2024, "Nested R-hat", eq. 15 to 19.
 *
 * @example rhatNested([[0, 1], [1, 2], [4, 5], [5, 6]], [0, 0, 1, 1]) // 3, sqrt(1 + 8)
 */
export function rhatNested(chains: readonly ArrayLike<number>[], superchains: ArrayLike<number>): number {
  const numbers = asChains("rhatNested", chains);
  const groups = grouped(numbers, superchains);
  if (isUndefined(numbers)) return Number.NaN;
  // Eq. 15: all chains are of one length, so that the mean of a superchain is the mean of its chains' means.
  const means = groups.map((group) => Float64Array.from(group, mean));
  const between = variance(Float64Array.from(means, mean)); // eq. 17
  // Eq. 18: a term is 0, not undefined, where there is one draw per chain or one chain per superchain.
  const within = groups.map((group, k) => {
    const withinChains = numbers[0].length > 1 ? mean(Float64Array.from(group, variance)) : 0;
    const betweenChains = group.length > 1 ? variance(means[k]) : 0;
    return withinChains + betweenChains;
  });
  return Math.sqrt(1 + between / mean(Float64Array.from(within))); // eq. 19
}

/** The chains of each superchain; as many in each. */
function grouped(chains: readonly Float64Array[], superchains: ArrayLike<number>): Float64Array[][] {
  const expected = `one integer per chain (${chains.length})`;
  if (!Array.isArray(superchains) && !ArrayBuffer.isView(superchains)) {
    refuse("rhatNested", "superchains", expected, superchains);
  }
  const ids = Array.from(superchains as ArrayLike<number>);
  if (ids.length !== chains.length) refuse("rhatNested", "superchains", expected, superchains);
  const groups = new Map<number, Float64Array[]>();
  ids.forEach((id, m) => {
    if (!Number.isInteger(id)) refuse("rhatNested", `superchains[${m}]`, "an integer", id);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [chains[m]]);
    else group.push(chains[m]);
  });
  const sizes = [...groups.values()].map((group) => group.length);
  if (Math.min(...sizes) !== Math.max(...sizes)) {
    throw new RangeError(`rhatNested: superchains must have equally many chains each, got ${sizes.join(", ")}`);
  }
  return [...groups.values()];
}
