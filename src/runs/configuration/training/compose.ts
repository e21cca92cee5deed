// A complete configuration of a training from what was said, and from recipes where nothing was.

import { type Recipe, recipes } from "../../../policy-gradients/index.js";
import { composeTree, type Said, type Vocabulary } from "../tree.js";
import { trainingKeys } from "./keys.js";
import { algorithmKeys, environmentKeys } from "./options.js";
import { trainingPresets, trainingTop, usualSteps } from "./presets.js";
import { type TrainingConfiguration, trainingGroups, trainingSchema } from "./schema.js";

/**
 * The configuration that was asked for, complete and checked. What recipes say is in it, and `recipe` is false: composed again it is the
 * same, whatever becomes of recipes. Throws a ConfigurationError that names the key, what came and what is expected.
 * @example composeTraining({ overrides: [{ key: "environment", value: "pendulum" }] }).algorithm.gamma // 0.95
 */
export function composeTraining(said: Said = {}): TrainingConfiguration {
  const asked = composeTree(vocabulary, said);
  const { algorithm, environment, training } = asked.recipe ? withRecipe(asked) : asked;
  const total_steps = training.total_steps ?? usualSteps;
  return { ...asked, recipe: false, algorithm, environment, training: { ...training, total_steps } };
}

const vocabulary: Vocabulary<TrainingConfiguration> = {
  schema: trainingSchema,
  keys: trainingKeys,
  groupNames: trainingGroups,
  presets: trainingPresets,
  top: trainingTop,
  // Names of the other commands, and those that Stable-Baselines3 and CleanRL have.
  elsewhere: {
    sampler: "learning coefficients are sampled by ergodic llc",
    target: "targets are trained by ergodic build-target",
    model: "networks are algorithm.actor and algorithm.critic here",
    total_timesteps: "it is called training.total_steps here",
    "algorithm.gae_lambda": "it is called algorithm.lambda here",
    "algorithm.num_envs": "it is called algorithm.environments here",
    "algorithm.n_envs": "it is called algorithm.environments here",
    "algorithm.num_steps": "it is called algorithm.steps here",
    "algorithm.n_steps": "it is called algorithm.steps here",
    "algorithm.clip_coef": "it is called algorithm.clip here",
    "algorithm.clip_range": "it is called algorithm.clip here",
    "algorithm.ent_coef": "it is called algorithm.entropy_coefficient here",
    "algorithm.vf_coef": "it is called algorithm.value_coefficient here",
    "algorithm.max_grad_norm": "it is called algorithm.max_gradient_norm here",
    "algorithm.update_epochs": "it is called algorithm.epochs here",
    "algorithm.n_epochs": "it is called algorithm.epochs here",
    "environment.id": "environment=CartPole-v1 says it here",
  },
};

/**
 * Of an algorithm that has none for a task, PPO's recipe says how the task is presented and for how long: so several algorithms can be compared. An
 * algorithm whose preset was named is left as that says.
 */
function withRecipe(asked: TrainingConfiguration): TrainingConfiguration {
  const { algorithm, environment, training } = asked;
  const table: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = recipes;
  const own = table[algorithm.kind]?.[environment.kind];
  const recipe = own ?? table.ppo[environment.kind];
  if (recipe === undefined) return asked;
  const { gamma } = recipe.algorithm.options;
  return {
    ...asked,
    algorithm:
      own !== undefined && algorithm.preset === null ? filled(algorithm, algorithmKeys(own.algorithm)) : algorithm,
    environment: filled(environment, environmentKeys(recipe.environment, gamma)),
    training: { ...training, total_steps: training.total_steps ?? recipe.totalSteps },
  };
}

/** What is null, from elsewhere where it is there. */
function filled<Section extends object>(section: Section, from: Readonly<Record<string, unknown>>): Section {
  return Object.fromEntries(
    Object.entries(section).map(([key, value]) => {
      const other = from[key];
      if (value === null) return [key, other ?? null];
      const isSection =
        typeof value === "object" && !Array.isArray(value) && typeof other === "object" && other !== null;
      return [key, isSection ? filled(value, other as Readonly<Record<string, unknown>>) : value];
    }),
  ) as Section;
}
