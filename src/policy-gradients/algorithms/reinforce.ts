// REINFORCE (Williams 1992, "Simple statistical gradient-following algorithms for connectionist reinforcement learning"): every action is made
// likelier by the rewards that came after it, less a baseline.

import { knownOptions, oneOf } from "../../arguments/index.js";
import type { ActorCritic } from "../actor-critic.js";
import { type Advantages, advantagesOf } from "../advantages.js";
import type { Rollout } from "../rollout.js";
import { a2cLoss } from "./a2c.js";
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
import { explainedVariance, minibatchDescent } from "./minibatch.js";
import { checkMinibatches } from "./minibatches.js";

export interface ReinforceOptions extends Omit<LearningOptions, "lambda" | "estimator" | "unrolls"> {
  /**
   * "corrected", the default, or "lehmann2024": what the programs of Lehmann 2024 do, mistakes D3 and D6 of algorithms/lehmann.ts included. That one has no
   * baseline, and rewards end at limits and at the end of the rollout.
   */
  readonly preset?: "corrected" | "lehmann2024";
  /**
   * What is subtracted from the rewards to go: what a critic expects of the state ("value", where left out), or nothing ("none"). With a critic the
   * episodes that the rollout leaves unfinished go on with its value; without one their rewards end there.
   */
  readonly baseline?: "value" | "none";
}

interface ReinforceSettings extends LearningSettings {
  readonly baseline: "value" | "none";
}

const choices: ReinforceSettings = {
  ...correctedLearning,
  environments: 8,
  steps: 64,
  // All rewards to go.
  lambda: 1,
  learningRate: 4e-3,
  anneal: true,
  entropyCoefficient: 0.01,
  valueCoefficient: 0.5,
  normalizeAdvantages: true,
  baseline: "value",
};
const lehmann: ReinforceSettings = {
  ...lehmann2024,
  environments: 1,
  lambda: 1,
  truncation: "terminal",
  estimator: "gae",
  unrolls: false,
  normalizeAdvantages: false,
  baseline: "none",
  // Nothing reads it.
  critic: { hidden: [] },
};
const presets: Readonly<Record<string, Preset<ReinforceSettings>>> = {
  corrected: { choices, box: { ...choices, environments: 8, steps: 256, entropyCoefficient: 0 } },
  lehmann2024: { choices: lehmann, box: lehmann },
};

/**
 * REINFORCE with Adam. Throws where an option is not one; what depends on the environment is checked when training begins.
 * @example await trainPolicy(reinforce({ baseline: "none" }), environments.cartPole(), { totalSteps: 100_000, seed: 1 })
 */
export function reinforce(options: ReinforceOptions = {}): Algorithm {
  const names = learningOptionNames.filter((name) => !["lambda", "estimator", "unrolls"].includes(name));
  knownOptions("reinforce", options, ["preset", "baseline", ...names]);
  return algorithmRecord("reinforce", options);
}

export const reinforceDefinition: AlgorithmDefinition<ReinforceSettings> = {
  settings(options, actionSpace) {
    const settings = completed("reinforce", presets, options, actionSpace);
    oneOf("reinforce", "baseline", settings.baseline, ["value", "none"]);
    checkMinibatches("reinforce", "minibatches", 1, settings);
    return settings;
  },

  learner(agent, settings): Learner {
    const { environments, steps, learningRate, baseline } = settings;
    const rows = Uint32Array.from({ length: environments * steps }, (_, row) => row);
    const valueCoefficient = baseline === "value" ? settings.valueCoefficient : 0;
    const loss = policyGradientLoss(agent, { ...settings, valueCoefficient });
    const descent = minibatchDescent(agent, rows.length, loss, settings);
    return {
      memory: () => [descent.memory],
      update(w, rollout, remaining) {
        const factor = learningFactor(settings.anneal, remaining, 1 / rows.length);
        const estimates = rewardsToGo(rollout, settings);
        const found = descent.evaluate(w, rollout, estimates, rows);
        descent.move(w, factor);
        const statistics = { ...found, learning_rate: learningRate * factor, updates: 1 };
        if (baseline === "none") return statistics;
        return { ...statistics, explained_variance: explainedVariance(rollout.values, estimates) };
      },
    };
  },
};

/** `-E[(G - b) grad log pi]` is the gradient of A2C's loss too; the two differ in what they take for G - b. */
const policyGradientLoss: (agent: ActorCritic, settings: LearningSettings) => ReturnType<typeof a2cLoss> = a2cLoss;

/** The discounted rewards after each action, less the baseline. */
function rewardsToGo(rollout: Rollout, { gamma, lambda, truncation, baseline }: ReinforceSettings): Advantages {
  if (baseline === "value") return advantagesOf(rollout, { gamma, lambda, truncation });
  const nothing = new Float64Array(rollout.rows);
  return advantagesOf({ ...rollout, values: nothing, nextValues: nothing }, { gamma, lambda, truncation });
}
