// V-MPO (Song et al. 2019, arXiv:1909.12238): the better half of what was done is imitated, the more the better it was, within a bound on
// how far that carries the actor.

import { integerAtLeast, knownOptions, oneOf, positiveNumber, refuse } from "../../arguments/index.js";
import { exp } from "../../tensor/special/index.js";
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
import { divergenceNames, divergencesOf, isDecoupled } from "./divergences.js";
import { lehmann2024 } from "./lehmann.js";
import { explainedVariance, type MinibatchLoss, meanOver, minibatchDescent } from "./minibatch.js";
import { checkMinibatches, minibatchesOf } from "./minibatches.js";
import { runningMeans } from "./running-means.js";
import { inertVmpo } from "./vmpo-inert.js";

export interface VmpoOptions extends Omit<LearningOptions, "entropyCoefficient" | "normalizeAdvantages"> {
  /** "corrected", the default, or "lehmann2024": what the programs of Lehmann 2024 do, mistakes D1, D3 to D6 and D8 of algorithms/lehmann.ts included. */
  readonly preset?: "corrected" | "lehmann2024";
  /**
   * Whether the bounds hold. "inert" is Lehmann 2024's mistake: nothing is bounded but by the size of steps, and temperature and multipliers are moved by the
   * optimiser of the networks, for which minibatches must be whole unrolls.
   */
  readonly bounds?: "binding" | "inert";
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

export interface VmpoSettings extends LearningSettings {
  readonly bounds: "binding" | "inert";
  readonly weightKl: number;
  readonly targetKl: number;
  readonly targetScaleKl: number;
  readonly multiplierRate: number;
  readonly epochs: number;
  readonly minibatches: number;
}

const choices: VmpoSettings = {
  ...correctedLearning,
  bounds: "binding",
  environments: 8,
  steps: 128,
  learningRate: 1e-3,
  anneal: false,
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
const lehmann: VmpoSettings = {
  ...lehmann2024,
  bounds: "inert",
  valueCoefficient: 1,
  normalizeAdvantages: false,
  weightKl: 0.01,
  targetKl: 0.01,
  targetScaleKl: 5e-5,
  multiplierRate: 0.1,
  epochs: 10,
  minibatches: 8,
};
const presets: Readonly<Record<string, Preset<VmpoSettings>>> = {
  corrected: { choices, box: { ...choices, steps: 256, learningRate: 3e-4, minibatches: 16 } },
  lehmann2024: { choices: lehmann, box: lehmann },
};

/**
 * V-MPO. The temperature is the exact minimum of its dual for each rollout, and the bounds are on the divergence from the rollout's actor. Throws
 * where an option is not one; what depends on the environment is checked when training begins.
 * @example await trainPolicy(vmpo(), environments.cartPole(), { totalSteps: 100_000, seed: 1 })
 */
export function vmpo(options: VmpoOptions = {}): Algorithm {
  knownOptions("vmpo", options, [
    ...["preset", "bounds", "weightKl", "targetKl", "targetScaleKl", "multiplierRate", "epochs", "minibatches"],
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
    oneOf("vmpo", "bounds", settings.bounds, ["binding", "inert"]);
    const inert = settings.bounds === "inert";
    if (settings.unrolls !== inert) refuse("vmpo", "unrolls", `${inert} with ${settings.bounds} bounds`, !inert);
    checkMinibatches("vmpo", "minibatches", settings.minibatches, settings);
    return settings;
  },

  learner(agent, settings): Learner {
    if (settings.bounds === "inert") return inertVmpo(agent, settings);
    const { environments, steps, epochs, minibatches, multiplierRate } = settings;
    const rows = environments * steps;
    const bounds = isDecoupled(agent.distribution) ? [settings.targetKl, settings.targetScaleKl] : [settings.targetKl];
    const parts = minibatchesOf(agent, settings, minibatches);
    const descent = minibatchDescent(agent, parts.size, vmpoLoss(agent, settings), settings, bounds.length);
    const multipliers = new Float64Array(bounds.length).fill(1);
    return {
      memory: () => [descent.memory, multipliers],
      update(w, rollout, remaining, random) {
        const factor = learningFactor(settings.anneal, remaining, (epochs * minibatches) / rows);
        const estimates = parts.take(rollout);
        const { temperature, weights } = imitationWeights(estimates.advantages, estimates.weights, settings.weightKl);
        // The loss is a mean over the rows that count, equation 2 a sum.
        const counted = estimates.weights.reduce((sum, weight) => sum + weight, 0);
        const imitated = { ...estimates, advantages: weights.map((weight) => weight * counted) };
        const means = runningMeans();
        for (let epoch = 0; epoch < epochs; epoch++) {
          for (const chosen of parts.pass(w, random)) {
            const found = descent.evaluate(w, rollout, imitated, chosen.rows, multipliers);
            means.add(found);
            descent.move(w, factor);
            // Where a bound is passed its multiplier grows, elsewhere it shrinks: ascent on the dual in its logarithm, which keeps it positive.
            bounds.forEach((bound, k) => {
              const excess = Math.max(-1, Math.min(1, found[divergenceNames[k]] / bound - 1));
              multipliers[k] = Math.max(leastMultiplier, multipliers[k] * exp(multiplierRate * excess));
            });
          }
        }
        return {
          ...means.record(),
          temperature,
          multiplier: multipliers[0],
          explained_variance: explainedVariance(rollout.values, estimates),
          learning_rate: settings.learningRate * factor,
          updates: means.count(),
        };
      },
    };
  },
};

/** As good as none beside the other terms, and yet soon back where it is needed. */
const leastMultiplier = 0.01;

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
function vmpoLoss(agent: ActorCritic, { valueCoefficient }: VmpoSettings): MinibatchLoss {
  const { distribution } = agent;
  return (w, { observations, outcomes, laws, advantages, returns, weights }, multipliers) => {
    const mean = meanOver(weights);
    const law = agent.law(w, observations);
    const logProbability = distribution.logProbability(law, outcomes);
    const imitation = mean(logProbability.mul(advantages)).neg();
    const valueLoss = mean(agent.value(w, observations).sub(returns).square()).mul(0.5);
    const divergences = divergencesOf(distribution, laws, law).map(mean);
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
