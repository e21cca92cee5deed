// What is minimised and sampled, by its name in a configuration.

import { type Likelihood, likelihoods } from "../../networks/index.js";
import type { LossName, TargetConfiguration } from "./configuration.js";

/** `target.loss`, or where that is null what the data call for. */
export function lossNameOf({ target, data }: TargetConfiguration): LossName {
  return target.loss ?? (data.source === "digits" ? "categorical" : "gaussian");
}

/** Whether the outputs are numbers with errors, and no labels, outcomes or counts. */
export function hasErrors(name: LossName): boolean {
  return name === "gaussian" || name === "student_t" || name === "mse";
}

/** In nats, but for `mse`. */
export function likelihoodOf(configuration: TargetConfiguration): Likelihood {
  const { noise_scale: sigma, student_df: degreesOfFreedom } = configuration.data;
  switch (lossNameOf(configuration)) {
    case "gaussian":
      return likelihoods.gaussian({ sigma });
    case "student_t":
      return likelihoods.studentT({ degreesOfFreedom, sigma });
    case "mse":
      return likelihoods.meanSquaredError();
    case "categorical":
      return likelihoods.categorical();
    case "bernoulli":
      return likelihoods.bernoulli();
    case "poisson":
      return likelihoods.poisson();
  }
}
