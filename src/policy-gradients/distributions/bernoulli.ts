// Independent yes-or-no outcomes, by logits.

import { integerAtLeast } from "../../arguments/index.js";
import { sigmoid } from "../../tensor/special/index.js";
import { type Distribution, rowCount } from "./distribution.js";

/**
 * `size` independent outcomes, each 1 with the probability `sigmoid(x)` of its parameter and 0 otherwise. Throws where size is not a positive integer.
 * @example bernoulli(1) // at parameter 0 both outcomes have log-probability -log 2
 */
export function bernoulli(size: number): Distribution {
  integerAtLeast("bernoulli", "size", size, 1);
  const shape = { kind: "bernoulli", size, parameters: size };
  return {
    ...shape,
    // y log s(x) + (1 - y) log(1 - s(x)) = y x - softplus(x)
    logProbability: (parameters, outcomes) => outcomes.mul(parameters).sub(parameters.softplus()).sum(1),
    entropy: (parameters) => parameters.softplus().sub(parameters.mul(parameters.sigmoid())).sum(1),
    kl: (p, q) => p.sigmoid().mul(p.sub(q)).add(q.softplus()).sub(p.softplus()).sum(1),
    mode(parameters, outcomes) {
      rowCount(shape, parameters, outcomes);
      for (let i = 0; i < outcomes.length; i++) outcomes[i] = parameters[i] > 0 ? 1 : 0;
    },
    sample(parameters, outcomes, random) {
      rowCount(shape, parameters, outcomes);
      for (let i = 0; i < outcomes.length; i++) outcomes[i] = random.uniform() < sigmoid(parameters[i]) ? 1 : 0;
    },
  };
}
