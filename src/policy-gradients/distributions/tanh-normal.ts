// Normal numbers squashed by tanh into the bounds of an action. An outcome is the number before the squashing: the action of x = 20 is 1 in
// double precision, and no log-probability could be read from it.

import { knownOptions, refuse } from "../../arguments/index.js";
import { range, type Tensor } from "../../tensor/index.js";
import type { Distribution } from "./distribution.js";
import { momentsOf, type NormalOptions, normal } from "./normal.js";

export interface TanhNormalOptions extends NormalOptions {
  /** Bounds of the actions, one for all or one each; -1 and 1 where left out. */
  readonly low?: number | readonly number[];
  readonly high?: number | readonly number[];
}

/**
 * Actions `middle + halfWidth tanh(x)` of `size` independent normal numbers x (Haarnoja et al. 2018, arXiv:1801.01290, appendix C); a row of
 * parameters is that of `normal`. Log-densities are the actions', at outcomes given as x. The entropy is an integral by the trapezoidal rule, to about 1e-6
 * for scales up to 3. Throws where bounds are not finite or out of order.
 * @example tanhNormal(1) // the log-density of x = 20 under parameters (20, 0) is -0.919 - 2 (log 2 - 20) = 37.7
 */
export function tanhNormal(size: number, options: TanhNormalOptions = {}): Distribution {
  knownOptions("tanhNormal", options, ["scale", "low", "high"]);
  const { scale = "exponential" } = options;
  const inner = normal(size, { scale });
  const low = boundsOf("low", options.low ?? -1, size);
  const high = boundsOf("high", options.high ?? 1, size);
  low.forEach((bound, i) => {
    if (!(bound < high[i])) refuse("tanhNormal", "low", `below high, ${high[i]}`, bound);
  });
  const middle = low.map((bound, i) => (bound + high[i]) / 2);
  const halfWidth = low.map((bound, i) => (high[i] - bound) / 2);
  const logWidths = halfWidth.reduce((sum, width) => sum + Math.log(width), 0);
  return {
    ...inner,
    kind: "tanhNormal",
    logProbability: (parameters, outcomes) =>
      inner.logProbability(parameters, outcomes).sub(logSlope(outcomes).sum(1)).sub(logWidths),
    // H(y) = H(x) + E log |dy/dx|
    entropy(parameters) {
      const { mean, logDeviation } = momentsOf(parameters, size, scale);
      const [rows] = mean.shape;
      const z = range(nodes).sub(middleNode).mul(nodeStep).reshape([1, 1, nodes]);
      const weights = z
        .square()
        .mul(-0.5)
        .exp()
        .mul(nodeStep / Math.sqrt(2 * Math.PI));
      const x = z.mul(logDeviation.exp().reshape([rows, size, 1])).add(mean.reshape([rows, size, 1]));
      return inner
        .entropy(parameters)
        .add(logSlope(x).mul(weights).sum([1, 2]))
        .add(logWidths);
    },
    // The squashing is one to one, so what tells the laws apart is untouched: KL is that of the normals, inner.kl.
    actions(outcomes, actions) {
      for (let i = 0; i < outcomes.length; i++) {
        const k = i % size;
        actions[i] = middle[k] + halfWidth[k] * Math.tanh(outcomes[i]);
      }
    },
  };
}

// The trapezoidal rule on 7 standard deviations either way; for an analytic integrand its error falls as exp(-c / step).
const nodes = 57;
const middleNode = 28;
const nodeStep = 0.25;

/** `log(1 - tanh(x)^2)` as `2 (log 2 - x - softplus(-2 x))`, which stays exact where tanh rounds to 1. */
function logSlope(x: Tensor): Tensor {
  return x.mul(-2).softplus().add(x).sub(Math.LN2).mul(-2);
}

function boundsOf(name: string, bounds: number | readonly number[], size: number): number[] {
  const list = typeof bounds === "number" ? new Array<number>(size).fill(bounds) : [...bounds];
  if (list.length !== size || !list.every(Number.isFinite)) {
    refuse("tanhNormal", name, `${size} finite number${size === 1 ? "" : "s"}`, bounds);
  }
  return list;
}
