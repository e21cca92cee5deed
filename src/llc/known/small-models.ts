// Small singular models whose coefficients were found by resolving their singularities by hand.

import { integerAtLeast, knownOptions, oneOf } from "../../arguments/index.js";
import { loss } from "../../networks/index.js";
import { constant, type Tensor } from "../../tensor/index.js";
import type { DataSizeOption, KnownAnswer } from "./answer.js";

export interface TanhNetworkOptions extends DataSizeOption {
  /** H, the number of hidden units. */
  readonly hidden: number;
}

/**
 * `y = sum_k a_k tanh(b_k x)` for scalar x where the truth is 0: lambda is `(H + i^2 + i) / (4 i + 2)` with `i = floor(sqrt(H))`, the
 * multiplicity 2 where H is a square and 1 elsewhere (Aoyagi and Watanabe 2005; Watanabe 2009, section 7.2). The loss is the mean of `y^2 / 2`
 * over 33 inputs from -2 to 2, an analytic stand-in with the same singularity; parameters are a_1 ... a_H, b_1 ... b_H.
 * @example known.tanhNetwork({ hidden: 2 }).lambda // 2 / 3
 */
export function tanhNetwork(options: TanhNetworkOptions): KnownAnswer {
  const where = "known.tanhNetwork";
  knownOptions(where, options, ["hidden", "dataSize"]);
  const { hidden: H, dataSize = 1000 } = options;
  integerAtLeast(where, "hidden", H, 1);
  const i = Math.floor(Math.sqrt(H));
  const inputs = Array.from({ length: 33 }, (_, k) => -2 + k / 8);
  return {
    lambda: (H + i * i + i) / (4 * i + 2),
    multiplicity: i * i === H ? 2 : 1,
    dim: 2 * H,
    loss: loss(2 * H, integerAtLeast(where, "dataSize", dataSize, 1), (w: Tensor) => {
      const x = constant(inputs, { shape: [inputs.length, 1] });
      const features = x.mul(w.slice(H, 2 * H).reshape([1, H])).tanh();
      return features.matmul(w.slice(0, H)).square().mean().mul(0.5);
    }),
    center: new Float64Array(2 * H),
  };
}

export interface MixtureOptions extends DataSizeOption {
  /** "weight and means" (where left out): all three parameters are free; "one mean": the other component is fixed at the truth. */
  readonly free?: "weight and means" | "one mean";
}

/**
 * Two unit Gaussians mixed, where the truth is one standard normal. With weight and both means free lambda is 3/4 and the multiplicity 1; with
 * one component fixed at the truth, `(1 - a) N(0, 1) + a N(b, 1)`, `K` is equivalent to `a^2 b^2`: lambda 1/2, multiplicity 2. The first has a
 * loss, the Kullback-Leibler divergence by the trapezoidal rule on [-9, 9], in u (weight `1 / (1 + exp(-u))`) and the means; at its centre the
 * weight is 1/2, and lambda there is 3/4 too.
 * @example known.mixture().lambda // 0.75
 */
export function mixture(options: MixtureOptions = {}): KnownAnswer {
  const where = "known.mixture";
  knownOptions(where, options, ["free", "dataSize"]);
  const { free = "weight and means", dataSize = 1000 } = options;
  if (oneOf(where, "free", free, ["weight and means", "one mean"]) === "one mean") {
    return { lambda: 1 / 2, multiplicity: 2, dim: 2 };
  }
  // For analytic functions that vanish at the ends the trapezoidal rule is right to the last digits.
  const step = 0.25;
  const nodes = Array.from({ length: 73 }, (_, k) => -9 + step * k);
  const weights = nodes.map((x) => (step * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI));
  return {
    lambda: 3 / 4,
    multiplicity: 1,
    dim: 3,
    loss: loss(3, integerAtLeast(where, "dataSize", dataSize, 1), (w: Tensor) => {
      const [u, first, second] = w.unstack();
      const x = constant(nodes);
      // log N(x; b, 1) - log N(x; 0, 1) = b x - b^2 / 2, and the logarithms of the weights are -softplus(-u) and -softplus(u).
      const ratio = (b: Tensor, logWeight: Tensor): Tensor => x.mul(b).sub(b.square().mul(0.5)).add(logWeight);
      const lower = ratio(first, u.neg().softplus().neg());
      const upper = ratio(second, u.softplus().neg());
      const logRatio = lower.add(upper.sub(lower).softplus());
      return logRatio.neg().mul(constant(weights)).sum();
    }),
    center: new Float64Array(3),
  };
}

export interface LineAndPointOptions extends DataSizeOption {
  /** Where the coefficient is asked for: at the isolated, more degenerate point, or on the line. */
  readonly at?: "point" | "line";
}

/**
 * `K = (w1 - 1)^2 (w1^2 + w2^2)^4`, whose minima are the line w1 = 1, with lambda 1/2, and the origin, with lambda 1/4: the coefficient is local.
 * @example known.lineAndPoint({ at: "point" }).lambda // 0.25
 */
export function lineAndPoint(options: LineAndPointOptions = {}): KnownAnswer {
  const where = "known.lineAndPoint";
  knownOptions(where, options, ["at", "dataSize"]);
  const { at = "point", dataSize = 1000 } = options;
  const isPoint = oneOf(where, "at", at, ["point", "line"]) === "point";
  return {
    lambda: isPoint ? 1 / 4 : 1 / 2,
    multiplicity: 1,
    dim: 2,
    loss: loss(2, integerAtLeast(where, "dataSize", dataSize, 1), (w: Tensor) => {
      const [first] = w.unstack();
      return first.sub(1).square().mul(w.square().sum().pow(4));
    }),
    center: isPoint ? new Float64Array(2) : Float64Array.of(1, 0),
  };
}
