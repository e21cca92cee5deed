// Named values of each group of a training: `algorithm=ppo`, `environment=[pendulum,normalized]`. `base` holds where nothing is said.

import type { Partly } from "../presets.js";
import { trainingKeys } from "./keys.js";
import { algorithmNames, type TrainingConfiguration, type TrainingGroup } from "./schema.js";
import { taskNames } from "./tasks.js";

type Presets<Group extends TrainingGroup> = { readonly base: TrainingConfiguration[Group] } & Readonly<
  Record<string, Partly<TrainingConfiguration[Group]>>
>;

/** The keys that are in no group, where nothing is said. */
export const trainingTop = { seed: 0, recipe: true } as const;

/** Steps where neither a key nor a recipe says how many. */
export const usualSteps = 100_000;

export const trainingPresets: { readonly [Group in TrainingGroup]: Presets<Group> } = {
  algorithm: {
    base: { ...nothingSaid("algorithm"), kind: "ppo" },
    ...Object.fromEntries(algorithmNames.map((kind) => [kind, { kind }])),
    corrected: { preset: "corrected" },
    cleanrl: { preset: "cleanrl" },
    lehmann2024: { preset: "lehmann2024" },
  },
  environment: {
    base: { ...nothingSaid("environment"), kind: "cartPole" },
    ...taskNames,
    normalized: { normalize_observation: true, clip_observation: 10, normalize_reward: true, clip_reward: 10 },
  },
  training: {
    base: { total_steps: null, evaluate_every: null, evaluation_episodes: 10, evaluation_seed: 0, workers: 0 },
  },
  output: {
    base: { save_plots: true, plot_formats: ["html", "png"], checkpoint_every: 30, console_every: 1 },
    none: { save_plots: false },
  },
};

/** Null for every key of a group. */
function nothingSaid<Group extends TrainingGroup>(group: Group): TrainingConfiguration[Group] {
  const tree: Record<string, unknown> = {};
  for (const { path } of trainingKeys()) {
    const [first, ...names] = path.split(".");
    if (first !== group) continue;
    let section = tree;
    for (const name of names.slice(0, -1)) {
      section[name] ??= {};
      section = section[name] as Record<string, unknown>;
    }
    section[names[names.length - 1]] = null;
  }
  return tree as TrainingConfiguration[Group];
}
