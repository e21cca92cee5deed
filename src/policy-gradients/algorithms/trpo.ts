// Trust region policy optimisation (Schulman et al. 2015, arXiv:1502.05477): the natural gradient, as long a step of it as a bound on the mean KL
// divergence allows, and none at all where no part of that step keeps the bound and gains.

import {
  integerAtLeast,
  knownOptions,
  nonNegativeNumber,
  oneOf,
  openUnit,
  positiveNumber,
} from "../../arguments/index.js";
import { concat, type Tensor } from "../../tensor/index.js";
import { addScaled, dot } from "../../tensor/vectors.js";
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
  trueOrFalse,
} from "./algorithm.js";
import { lehmann2024 } from "./lehmann.js";
import {
  explainedVariance,
  fillMinibatch,
  type MinibatchLoss,
  meanOver,
  minibatchArrays,
  minibatchDescent,
} from "./minibatch.js";
import { checkMinibatches, minibatchesOf } from "./minibatches.js";
import { runningMeans } from "./running-means.js";
import { conjugateGradients, trustRegion } from "./trust-region.js";

/** The learning rate, its annealing and the longest gradient are the critic's. */
export interface TrpoOptions extends Omit<LearningOptions, "entropyCoefficient" | "valueCoefficient"> {
  /** "corrected", the default, or "lehmann2024": what the programs of Lehmann 2024 do, mistakes D2 to D6 and D8 of algorithms/lehmann.ts included. */
  readonly preset?: "corrected" | "lehmann2024";
  /** The bound on the mean KL divergence of one step of the actor: delta of equation 14. */
  readonly targetKl?: number;
  /** Whether that is the divergence's mean over the numbers of an action in place of their sum; false but for "lehmann2024". */
  readonly averageKl?: boolean;
  /** Parts a rollout is cut into for the actor, with a step for each, bounded from where the one before ended; 1 but for "lehmann2024". */
  readonly actorMinibatches?: number;
  /**
   * What becomes of a step of which no part is accepted: "obeyed", where left out, takes none, "ignored" the shortest that was tried (Lehmann 2024, by
   * mistake).
   */
  readonly lineSearch?: "obeyed" | "ignored";
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
  readonly averageKl: boolean;
  readonly actorMinibatches: number;
  readonly lineSearch: "obeyed" | "ignored";
  readonly damping: number;
  readonly conjugateSteps: number;
  readonly backtracks: number;
  readonly backtrackFactor: number;
  readonly epochs: number;
  readonly minibatches: number;
}

const region = { targetKl: 0.01, damping: 0.1, conjugateSteps: 10, backtracks: 10, backtrackFactor: 0.8, epochs: 10 };
const choices: TrpoSettings = {
  ...correctedLearning,
  ...region,
  environments: 8,
  steps: 128,
  learningRate: 1e-3,
  anneal: false,
  entropyCoefficient: 0,
  valueCoefficient: 1,
  normalizeAdvantages: true,
  averageKl: false,
  actorMinibatches: 1,
  lineSearch: "obeyed",
  minibatches: 4,
};
const lehmann: TrpoSettings = {
  ...lehmann2024,
  ...region,
  valueCoefficient: 1,
  averageKl: true,
  actorMinibatches: 8,
  lineSearch: "ignored",
  minibatches: 8,
};
const presets: Readonly<Record<string, Preset<TrpoSettings>>> = {
  corrected: { choices, box: { ...choices, steps: 256, minibatches: 16 } },
  lehmann2024: { choices: lehmann, box: lehmann },
};

/**
 * Trust region policy optimisation. Throws where an option is not one; what depends on the environment is checked when training begins.
 * @example await trainPolicy(trpo(), environments.cartPole(), { totalSteps: 100_000, seed: 1 })
 */
export function trpo(options: TrpoOptions = {}): Algorithm {
  knownOptions("trpo", options, [
    ...["preset", "targetKl", "averageKl", "actorMinibatches", "lineSearch", "damping", "conjugateSteps"],
    ...["backtracks", "backtrackFactor", "epochs", "minibatches"],
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
    trueOrFalse("trpo", "averageKl", settings.averageKl);
    oneOf("trpo", "lineSearch", settings.lineSearch, ["obeyed", "ignored"]);
    for (const name of ["conjugateSteps", "backtracks", "epochs"] as const) {
      integerAtLeast("trpo", name, settings[name], 1);
    }
    checkMinibatches("trpo", "minibatches", settings.minibatches, { ...settings, normalizeAdvantages: false });
    checkMinibatches("trpo", "actorMinibatches", settings.actorMinibatches, settings);
    return settings;
  },

  learner(agent, settings): Learner {
    const { environments, steps, epochs, minibatches, normalizeAdvantages } = settings;
    // A mean over the numbers of an action that is bounded by delta is a sum bounded by so many deltas; the damping follows.
    const numbers = settings.averageKl ? agent.distribution.size : 1;
    const targetKl = numbers * settings.targetKl;
    const damping = numbers * settings.damping;
    const actorParts = minibatchesOf(agent, settings, settings.actorMinibatches);
    const criticParts = minibatchesOf(agent, settings, minibatches);
    const batch = minibatchArrays(agent, actorParts.size);
    const region = trustRegion(agent, actorParts.size);
    const critic = minibatchDescent(agent, criticParts.size, criticLoss(agent), settings);

    /** The natural gradient at the batch: `s = (F + damping I)^-1 g`, and how long a step of it the bound allows (appendix C). */
    function step(w: Float64Array): Record<string, number> {
      region.take(batch, batch.advantages, batch.weights);
      const { gain: before, slope } = region.gradient(w);
      const fisher = (v: Float64Array): Float64Array => {
        const product = region.fisherProduct(w, v);
        addScaled(product, damping, v);
        return product;
      };
      const direction = conjugateGradients(fisher, slope, settings.conjugateSteps);
      const curvature = dot(direction, fisher(direction));
      const length = curvature > 0 ? Math.sqrt((2 * targetKl) / curvature) : 0;
      const found = lineSearch(w, agent.actorDim, direction, length, settings, (tried) => {
        const { gain, kl } = region.measure(tried);
        return { accepted: gain > before && kl <= targetKl, gain, kl };
      });
      return {
        policy_objective: found.gain ?? before,
        kl_divergence_loss: (found.kl ?? 0) / numbers,
        is_line_search_success: found.accepted ? 1 : 0,
      };
    }

    return {
      memory: () => [critic.memory],
      update(w, rollout, remaining, random) {
        const factor = learningFactor(settings.anneal, remaining, (epochs * minibatches) / (environments * steps));
        const actorMeans = runningMeans();
        const criticMeans = runningMeans();
        actorParts.take(rollout);
        for (const { rows, estimates } of actorParts.pass(w, random)) {
          fillMinibatch(batch, rollout, estimates, rows, normalizeAdvantages);
          actorMeans.add(step(w));
        }
        const worth = criticParts.take(rollout);
        for (let epoch = 0; epoch < epochs; epoch++) {
          for (const { rows, estimates } of criticParts.pass(w, random)) {
            criticMeans.add(critic.evaluate(w, rollout, estimates, rows));
            critic.move(w, factor);
          }
        }
        return {
          ...actorMeans.record(),
          value_loss: criticMeans.record().loss,
          explained_variance: explainedVariance(rollout.values, worth),
          learning_rate: settings.learningRate * factor,
          updates: criticMeans.count(),
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

/** Moves the first `dim` parameters along `direction` as far as accepted; where nothing is, every bit of them is as before, if the search is obeyed. */
export function lineSearch(
  w: Float64Array,
  dim: number,
  direction: Float64Array,
  length: number,
  {
    backtracks,
    backtrackFactor,
    lineSearch: rule,
  }: Pick<TrpoSettings, "backtracks" | "backtrackFactor" | "lineSearch">,
  judge: (tried: Float64Array) => Tried,
): Tried {
  const before = w.slice(0, dim);
  let found: Tried = { accepted: false };
  for (let [attempt, step] = [0, length]; attempt < backtracks && step > 0; attempt++, step *= backtrackFactor) {
    for (let i = 0; i < dim; i++) w[i] = before[i] + step * direction[i];
    found = judge(w);
    if (found.accepted) return found;
  }
  if (rule === "ignored") return found;
  w.set(before);
  return { accepted: false };
}

/** Features that are the actor's too stay as the actor left them: moved for the critic they would carry it out of the region. */
function criticLoss(agent: ActorCritic): MinibatchLoss {
  const { sharedDim, dim } = agent;
  const held = (w: Tensor): Tensor =>
    sharedDim === 0 ? w : concat([w.slice(0, sharedDim).stopGradient(), w.slice(sharedDim, dim)]);
  return (w, { observations, returns, weights }) => ({
    loss: meanOver(weights)(agent.value(held(w), observations).sub(returns).square()).mul(0.5),
  });
}
