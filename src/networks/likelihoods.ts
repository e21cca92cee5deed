// Likelihoods: what a network's outputs say about an observed row. All losses are mean negative log-likelihoods in nats.

import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import type { Tensor } from "../tensor/index.js";
import type { StoredColumn } from "./data.js";

export interface Likelihood {
  readonly kind: string;
  /** Negative log-likelihood of each row: predictions `[rows, outputs]`, observations as `check` lets them through; `[rows]`. */
  negativeLogLikelihood(predictions: Tensor, observed: Tensor): Tensor;
  /** Throws where the observed column does not fit a network of so many outputs. */
  check(observed: StoredColumn, outputs: number): void;
}

/**
 * Independent normal errors of the given standard deviation: `sum r^2 / (2 sigma^2) + log sigma + log(2 pi) / 2`.
 * Observations are `[rows, outputs]`, or `[rows]` for one output.
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

/** Class labels `0 ... classes - 1`, one per row; the network's outputs are logits. */
export function categorical(): Likelihood {
  return {
    kind: "categorical",
    negativeLogLikelihood: (predictions, observed) => predictions.logSoftmax(1).pick(observed).neg(),
    check({ values, shape }, outputs) {
      if (outputs < 2)
        refuse("networkLoss", "network.outputs", "at least 2 logits for a categorical likelihood", outputs);
      if (shape.length !== 1) refuse("networkLoss", "outputs", "one class label per row", shape);
      values.forEach((label, i) => {
        if (!Number.isInteger(label) || label < 0 || label >= outputs) {
          refuse("networkLoss", `outputs[${i}]`, `a class label from 0 to ${outputs - 1}`, label);
        }
      });
    },
  };
}

/** Independent yes-or-no outcomes (1 or 0); the network's outputs are logits. */
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
      observed.values.forEach((outcome, i) => {
        if (outcome !== 0 && outcome !== 1) refuse("networkLoss", `outputs[${i}]`, "0 or 1", outcome);
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
