// Independent normal numbers: means, then what their standard deviations are made of.

import { integerAtLeast, knownOptions, oneOf } from "../../arguments/index.js";
import { concat, type Tensor } from "../../tensor/index.js";
import { exp, softplus } from "../../tensor/special/index.js";
import { type Distribution, rowCount } from "./distribution.js";

export interface NormalOptions {
  /**
   * How a standard deviation comes from its parameter: `exp(raw)`, so that the parameter is its logarithm, or `softplus(raw) + 0.001`,
   * which cannot vanish (Lehmann 2024, as in Brax). "exponential" where left out.
   */
  readonly scale?: NormalScale;
}

/** What standard deviations are made of. */
export type NormalScale = "exponential" | "softplus";

/** Under it a softplus scale does not fall. */
const leastScale = 0.001;
const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);

/**
 * `size` independent normal numbers. A row of parameters holds the means and then the raw scales. Throws where size is not a positive integer.
 * @example normal(1) // at parameters (0, 0) and outcome 0 the log-density is -log(2 pi) / 2 = -0.919
 */
export function normal(size: number, options: NormalOptions = {}): Distribution {
  integerAtLeast("normal", "size", size, 1);
  knownOptions("normal", options, ["scale"]);
  const scale = oneOf("normal", "scale", options.scale ?? "exponential", ["exponential", "softplus"]);
  const shape = { kind: "normal", size, parameters: 2 * size };
  const deviationOf = (raw: number): number => (scale === "softplus" ? softplus(raw) + leastScale : exp(raw));
  const parts = (parameters: Tensor) => momentsOf(parameters, size, scale);
  return {
    ...shape,
    logProbability(parameters, outcomes) {
      const { mean, logDeviation } = parts(parameters);
      const z = outcomes.sub(mean).mul(logDeviation.neg().exp());
      return z
        .square()
        .mul(-0.5)
        .sub(logDeviation)
        .sum(1)
        .sub(size * halfLogTwoPi);
    },
    entropy(parameters) {
      return parts(parameters)
        .logDeviation.sum(1)
        .add(size * (halfLogTwoPi + 0.5));
    },
    kl(p, q) {
      const [of, to] = [parts(p), parts(q)];
      const logRatio = to.logDeviation.sub(of.logDeviation);
      const shift = of.mean.sub(to.mean).mul(to.logDeviation.neg().exp());
      return logRatio.add(logRatio.mul(-2).exp().add(shift.square()).sub(1).mul(0.5)).sum(1);
    },
    meanDeviation(parameters) {
      let sum = 0;
      for (let row = size; row < parameters.length; row += 2 * size) {
        for (let i = 0; i < size; i++) sum += deviationOf(parameters[row + i]);
      }
      return sum / (parameters.length / 2);
    },
    mode(parameters, outcomes) {
      const rows = rowCount(shape, parameters, outcomes);
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < size; i++) outcomes[row * size + i] = parameters[row * 2 * size + i];
      }
    },
    sample(parameters, outcomes, random) {
      const rows = rowCount(shape, parameters, outcomes);
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < size; i++) {
          const k = row * 2 * size + i;
          outcomes[row * size + i] = parameters[k] + deviationOf(parameters[k + size]) * random.normal();
        }
      }
    },
  };
}

/** Means and logarithms of standard deviations, `[rows, size]` each, of a row of parameters. */
export function momentsOf(
  parameters: Tensor,
  size: number,
  scale: NormalScale,
): { readonly mean: Tensor; readonly logDeviation: Tensor } {
  const mean = parameters.slice(0, size, 1);
  const raw = parameters.slice(size, 2 * size, 1);
  return { mean, logDeviation: scale === "softplus" ? raw.softplus().add(leastScale).log() : raw };
}

/** The parameters of the normal with these means `[rows, size]` and one learned scale per number, the same in every row. */
export function withFreeScale(means: Tensor, scales: Tensor): Tensor {
  return concat([means, scales.broadcastTo(means.shape)], 1);
}
