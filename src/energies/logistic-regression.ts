// Bayesian logistic regression: the standard benchmark of smooth posteriors.

import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import { constant } from "../tensor/index.js";
import { type RegressionData, readDesign } from "./design.js";
import type { Energy } from "./energy.js";
import { energy } from "./traced.js";

const where = "energies.logisticRegression";

export interface LogisticRegressionOptions extends RegressionData {
  /** Standard deviation of every coefficient's normal prior, the intercept's too. */
  readonly priorScale?: number;
}

/**
 * The posterior of `P(y_i = 1) = 1 / (1 + exp(-x_i' beta))` with `beta_k ~ N(0, priorScale^2)`, 2.5 where left out:
 * `U = sum_i log(1 + exp(-s_i x_i' beta)) + |beta|^2 / (2 priorScale^2)`, s_i = 2 y_i - 1. Proper whatever the data, separable ones too, because
 * of the prior. Throws where an outcome is neither 0 nor 1, data are not finite, or rows are of different lengths.
 *
 * Nothing of this law is known in closed form.
 * @example energies.logisticRegression({ x: [-1, 0, 2], y: [0, 1, 1] }).names // ["intercept", "beta[0]"]
 */
export function logisticRegression(options: LogisticRegressionOptions): Energy {
  knownOptions(where, options, ["x", "y", "intercept", "priorScale"]);
  const { rows, y, names } = readDesign(where, options);
  y.forEach((outcome, i) => {
    if (outcome !== 0 && outcome !== 1) refuse(where, `y[${i}]`, "0 or 1", outcome);
  });
  const priorScale = positiveNumber(where, "priorScale", options.priorScale ?? 2.5);
  // The outcomes' signs go into the predictors once, and minus with them.
  const signed = constant(rows.map((row, i) => row.map((entry) => (1 - 2 * y[i]) * entry)));
  return energy(
    names.length,
    (beta) => {
      const prior = beta
        .square()
        .sum()
        .mul(0.5 / priorScale ** 2);
      return signed.matmul(beta).softplus().sum().add(prior);
    },
    { names },
  );
}
