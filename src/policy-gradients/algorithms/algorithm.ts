// What every algorithm here is: a record that users make, and from it a learner that improves parameters by one rollout after another.

import { closedUnit, integerAtLeast, nonNegativeNumber, oneOf, positiveNumber, refuse } from "../../arguments/index.js";
import type { Random } from "../../random/random.js";
import { type ActorCritic, type ActorCriticOptions, actorCriticOptionNames } from "../actor-critic.js";
import { type TruncationPolicy, truncationPolicies } from "../advantages.js";
import type { Space } from "../environments/environment.js";
import type { Rollout } from "../rollout.js";

/** An algorithm with its settings, such as `ppo()` returns: plain data. */
export interface Algorithm {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What all algorithms can be told. What is left out is as the algorithm's preset says. */
export interface LearningOptions extends ActorCriticOptions {
  /** Copies of the environment that are stepped side by side. */
  readonly environments?: number;
  /** Steps of each copy between two updates. */
  readonly steps?: number;
  /** Discount factor. */
  readonly gamma?: number;
  /** Of the advantages: 0 is one step and the critic, 1 all rewards. */
  readonly lambda?: number;
  /** What an episode that a limit cuts short counts as. */
  readonly truncation?: TruncationPolicy;
  /** What advantages are: Schulman's sum of residuals, or how far the lambda-return of what follows exceeds the critic's value (see `advantagesOf`). */
  readonly estimator?: "gae" | "lambdaReturn";
  /**
   * Whether a minibatch is the whole unrolls of some copies, in the order of time, whose worth is found anew with the critic as it then is (Brax; Lehmann
   * 2024). Otherwise rows are drawn from all of the rollout, whose worth is found once.
   */
  readonly unrolls?: boolean;
  /** Adam's. */
  readonly learningRate?: number;
  /** Adam's. */
  readonly epsilon?: number;
  /**
   * Whether the learning rate falls along a line to 0 over the whole training. "inert": to a hundredth over as many steps of the optimiser as there are
   * steps of the environment, so that it hardly falls at all (Lehmann 2024, by mistake).
   */
  readonly anneal?: boolean | "inert";
  /** A gradient longer than this is shortened to it; `Infinity` for never. */
  readonly maxGradientNorm?: number;
  /** Of the entropy that is added to the objective. */
  readonly entropyCoefficient?: number;
  /** Of the critic's loss, half the mean squared error. */
  readonly valueCoefficient?: number;
  /** Whether advantages are brought to mean 0 and variance 1 within each minibatch. */
  readonly normalizeAdvantages?: boolean;
  /** Of the arithmetic within the networks while they learn; "f32" where left out. What was learnt is used in f64. */
  readonly precision?: "f32" | "f64";
}

/** The same with nothing left out, but for the networks, which have defaults of their own. */
export type LearningSettings = Required<Omit<LearningOptions, keyof ActorCriticOptions>> & ActorCriticOptions;

export const learningOptionNames: readonly string[] = [
  ...actorCriticOptionNames,
  ...["environments", "steps", "gamma", "lambda", "truncation", "estimator", "unrolls"],
  ...["learningRate", "epsilon", "anneal"],
  ...["maxGradientNorm", "entropyCoefficient", "valueCoefficient", "normalizeAdvantages"],
];

/** What the presets "corrected" agree on. */
export const correctedLearning: Pick<
  LearningSettings,
  "gamma" | "lambda" | "truncation" | "estimator" | "unrolls" | "epsilon" | "maxGradientNorm"
> = {
  gamma: 0.99,
  lambda: 0.95,
  truncation: "bootstrap",
  estimator: "gae",
  unrolls: false,
  epsilon: 1e-5,
  maxGradientNorm: 0.5,
};

/** What stands in the table of algorithms under a kind. */
export interface AlgorithmDefinition<Settings extends LearningSettings = LearningSettings> {
  /** Completes a record's options for actions of this space. Throws where one is not of its kind. */
  settings(options: Readonly<Record<string, unknown>>, actionSpace: Space): Settings;
  learner(agent: ActorCritic, settings: Settings): Learner;
}

export interface Learner {
  /** Live arrays with all that decides what comes, besides parameters and randomness: written back, learning goes on exactly. */
  memory(): readonly Float64Array[];
  /** Improves `w` in place by what the rollout tells. `remaining` is the share of the training that is left, 1 at its beginning. */
  update(w: Float64Array, rollout: Rollout, remaining: number, random: Random): TrainingStatistics;
}

/** By the names Stable-Baselines3 logs them under, without `train/`. */
export type TrainingStatistics = Readonly<Record<string, number>>;

export interface Preset<Settings> {
  readonly choices: Settings;
  readonly box: Settings;
}

/** The options on top of those of the named preset for actions of this kind. Throws where a common one is not of its kind. */
export function completed<Settings extends LearningSettings>(
  where: string,
  presets: Readonly<Record<string, Preset<Settings>>>,
  options: Readonly<Record<string, unknown>>,
  actionSpace: Space,
): Settings {
  const { preset = "corrected", ...own } = options;
  const named = presets[oneOf(where, "preset", preset, Object.keys(presets))];
  // Learning is as good in single precision (test/policy-gradients/precision.test.ts), and faster.
  const settings = over({ precision: "f32", ...named[actionSpace.kind === "box" ? "box" : "choices"] }, own);
  integerAtLeast(where, "environments", settings.environments, 1);
  integerAtLeast(where, "steps", settings.steps, 1);
  closedUnit(where, "gamma", settings.gamma);
  closedUnit(where, "lambda", settings.lambda);
  oneOf(where, "truncation", settings.truncation, truncationPolicies);
  positiveNumber(where, "learningRate", settings.learningRate);
  positiveNumber(where, "epsilon", settings.epsilon);
  oneOf(where, "estimator", settings.estimator, ["gae", "lambdaReturn"]);
  trueOrFalse(where, "unrolls", settings.unrolls);
  if (settings.unrolls && settings.truncation === "bootstrap") {
    refuse(where, "truncation", '"mask" or "terminal" where minibatches are whole unrolls', settings.truncation);
  }
  if (settings.anneal !== "inert" && typeof settings.anneal !== "boolean") {
    refuse(where, "anneal", 'true, false or "inert"', settings.anneal);
  }
  const { maxGradientNorm } = settings;
  if (maxGradientNorm !== Number.POSITIVE_INFINITY) positiveNumber(where, "maxGradientNorm", maxGradientNorm);
  nonNegativeNumber(where, "entropyCoefficient", settings.entropyCoefficient);
  nonNegativeNumber(where, "valueCoefficient", settings.valueCoefficient);
  trueOrFalse(where, "normalizeAdvantages", settings.normalizeAdvantages);
  return settings;
}

/** The settings with what a user says put over them; within a network's options too, so that a change of its width leaves the rest as the preset says. */
function over<Settings extends LearningSettings>(settings: Settings, own: Readonly<Record<string, unknown>>): Settings {
  const merged: Record<string, unknown> = { ...settings, ...own };
  for (const name of ["features", "actor", "critic"] as const) {
    const said = own[name];
    if (settings[name] !== undefined && typeof said === "object") merged[name] = { ...settings[name], ...said };
  }
  return merged as unknown as Settings;
}

/** What the learning rate is multiplied by with this share of the training left, where there are so many steps of the optimiser for one of the environment. */
export function learningFactor(anneal: LearningSettings["anneal"], remaining: number, stepsPerRow: number): number {
  if (anneal === "inert") return 1 - 0.99 * (1 - remaining) * stepsPerRow;
  return anneal ? remaining : 1;
}

export function trueOrFalse(where: string, name: string, value: unknown): boolean {
  if (typeof value !== "boolean") refuse(where, name, "true or false", value);
  return value;
}

/** An algorithm of this kind with the settings that are there: plain data. */
export function algorithmRecord(kind: string, settings: object): Algorithm {
  return { kind, options: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) };
}
