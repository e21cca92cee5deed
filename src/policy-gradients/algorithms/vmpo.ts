// V-MPO (Song et al. 2019, arXiv:1909.12238): the better half of what was done is imitated, the more the better it was, within a bound on
// how far that carries the actor.

import { integerAtLeast, knownOptions, positiveNumber, refuse } from "../../arguments/index.js";
import { concat, type Tensor } from "../../tensor/index.js";
import { exp } from "../../tensor/special/index.js";
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
import { explainedVariance, type MinibatchLoss, meanOver, minibatchDescent, shuffled } from "./minibatch.js";

export interface VmpoOptions extends Omit<LearningOptions, "entropyCoefficient" | "normalizeAdvantages"> {
  /** "corrected", the only one there is. */
  readonly preset?: "corrected";
  /** How far the weights may be from equal ones: the KL divergence epsilon_eta that the temperature is found for. */
  readonly weightKl?: number;
  /** The bound on the mean KL divergence of one update; of boxes on that of the means, at the old scales. */
  readonly targetKl?: number;
  /** Of boxes, the bound on that of the scales, at the old means. */
  readonly targetScaleKl?: number;
  /** How fast the multipliers of the bounds follow. */
  readonly multiplierRate?: number;
  /** Passes over each rollout, and how many parts it is cut into in each. */
  readonly epochs?: number;
  readonly minibatches?: number;
}

interface VmpoSettings extends LearningSettings {
  readonly weightKl: number;
  readonly targetKl: number;
  readonly targetScaleKl: number;
  readonly multiplierRate: number;
  readonly epochs: number;
  readonly minibatches: number;
}

const choices: VmpoSettings = {
  environments: 8,
  steps: 128,
  gamma: 0.99,
  lambda: 0.95,
  truncation: "bootstrap",
  learningRate: 1e-3,
  epsilon: 1e-5,
  anneal: false,
  maxGradientNorm: 0.5,
  entropyCoefficient: 0,
  valueCoefficient: 0.5,
  normalizeAdvantages: false,
  weightKl: 0.1,
  targetKl: 0.01,
  targetScaleKl: 0.001,
  multiplierRate: 0.1,
  epochs: 10,
  minibatches: 4,
};
const presets: Readonly<Record<string, Preset<VmpoSettings>>> = {
  corrected: { choices, box: { ...choices, steps: 256, learningRate: 3e-4, minibatches: 16 } },
};

/**
 * V-MPO. The temperature is the exact minimum of its dual for each rollout, and the bounds are on the divergence from the rollout's actor. Throws
 * where an option is not one; what depends on the environment is checked when training begins.
 * @example await trainPolicy(vmpo(), environments.cartPole(), { totalSteps: 100_000, seed: 1 })
 */
export function vmpo(options: VmpoOptions = {}): Algorithm {
  knownOptions("vmpo", options, [
    ...["preset", "weightKl", "targetKl", "targetScaleKl", "multiplierRate", "epochs", "minibatches"],
    ...learningOptionNames.filter((name) => name !== "entropyCoefficient" && name !== "normalizeAdvantages"),
  ]);
  return algorithmRecord("vmpo", options);
}

export const vmpoDefinition: AlgorithmDefinition<VmpoSettings> = {
  settings(options, actionSpace) {
    const settings = completed("vmpo", presets, options, actionSpace);
    for (const name of ["weightKl", "targetKl", "targetScaleKl", "multiplierRate"] as const) {
      positiveNumber("vmpo", name, settings[name]);
    }
    integerAtLeast("vmpo", "epochs", settings.epochs, 1);
    integerAtLeast("vmpo", "minibatches", settings.minibatches, 1);
    const rows = settings.environments * settings.steps;
    if (rows % settings.minibatches !== 0) {
      refuse("vmpo", "minibatches", `a divisor of environments * steps, ${rows}`, settings.minibatches);
    }
    return settings;
  },

  learner(agent, settings): Learner {
    const { environments, steps, gamma, lambda, truncation, epochs, minibatches, multiplierRate } = settings;
    const rows = environments * steps;
    const bounds =
      agent.distribution.kind === "categorical" ? [settings.targetKl] : [settings.targetKl, settings.targetScaleKl];
    const descent = minibatchDescent(
      agent,
      rows / minibatches,
      vmpoLoss(agent, settings, bounds.length),
      settings,
      bounds.length,
    );
    const multipliers = new Float64Array(bounds.length).fill(1);
    return {
      memory: () => [descent.memory, multipliers],
      update(w, rollout, remaining, random) {
        const factor = settings.anneal ? remaining : 1;
        const estimates = advantagesOf(rollout, { gamma, lambda, truncation });
        const { temperature, weights } = imitationWeights(estimates.advantages, estimates.weights, settings.weightKl);
        const imitated = { ...estimates, advantages: weights.map((weight) => weight * rows) };
        const sums: Record<string, number> = {};
        let taken = 0;
        for (let epoch = 0; epoch < epochs; epoch++) {
          for (const chosen of shuffled(random.permutation(rows), rows / minibatches)) {
            const found = descent.evaluate(w, rollout, imitated, chosen, multipliers);
            for (const name of Object.keys(found)) sums[name] = (sums[name] ?? 0) + found[name];
            descent.move(w, factor);
            taken++;
            // Where a bound is passed its multiplier grows, elsewhere it shrinks: ascent on the dual in its logarithm, which keeps it positive.
            bounds.forEach((bound, k) => {
              const excess = Math.max(-1, Math.min(1, found[divergenceNames[k]] / bound - 1));
              multipliers[k] = Math.max(leastMultiplier, multipliers[k] * exp(multiplierRate * excess));
            });
          }
        }
        return {
          ...Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / taken])),
          temperature,
          multiplier: multipliers[0],
          explained_variance: explainedVariance(rollout.values, estimates.returns),
          learning_rate: settings.learningRate * factor,
          updates: taken,
        };
      },
    };
  },
};

/** As good as none beside the other terms, and yet soon back where it is needed. */
const leastMultiplier = 0.01;

const divergenceNames = ["kl", "scale_kl"] as const;

/**
 * Equations 3 and 4: weights `exp(A / eta)` of the better half of the rows that count, made to add up to 1, at the temperature that minimises the dual
 * `eta epsilon + eta log mean exp(A / eta)`, where the weights are epsilon in KL divergence from equal ones.
 */
export function imitationWeights(
  advantages: Float64Array,
  counts: Float64Array,
  epsilon: number,
): { readonly temperature: number; readonly weights: Float64Array } {
  const order = Array.from(advantages.keys()).filter((i) => counts[i] !== 0);
  order.sort((i, j) => advantages[j] - advantages[i]);
  const half = order.slice(0, Math.ceil(order.length / 2));
  const weights = new Float64Array(advantages.length);
  if (half.length === 0) return { temperature: 1, weights };
  const best = advantages[half[0]];
  /** Writes the weights, and returns how far they are from equal ones. */
  const at = (temperature: number): number => {
    let sum = 0;
    for (const i of half) {
      weights[i] = exp((advantages[i] - best) / temperature);
      sum += weights[i];
    }
    let divergence = Math.log(half.length);
    for (const i of half) {
      weights[i] /= sum;
      if (weights[i] > 0) divergence += weights[i] * Math.log(weights[i]);
    }
    return divergence;
  };
  // The dual's derivative is epsilon less the divergence, which falls with the temperature: the root is bracketed, and halved to in its logarithm.
  const spread = best - advantages[half[half.length - 1]];
  let [low, high] = [Math.log(spread + 1e-12) - 20, Math.log(spread + 1e-12) + 20];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (at(exp(middle)) > epsilon) low = middle;
    else high = middle;
  }
  at(exp(high));
  return { temperature: exp(high), weights };
}

/** Equation 2 with the weights for advantages, equation 5 for each bound, and the critic's error. */
function vmpoLoss(agent: ActorCritic, { valueCoefficient }: VmpoSettings, bounds: number): MinibatchLoss {
  const { distribution } = agent;
  const { size } = distribution;
  return (w, { observations, outcomes, laws, advantages, returns, weights }, multipliers) => {
    const mean = meanOver(weights);
    const law = agent.law(w, observations);
    const logProbability = distribution.logProbability(law, outcomes);
    const imitation = mean(logProbability.mul(advantages)).neg();
    const valueLoss = mean(agent.value(w, observations).sub(returns).square()).mul(0.5);
    const part = (x: Tensor, k: number) => x.slice(k * size, (k + 1) * size, 1);
    // Decoupled where there are means and scales: each moves while the other stays as in the rollout.
    const moved =
      bounds === 1 ? [law] : [concat([part(law, 0), part(laws, 1)], 1), concat([part(laws, 0), part(law, 1)], 1)];
    const divergences = moved.map((to) => mean(distribution.kl(laws, to)));
    const penalty = divergences.map((kl, k) => kl.mul(multipliers.at(k))).reduce((sum, term) => sum.add(term));
    return {
      loss: imitation.add(penalty).add(valueLoss.mul(valueCoefficient)),
      policy_gradient_loss: imitation,
      value_loss: valueLoss,
      entropy_loss: mean(logProbability),
      ...Object.fromEntries(divergences.map((kl, k) => [divergenceNames[k], kl])),
    };
  };
}
