// Advantage actor-critic, synchronous (Mnih et al. 2016, arXiv:1602.01783): short rollouts, one step along the policy gradient for each.

import { knownOptions } from "../../arguments/index.js";
import type { ActorCritic } from "../actor-critic.js";
import {
  type Algorithm,
  type AlgorithmDefinition,
  algorithmRecord,
  completed,
  correctedLearning,
  type Learner,
  type LearningOptions,
  type LearningSettings,
  learningFactor,
  learningOptionNames,
  type Preset,
} from "./algorithm.js";
import { lehmann2024 } from "./lehmann.js";
import { explainedVariance, type MinibatchLoss, meanOver, minibatchDescent } from "./minibatch.js";
import { checkMinibatches, minibatchesOf } from "./minibatches.js";
import { runningMeans } from "./running-means.js";

export interface A2cOptions extends LearningOptions {
  /** "corrected", the default, or "lehmann2024": what the programs of Lehmann 2024 do, mistakes D3 to D6 and D8 of algorithms/lehmann.ts included. */
  readonly preset?: "corrected" | "lehmann2024";
  /** Parts a rollout is cut into, with a step along the gradient for each; 1 but for "lehmann2024". */
  readonly minibatches?: number;
}

interface A2cSettings extends LearningSettings {
  readonly minibatches: number;
}

const choices: A2cSettings = {
  ...correctedLearning,
  environments: 8,
  steps: 16,
  learningRate: 2e-3,
  anneal: true,
  entropyCoefficient: 0.01,
  valueCoefficient: 0.5,
  normalizeAdvantages: false,
  minibatches: 1,
};
const lehmann: A2cSettings = { ...lehmann2024, entropyCoefficient: 0.1, minibatches: 8 };
const presets: Readonly<Record<string, Preset<A2cSettings>>> = {
  corrected: { choices, box: { ...choices, entropyCoefficient: 0, normalizeAdvantages: true } },
  lehmann2024: { choices: lehmann, box: lehmann },
};

/**
 * Advantage actor-critic with Adam. Throws where an option is not one; what depends on the environment is checked when training begins.
 * @example await trainPolicy(a2c(), environments.cartPole(), { totalSteps: 100_000, seed: 1 })
 */
export function a2c(options: A2cOptions = {}): Algorithm {
  knownOptions("a2c", options, ["preset", "minibatches", ...learningOptionNames]);
  return algorithmRecord("a2c", options);
}

export const a2cDefinition: AlgorithmDefinition<A2cSettings> = {
  settings(options, actionSpace) {
    const settings = completed("a2c", presets, options, actionSpace);
    checkMinibatches("a2c", "minibatches", settings.minibatches, settings);
    return settings;
  },

  learner(agent, settings): Learner {
    const { environments, steps, learningRate, minibatches } = settings;
    const parts = minibatchesOf(agent, settings, minibatches);
    const descent = minibatchDescent(agent, parts.size, a2cLoss(agent, settings), settings);
    return {
      memory: () => [descent.memory],
      update(w, rollout, remaining, random) {
        const factor = learningFactor(settings.anneal, remaining, minibatches / (environments * steps));
        const worth = parts.take(rollout);
        const means = runningMeans();
        for (const { rows, estimates } of parts.pass(w, random)) {
          means.add(descent.evaluate(w, rollout, estimates, rows));
          descent.move(w, factor);
        }
        return {
          ...means.record(),
          explained_variance: explainedVariance(rollout.values, worth),
          learning_rate: learningRate * factor,
          updates: minibatches,
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
