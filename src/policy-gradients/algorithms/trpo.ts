// Trust region policy optimisation (Schulman et al. 2015, arXiv:1502.05477): the natural gradient, as long a step of it as a bound on the mean KL
// divergence allows, and none at all where no part of that step keeps the bound and gains.

import {
  integerAtLeast,
  knownOptions,
  nonNegativeNumber,
  openUnit,
  positiveNumber,
  refuse,
} from "../../arguments/index.js";
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
import {
  explainedVariance,
  type MinibatchLoss,
  meanOver,
  minibatchDescent,
  shuffled,
  standardize,
} from "./minibatch.js";
import { conjugateGradients, dot, trustRegion } from "./trust-region.js";

/** The learning rate, its annealing and the longest gradient are the critic's. */
export interface TrpoOptions extends Omit<LearningOptions, "entropyCoefficient" | "valueCoefficient"> {
  /** "corrected", the only one there is. */
  readonly preset?: "corrected";
  /** The bound on the mean KL divergence of one update: delta of equation 14. */
  readonly targetKl?: number;
  /** Added to the Fisher matrix's diagonal. */
  readonly damping?: number;
  /** At most so many steps of conjugate gradients. */
  readonly conjugateSteps?: number;
  /** How many shorter steps are tried, each the one before times `backtrackFactor`. */
  readonly backtracks?: number;
  readonly backtrackFactor?: number;
  /** Passes of the critic over each rollout, and how many parts it is cut into in each. */
  readonly epochs?: number;
  readonly minibatches?: number;
}

interface TrpoSettings extends LearningSettings {
  readonly targetKl: number;
  readonly damping: number;
  readonly conjugateSteps: number;
  readonly backtracks: number;
  readonly backtrackFactor: number;
  readonly epochs: number;
  readonly minibatches: number;
}

const choices: TrpoSettings = {
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
  valueCoefficient: 1,
  normalizeAdvantages: true,
  targetKl: 0.01,
  damping: 0.1,
  conjugateSteps: 10,
  backtracks: 10,
  backtrackFactor: 0.8,
  epochs: 10,
  minibatches: 4,
};
const presets: Readonly<Record<string, Preset<TrpoSettings>>> = {
  corrected: { choices, box: { ...choices, steps: 256, minibatches: 16 } },
};

/**
 * Trust region policy optimisation. Throws where an option is not one; what depends on the environment is checked when training begins.
 * @example await trainPolicy(trpo(), environments.cartPole(), { totalSteps: 100_000, seed: 1 })
 */
export function trpo(options: TrpoOptions = {}): Algorithm {
  knownOptions("trpo", options, [
    ...["preset", "targetKl", "damping", "conjugateSteps", "backtracks", "backtrackFactor", "epochs", "minibatches"],
    ...learningOptionNames.filter((name) => name !== "entropyCoefficient" && name !== "valueCoefficient"),
  ]);
  return algorithmRecord("trpo", options);
}

export const trpoDefinition: AlgorithmDefinition<TrpoSettings> = {
  settings(options, actionSpace) {
    const settings = completed("trpo", presets, options, actionSpace);
    positiveNumber("trpo", "targetKl", settings.targetKl);
    nonNegativeNumber("trpo", "damping", settings.damping);
    openUnit("trpo", "backtrackFactor", settings.backtrackFactor);
    for (const name of ["conjugateSteps", "backtracks", "epochs", "minibatches"] as const) {
      integerAtLeast("trpo", name, settings[name], 1);
    }
    const rows = settings.environments * settings.steps;
    if (rows % settings.minibatches !== 0) {
      refuse("trpo", "minibatches", `a divisor of environments * steps, ${rows}`, settings.minibatches);
    }
    return settings;
  },

  learner(agent, settings): Learner {
    const { environments, steps, gamma, lambda, truncation, targetKl, epochs, minibatches } = settings;
    const rows = environments * steps;
    const region = trustRegion(agent, rows);
    const critic = minibatchDescent(agent, rows / minibatches, criticLoss(agent), settings);
    return {
      memory: () => [critic.memory],
      update(w, rollout, remaining, random) {
        const factor = settings.anneal ? remaining : 1;
        const estimates = advantagesOf(rollout, { gamma, lambda, truncation });
        const advantages = estimates.advantages.slice();
        if (settings.normalizeAdvantages) standardize(advantages, estimates.weights);
        region.take(rollout, advantages, estimates.weights);

        // Appendix C: s = (F + damping I)^-1 g, as long as sqrt(2 delta / s (F + damping I) s).
        const { gain: before, slope } = region.gradient(w);
        const fisher = (v: Float64Array): Float64Array => {
          const product = region.fisherProduct(w, v);
          for (let i = 0; i < v.length; i++) product[i] += settings.damping * v[i];
          return product;
        };
        const direction = conjugateGradients(fisher, slope, settings.conjugateSteps);
        const curvature = dot(direction, fisher(direction));
        const length = curvature > 0 ? Math.sqrt((2 * targetKl) / curvature) : 0;
        const found = lineSearch(w, agent.actorDim, direction, length, settings, (tried) => {
          const { gain, kl } = region.measure(tried);
          return { accepted: gain > before && kl <= targetKl, gain, kl };
        });

        let [error, evaluated] = [0, 0];
        for (let epoch = 0; epoch < epochs; epoch++) {
          for (const chosen of shuffled(random.permutation(rows), rows / minibatches)) {
            error += critic.evaluate(w, rollout, estimates, chosen).loss;
            evaluated++;
            critic.move(w, factor);
          }
        }
        return {
          policy_objective: found.gain ?? before,
          kl_divergence_loss: found.kl ?? 0,
          is_line_search_success: found.accepted ? 1 : 0,
          value_loss: error / evaluated,
          explained_variance: explainedVariance(rollout.values, estimates.returns),
          learning_rate: settings.learningRate * factor,
          updates: evaluated,
        };
      },
    };
  },
};

interface Tried {
  readonly accepted: boolean;
  readonly gain?: number;
  readonly kl?: number;
}

/** Moves the first `dim` parameters along `direction` as far as accepted; where nothing is, every bit of them is as before. */
export function lineSearch(
  w: Float64Array,
  dim: number,
  direction: Float64Array,
  length: number,
  { backtracks, backtrackFactor }: Pick<TrpoSettings, "backtracks" | "backtrackFactor">,
  judge: (tried: Float64Array) => Tried,
): Tried {
  const before = w.slice(0, dim);
  for (let [attempt, step] = [0, length]; attempt < backtracks && step > 0; attempt++, step *= backtrackFactor) {
    for (let i = 0; i < dim; i++) w[i] = before[i] + step * direction[i];
    const found = judge(w);
    if (found.accepted) return found;
  }
  w.set(before);
  return { accepted: false };
}

function criticLoss(agent: ActorCritic): MinibatchLoss {
  return (w, { observations, returns, weights }) => ({
    loss: meanOver(weights)(agent.value(w, observations).sub(returns).square()).mul(0.5),
  });
}
