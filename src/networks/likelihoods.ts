// Likelihoods: what a network's outputs say about an observed row. All losses are mean negative log-likelihoods in nats.

import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import type { Tensor } from "../tensor/index.js";
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

function checkWidth({ shape }: StoredColumn, outputs: number): void {
  const width = shape.length === 1 ? 1 : shape[1];
  if (shape.length > 2 || width !== outputs) {
    throw new RangeError(
      `networkLoss: outputs must have ${outputs} number${outputs === 1 ? "" : "s"} per row, as the network has, got shape [${shape.join(", ")}]`,
    );
  }
}
