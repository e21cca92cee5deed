// Advantage actor-critic, synchronous (Mnih et al. 2016, arXiv:1602.01783): short rollouts, one step along the policy gradient for each.

import { knownOptions } from "../../arguments/index.js";
import type { ActorCritic } from "../actor-critic.js";
import { advantagesOf } from "../advantages.js";
import {
  type Algorithm,
  type AlgorithmDefinition,
  algorithmRecord,
  completed,
  type Learner,
  type LearningOptions,
  type LearningSettings,
  learningOptionNames,
  type Preset,
} from "./algorithm.js";
import { explainedVariance, type MinibatchLoss, meanOver, minibatchDescent } from "./minibatch.js";

export interface A2cOptions extends LearningOptions {
  /** "corrected", the only one there is. */
  readonly preset?: "corrected";
}

const choices: LearningSettings = {
  environments: 8,
  steps: 16,
  gamma: 0.99,
  lambda: 0.95,
  truncation: "bootstrap",
  learningRate: 2e-3,
  epsilon: 1e-5,
  anneal: true,
  maxGradientNorm: 0.5,
  entropyCoefficient: 0.01,
  valueCoefficient: 0.5,
  normalizeAdvantages: false,
};
const presets: Readonly<Record<string, Preset<LearningSettings>>> = {
  corrected: { choices, box: { ...choices, entropyCoefficient: 0, normalizeAdvantages: true } },
};

/**
 * Advantage actor-critic with Adam. Throws where an option is not one; what depends on the environment is checked when training begins.
 * @example await trainPolicy(a2c(), environments.cartPole(), { totalSteps: 100_000, seed: 1 })
 */
export function a2c(options: A2cOptions = {}): Algorithm {
  knownOptions("a2c", options, ["preset", ...learningOptionNames]);
  return algorithmRecord("a2c", options);
}

export const a2cDefinition: AlgorithmDefinition = {
  settings: (options, actionSpace) => completed("a2c", presets, options, actionSpace),

  learner(agent, settings): Learner {
    const { environments, steps, gamma, lambda, truncation, learningRate, anneal } = settings;
    const rows = Uint32Array.from({ length: environments * steps }, (_, row) => row);
    const descent = minibatchDescent(agent, rows.length, a2cLoss(agent, settings), settings);
    return {
      memory: () => [descent.memory],
      update(w, rollout, remaining) {
        const factor = anneal ? remaining : 1;
        const estimates = advantagesOf(rollout, { gamma, lambda, truncation });
        const found = descent.evaluate(w, rollout, estimates, rows);
        descent.move(w, factor);
        return {
          ...found,
          explained_variance: explainedVariance(rollout.values, estimates.returns),
          learning_rate: learningRate * factor,
          updates: 1,
        };
      },
    };
  },
};

/** Its gradient is the policy gradient `-E[A grad log pi]`, and that of the critic's error and of the entropy. */
export function a2cLoss(
  agent: ActorCritic,
  { entropyCoefficient, valueCoefficient }: Pick<LearningSettings, "entropyCoefficient" | "valueCoefficient">,
): MinibatchLoss {
  return (w, { observations, outcomes, advantages, returns, weights }) => {
    const mean = meanOver(weights);
    const law = agent.law(w, observations);
    const logProbability = agent.distribution.logProbability(law, outcomes);
    const policyLoss = mean(logProbability.mul(advantages)).neg();
    const valueLoss = mean(agent.value(w, observations).sub(returns).square()).mul(0.5);
    // Where it is no part of the objective, what the drawn actions say of it will do.
    const entropy = mean(entropyCoefficient === 0 ? logProbability.neg() : agent.distribution.entropy(law));
    return {
      loss: policyLoss.sub(entropy.mul(entropyCoefficient)).add(valueLoss.mul(valueCoefficient)),
      policy_gradient_loss: policyLoss,
      value_loss: valueLoss,
      entropy_loss: entropy.neg(),
    };
  };
}
