// Proximal policy optimisation (Schulman et al. 2017, arXiv:1707.06347): several epochs of minibatch steps on one rollout, with a surrogate
// that gains nothing from moving the probability of an action further than the clip allows.

import { integerAtLeast, knownOptions, positiveNumber } from "../../arguments/index.js";
import type { ActorCritic } from "../actor-critic.js";
import {
  type Algorithm,
  type AlgorithmDefinition,
  algorithmRecord,
  completed,
  type Learner,
  type LearningOptions,
  type LearningSettings,
  learningFactor,
  learningOptionNames,
  type Preset,
  trueOrFalse,
} from "./algorithm.js";
import { cleanrl, cleanrlContinuous } from "./cleanrl.js";
import { lehmann2024 } from "./lehmann.js";
import { explainedVariance, type MinibatchLoss, meanOver, minibatchDescent } from "./minibatch.js";
import { checkMinibatches, minibatchesOf } from "./minibatches.js";
import { runningMeans } from "./running-means.js";

export interface PpoOptions extends LearningOptions {
  /**
   * "corrected", the default: truncated episodes are bootstrapped, a limit on the KL divergence that binds, no clipping of the critic. "cleanrl": what
   * CleanRL's ppo.py and ppo_continuous_action.py do, detail by detail in algorithms/cleanrl.ts. "lehmann2024": what the programs of Lehmann 2024 do,
   * mistakes D3 to D6 and D8 of algorithms/lehmann.ts included.
   */
  readonly preset?: "corrected" | "cleanrl" | "lehmann2024";
  /** Passes over each rollout. */
  readonly epochs?: number;
  /** Parts a rollout is cut into in each; a divisor of `environments * steps`. */
  readonly minibatches?: number;
  /** How far the ratio of new to old probability may move for gain: epsilon of equation 7. */
  readonly clip?: number;
  /** Whether the critic's values are held within `clip` of what they were at the rollout. */
  readonly clipValue?: boolean;
  /** Where the approximate KL divergence from the rollout's actor is above this, the update ends; `Infinity` for never. */
  readonly targetKl?: number;
}

export interface PpoSettings extends LearningSettings {
  readonly epochs: number;
  readonly minibatches: number;
  readonly clip: number;
  readonly clipValue: boolean;
  readonly targetKl: number;
}

const corrected: Partial<PpoSettings> = { truncation: "bootstrap", clipValue: false };
const lehmann: PpoSettings = {
  ...lehmann2024,
  epochs: 10,
  minibatches: 8,
  clip: 0.2,
  clipValue: false,
  targetKl: Number.POSITIVE_INFINITY,
};

const presets: Readonly<Record<string, Preset<PpoSettings>>> = {
  cleanrl: { choices: cleanrl, box: cleanrlContinuous },
  corrected: {
    choices: {
      ...cleanrl,
      ...corrected,
      environments: 8,
      steps: 128,
      learningRate: 1e-3,
      epochs: 8,
      targetKl: 0.03,
    },
    box: {
      ...cleanrlContinuous,
      ...corrected,
      environments: 8,
      steps: 256,
      targetKl: 0.03,
    },
  },
  lehmann2024: { choices: lehmann, box: lehmann },
};

/**
 * Proximal policy optimisation. Throws where an option is not one; what depends on the environment is checked when training begins.
 * @example await trainPolicy(ppo(), environments.cartPole(), { totalSteps: 100_000, seed: 1 })
 */
export function ppo(options: PpoOptions = {}): Algorithm {
  knownOptions("ppo", options, [
    ...["preset", "epochs", "minibatches", "clip", "clipValue", "targetKl"],
    ...learningOptionNames,
  ]);
  return algorithmRecord("ppo", options);
}

export const ppoDefinition: AlgorithmDefinition<PpoSettings> = {
  settings(options, actionSpace) {
    const settings = completed("ppo", presets, options, actionSpace);
    const { targetKl } = settings;
    integerAtLeast("ppo", "epochs", settings.epochs, 1);
    checkMinibatches("ppo", "minibatches", settings.minibatches, settings);
    positiveNumber("ppo", "clip", settings.clip);
    trueOrFalse("ppo", "clipValue", settings.clipValue);
    if (targetKl !== Number.POSITIVE_INFINITY) positiveNumber("ppo", "targetKl", targetKl);
    return settings;
  },

  learner(agent, settings): Learner {
    const { environments, steps, epochs, minibatches, targetKl, learningRate } = settings;
    const parts = minibatchesOf(agent, settings, minibatches);
    const descent = minibatchDescent(agent, parts.size, ppoLoss(agent, settings), settings);
    return {
      memory: () => [descent.memory],
      update(w, rollout, remaining, random) {
        const factor = learningFactor(settings.anneal, remaining, (epochs * minibatches) / (environments * steps));
        const worth = parts.take(rollout);
        const means = runningMeans();
        let taken = 0;
        update: for (let epoch = 0; epoch < epochs; epoch++) {
          for (const { rows, estimates } of parts.pass(w, random)) {
            const found = descent.evaluate(w, rollout, estimates, rows);
            means.add(found);
            if (found.approx_kl > targetKl) break update;
            descent.move(w, factor);
            taken++;
          }
        }
        return {
          ...means.record(),
          explained_variance: explainedVariance(rollout.values, worth),
          learning_rate: learningRate * factor,
          clip_range: settings.clip,
          updates: taken,
        };
      },
    };
  },
};

/** Equation 9 with its sign turned: clipped surrogate, critic's error, entropy. */
export function ppoLoss(
  agent: ActorCritic,
  {
    clip,
    clipValue,
    entropyCoefficient,
    valueCoefficient,
  }: Pick<PpoSettings, "clip" | "clipValue" | "entropyCoefficient" | "valueCoefficient">,
): MinibatchLoss {
  return (w, { observations, outcomes, logProbabilities, advantages, returns, values, weights }) => {
    const mean = meanOver(weights);
    const law = agent.law(w, observations);
    const logProbability = agent.distribution.logProbability(law, outcomes);
    const logRatio = logProbability.sub(logProbabilities);
    const ratio = logRatio.exp();
    // Equation 7: min(r A, clip(r, 1 - epsilon, 1 + epsilon) A)
    const clipped = ratio.maximum(1 - clip).minimum(1 + clip);
    const surrogate = mean(ratio.mul(advantages).minimum(clipped.mul(advantages)));

    const value = agent.value(w, observations);
    const error = value.sub(returns).square();
    const held = value.sub(values).maximum(-clip).minimum(clip).add(values).sub(returns).square();
    const valueLoss = mean(clipValue ? error.maximum(held) : error).mul(0.5);

    // Where it is no part of the objective, what the drawn actions say of it will do.
    const entropy = mean(entropyCoefficient === 0 ? logProbability.neg() : agent.distribution.entropy(law));
    return {
      loss: surrogate.neg().sub(entropy.mul(entropyCoefficient)).add(valueLoss.mul(valueCoefficient)),
      policy_gradient_loss: surrogate.neg(),
      value_loss: valueLoss,
      entropy_loss: entropy.neg(),
      // Schulman's estimator of KL(old || new), never negative: mean of r - 1 - log r.
      approx_kl: mean(ratio.sub(1).sub(logRatio)),
      clip_fraction: mean(ratio.sub(1).abs().greater(clip)),
    };
  };
}
