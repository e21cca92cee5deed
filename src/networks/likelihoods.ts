// Likelihoods: what a network's outputs say about an observed row. All losses are mean negative log-likelihoods in nats.

import { integerAtLeast, knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import type { Tensor } from "../tensor/index.js";
import { lgamma } from "../tensor/special/index.js";
import { placeOf, type StoredColumn } from "./data.js";

export interface Likelihood {
  readonly kind: string;
  /** Negative log-likelihood of each row: predictions `[rows, outputs]`, observations as `check` lets them through; `[rows]`. */
  negativeLogLikelihood(predictions: Tensor, observed: Tensor): Tensor;
  /** Throws where the observed column does not fit a network of so many outputs. */
  check(observed: StoredColumn, outputs: number): void;
}

/**
 * Independent normal errors of the given standard deviation (1 where left out): the sum over a row's outputs of
 * `r^2 / (2 sigma^2) + log sigma + log(2 pi) / 2`, with r the observed number less the network's. Observations are
 * `[rows, outputs]`, or `[rows]` for one output. Throws where sigma is not positive.
 * @example likelihoods.gaussian({ sigma: 0.1 }) // no error at all costs log(0.1) + log(2 pi) / 2 = -1.384 nats per output
 */
export function gaussian(options: { readonly sigma?: number } = {}): Likelihood {
  knownOptions("likelihoods.gaussian", options, ["sigma"]);
  const sigma = positiveNumber("likelihoods.gaussian", "sigma", options.sigma ?? 1);
  const perOutput = Math.log(sigma) + 0.5 * Math.log(2 * Math.PI);
  return {
    kind: "gaussian",
    negativeLogLikelihood(predictions, observed) {
      const residual = predictions.sub(observed.reshape(predictions.shape));
      const squares = residual
        .square()
        .sum(1)
        .mul(0.5 / (sigma * sigma));
      return squares.add(predictions.shape[1] * perOutput);
    },
    check: (observed, outputs) => checkWidth(observed, outputs),
  };
}

/**
 * Class labels `0 ... classes - 1`, one per row (`[rows]` or `[rows, 1]`); the network's outputs are logits, one per class.
 * @example likelihoods.categorical() // logits (0, 0, 0) cost log 3 = 1.099 nats whatever the label
 */
export function categorical(): Likelihood {
  return {
    kind: "categorical",
    negativeLogLikelihood: (predictions, observed) =>
      predictions
        .logSoftmax(1)
        .pick(observed.reshape([predictions.shape[0]]))
        .neg(),
    check({ values, shape }, outputs) {
      if (outputs < 2)
        refuse("networkLoss", "network.outputs", "at least 2 logits for a categorical likelihood", outputs);
      if (values.length !== shape[0]) {
        throw new RangeError(`networkLoss: outputs must be one class label per row, got shape [${shape.join(", ")}]`);
      }
      values.forEach((label, i) => {
        if (!Number.isInteger(label) || label < 0 || label >= outputs) {
          refuse("networkLoss", `outputs[${i}]`, `a class label from 0 to ${outputs - 1}`, label);
        }
      });
    },
  };
}

/**
 * Independent yes-or-no outcomes (1 or 0), `[rows, outputs]` or `[rows]` for one output; the network's outputs are logits.
 * @example likelihoods.bernoulli() // a logit of 0 costs log 2 = 0.693 nats whatever the outcome
 */
export function bernoulli(): Likelihood {
  return {
    kind: "bernoulli",
    // -y log s(x) - (1 - y) log(1 - s(x)) = softplus(x) - y x
    negativeLogLikelihood(predictions, observed) {
      return predictions
        .softplus()
        .sub(predictions.mul(observed.reshape(predictions.shape)))
        .sum(1);
    },
    check(observed, outputs) {
      checkWidth(observed, outputs);
      const { values, shape } = observed;
      values.forEach((outcome, i) => {
        const place = placeOf(shape, Math.floor(i / outputs), i % outputs);
        if (outcome !== 0 && outcome !== 1) refuse("networkLoss", `outputs${place}`, "0 or 1", outcome);
      });
    },
  };
}

export interface StudentTOptions {
  readonly degreesOfFreedom: number;
  /** Scale of the errors; 1 where left out. */
  readonly sigma?: number;
}

/**
 * Independent Student errors: the sum over a row's outputs of `(nu + 1)/2 log(1 + r^2 / (nu sigma^2))` plus the constant
 * `log sigma + log(nu pi)/2 + lgamma(nu/2) - lgamma((nu + 1)/2)`. Observations as for `gaussian`. Throws where a number is not positive.
 * @example likelihoods.studentT({ degreesOfFreedom: 1 }) // Cauchy errors: no error at all costs log pi = 1.145 nats per output
 */
export function studentT(options: StudentTOptions): Likelihood {
  knownOptions("likelihoods.studentT", options, ["degreesOfFreedom", "sigma"]);
  const nu = positiveNumber("likelihoods.studentT", "degreesOfFreedom", options.degreesOfFreedom);
  const sigma = positiveNumber("likelihoods.studentT", "sigma", options.sigma ?? 1);
  const perOutput = Math.log(sigma) + 0.5 * Math.log(nu * Math.PI) + lgamma(nu / 2) - lgamma((nu + 1) / 2);
  return {
    kind: "studentT",
    negativeLogLikelihood(predictions, observed) {
      const residual = predictions.sub(observed.reshape(predictions.shape));
      const tails = residual
        .square()
        .mul(1 / (nu * sigma * sigma))
        .log1p()
        .sum(1)
        .mul((nu + 1) / 2);
      return tails.add(predictions.shape[1] * perOutput);
    },
    check: (observed, outputs) => checkWidth(observed, outputs),
  };
}

/**
 * Counts, `[rows, outputs]` or `[rows]` for one output; the network's outputs are logarithms of rates:
 * `exp(x) - y x + log y!` per output.
 * @example likelihoods.poisson() // a rate of 1 costs 1 nat at a count of 0
 */
export function poisson(): Likelihood {
  return {
    kind: "poisson",
    negativeLogLikelihood(predictions, observed) {
      const counts = observed.reshape(predictions.shape);
      return predictions.exp().sub(predictions.mul(counts)).add(counts.add(1).lgamma()).sum(1);
    },
    check(observed, outputs) {
      checkWidth(observed, outputs);
      const { values, shape } = observed;
      values.forEach((count, i) => {
        const place = placeOf(shape, Math.floor(i / outputs), i % outputs);
        if (!Number.isInteger(count) || count < 0)
          refuse("networkLoss", `outputs${place}`, "a count, 0, 1, 2, ...", count);
      });
    },
  };
}

/**
 * The mean squared error of a row's outputs, as Lambda-Hat takes it for a loss. It is no negative log-likelihood: it is `2 sigma^2 / outputs`
 * times that of `gaussian({ sigma })` but for a constant, whatever sigma the data have, so that a posterior at inverse temperature beta
 * is the likelihood's at `beta * 2 sigma^2 / outputs`: with sigma = 0.1 and one output fifty times hotter than it says. Observations as for
 * `gaussian`. `meanSquaredErrorBeta` converts.
 * @example likelihoods.meanSquaredError() // predictions (1, 3) of observations (1, 1) cost 2
 */
export function meanSquaredError(): Likelihood {
  return {
    kind: "meanSquaredError",
    negativeLogLikelihood: (predictions, observed) =>
      predictions.sub(observed.reshape(predictions.shape)).square().mean(1),
    check: (observed, outputs) => checkWidth(observed, outputs),
  };
}

/**
 * The inverse temperature of the Gaussian likelihood at which a posterior of the mean squared error really is.
 * @example likelihoods.meanSquaredErrorBeta({ beta: 0.1, sigma: 0.1 }) // 0.002
 */
export function meanSquaredErrorBeta(options: {
  readonly beta: number;
  readonly sigma: number;
  readonly outputs?: number;
}): number {
  const where = "likelihoods.meanSquaredErrorBeta";
  knownOptions(where, options, ["beta", "sigma", "outputs"]);
  const { beta, sigma, outputs = 1 } = options;
  const variance = positiveNumber(where, "sigma", sigma) ** 2;
  return (positiveNumber(where, "beta", beta) * 2 * variance) / integerAtLeast(where, "outputs", outputs, 1);
}

function checkWidth({ shape }: StoredColumn, outputs: number): void {
  const width = shape.length === 1 ? 1 : shape[1];
  if (shape.length > 2 || width !== outputs) {
    throw new RangeError(
      `networkLoss: outputs must have ${outputs} number${outputs === 1 ? "" : "s"} per row, as the network has, got shape [${shape.join(", ")}]`,
    );
  }
}
