// The sampler of a run with everything fixed that the run's warmup has learnt.

import { refuse } from "../arguments/index.js";
import { samplers } from "../samplers/index.js";
import type { Sampler } from "../samplers/kernel.js";
import { type Draws, isDraws } from "./draws.js";

/**
 * The sampler that made `draws` with what its chains have learnt given as options, the mean over chains: step size, mass, trajectory length
 * and their like. A run of it needs no warmup. A sampler that learnt nothing comes back as it is.
 *
 * Throws a RangeError where warmup was not finished by any chain, and where what was learnt cannot be given as an option.
 * @example
 * const gaussian = energies.gaussian({ mean: [0, 0], covariance: [[1, 0], [0, 4]] });
 * const first = await sample(gaussian, hmc(), { chains: 4 });
 * const second = await sample(gaussian, frozen(first), { chains: 100, warmup: 0, draws: 50 });
 * second.adapted.stepSize[0] === frozen(first).options.stepSize // true
 */
export function frozen(draws: Draws): Sampler {
  if (!isDraws(draws)) refuse("frozen", "draws", "draws, such as sample returns", draws);
  const { sampler, adapted, chains, dim } = draws;
  const { kind, options } = sampler;
  const freeze = Object.hasOwn(samplers, kind) ? samplers[kind].freeze : undefined;
  if (freeze !== undefined) {
    for (const [name, values] of Object.entries(adapted)) {
      if (values.every(Number.isNaN)) refuse("frozen", `adapted.${name}`, "learnt by one chain at least", values);
    }
    if (Object.keys(adapted).length === 0) {
      throw new RangeError("frozen: draws must be of a run whose warmup was finished, but no chain came so far");
    }
    return { kind, options: freeze(options, adapted, { chains, dim }) };
  }
  if (options.stepSize === undefined && adapted.stepSize !== undefined) {
    throw new RangeError(`frozen: what ${kind} learns cannot be given as options`);
  }
  return sampler;
}
