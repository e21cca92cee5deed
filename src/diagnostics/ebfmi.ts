// E-BFMI: whether the momentum refreshed at each step lets a Hamiltonian sampler reach all energies.

import { asNumbers } from "./chains.js";
import { mean } from "./moments.js";

/**
 * The energy Bayesian fraction of missing information of one chain: its squared energy steps over its squared energy
 * deviations. Below 0.3 the tails are explored too slowly; independent energies would give 2. `energies` are the values
 * of the Hamiltonian (or the energy) draw after draw. NaN below two draws or where all are equal.
 *
 * Betancourt 2016, "Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte Carlo".
 *
 * @example ebfmi([1, 2, 1, 2]) // 3
 */
export function ebfmi(energies: ArrayLike<number>): number {
  const E = asNumbers("ebfmi", "energies", energies);
  const m = mean(E);
  let steps = 0;
  let deviations = 0;
  for (let n = 0; n < E.length; n++) {
    if (n > 0) steps += (E[n] - E[n - 1]) ** 2;
    deviations += (E[n] - m) ** 2;
  }
  return steps / deviations; // 0 / 0 where there is nothing to compare
}
