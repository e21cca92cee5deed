// The keys of a training's configuration: type, range and meaning of each, under the names of the library's options in snake case. Where a key is null,
// the recipe says it, or else the algorithm's preset or the task.

import { z } from "zod";
import { activationNames } from "../../../networks/activations.js";
import { taskKinds } from "./tasks.js";

const count = (): z.ZodInt => z.int().min(1);
const countFrom0 = (): z.ZodInt => z.int().min(0);
const positive = (): z.ZodNumber => z.number().positive();
const nonNegative = (): z.ZodNumber => z.number().min(0);
const fraction = (): z.ZodNumber => z.number().min(0).max(1);

const never = z.literal("never");
const activation = z.enum(activationNames as [string, ...string[]]).nullable();
const initializer = z
  .enum(["orthogonal", "lecunNormal", "lecunUniform", "glorotNormal", "glorotUniform", "heNormal", "heUniform"])
  .nullable();
const widths = z.array(count()).nullable();
const gain = positive().nullable().describe("what the hidden layers' starting weights are multiplied by");

const layers = (whose: string) =>
  z.strictObject({
    hidden: widths.describe(`widths of the ${whose}'s hidden layers`),
    activation: activation.describe("between them"),
    initializer: initializer.describe("of the weights"),
    gain,
    output_gain: positive().nullable().describe("that of the last layer"),
  });

const features = z.strictObject({
  convolutions: z
    .union([
      z.literal("atari"),
      z.array(z.strictObject({ filters: count(), size: count(), stride: count().optional() })).min(1),
    ])
    .nullable()
    .describe("layers on pixels, which actor and critic look at in place of the observations; `atari` is Mnih's 2015"),
  hidden: widths.describe("widths of the layers behind them, the last of which are the features"),
  activation: activation.describe("between them"),
  initializer: initializer.describe("of the weights"),
  gain,
  shared: z.boolean().nullable().describe("whether actor and critic look at the same features, or each at its own"),
  scale_inputs: z.boolean().nullable().describe("whether observations are first brought to [0, 1]"),
});

/** Keys that all algorithms have, or most of them. */
const learning = {
  preset: z
    .enum(["corrected", "cleanrl", "lehmann2024"])
    .nullable()
    .describe("what the other keys are where they are null: `cleanrl` is `ppo`'s; `corrected` where null"),
  environments: count().nullable().describe("copies of the environment that are stepped side by side"),
  steps: count().nullable().describe("steps of each copy between two updates"),
  gamma: fraction().nullable().describe("discount factor"),
  lambda: fraction().nullable().describe("of the advantages: 0 is one step and the critic, 1 all rewards"),
  truncation: z
    .enum(["bootstrap", "mask", "terminal"])
    .nullable()
    .describe("what an episode that a limit cuts short counts as"),
  estimator: z.enum(["gae", "lambdaReturn"]).nullable().describe("what advantages are"),
  unrolls: z.boolean().nullable().describe("whether a minibatch is whole unrolls, whose worth is found anew"),
  learning_rate: positive().nullable().describe("Adam's"),
  epsilon: positive().nullable().describe("Adam's"),
  anneal: z
    .union([z.boolean(), z.literal("inert")])
    .nullable()
    .describe("whether the learning rate falls to 0; `inert` is Lehmann's 2024, which hardly falls"),
  max_gradient_norm: z.union([positive(), never]).nullable().describe("a gradient longer than this is shortened to it"),
  entropy_coefficient: nonNegative().nullable().describe("of the entropy in the objective"),
  value_coefficient: nonNegative().nullable().describe("of the critic's loss"),
  normalize_advantages: z.boolean().nullable().describe("to mean 0 and variance 1 within each minibatch"),
  precision: z.enum(["f32", "f64"]).nullable().describe("of the arithmetic within the networks while they learn"),
  law: z.enum(["normal", "tanhNormal"]).nullable().describe("of actions that are vectors of numbers"),
  scale: z.enum(["free", "state"]).nullable().describe("whether its deviations depend on the state"),
  initial_log_scale: z.number().nullable().describe("the logarithm that free ones begin at"),
  action_bounds: z.enum(["space", "ignored"]).nullable().describe("whether actions keep to the task's bounds"),
};

/** Keys that some algorithms have. */
const own = {
  minibatches: count().nullable().describe("all but `reinforce`: parts a rollout is cut into"),
  epochs: count().nullable().describe("`ppo`, `trpo`, `vmpo`: passes over each rollout, of `trpo` the critic's"),
  target_kl: z
    .union([positive(), never])
    .nullable()
    .describe("`ppo`, `trpo`, `vmpo`: bound on the KL divergence of an update; `never` is `ppo`'s alone"),
  clip: positive().nullable().describe("`ppo`: how far the ratio of new to old probability may move for gain"),
  clip_value: z.boolean().nullable().describe("`ppo`: whether the critic's values are held within `clip`"),
  baseline: z.enum(["value", "none"]).nullable().describe("`reinforce`: what is subtracted from the rewards to go"),
  average_kl: z.boolean().nullable().describe("`trpo`: whether the bound is on the mean over an action's numbers"),
  actor_minibatches: count().nullable().describe("`trpo`: parts a rollout is cut into for the actor"),
  line_search: z
    .enum(["obeyed", "ignored"])
    .nullable()
    .describe("`trpo`: whether a step of which no part is accepted is left out"),
  damping: nonNegative().nullable().describe("`trpo`: added to the Fisher matrix's diagonal"),
  conjugate_steps: count().nullable().describe("`trpo`: at most so many steps of conjugate gradients"),
  backtracks: countFrom0().nullable().describe("`trpo`: how many shorter steps are tried"),
  backtrack_factor: z.number().gt(0).lt(1).nullable().describe("`trpo`: by what each is shorter than the one before"),
  bounds: z.enum(["binding", "inert"]).nullable().describe("`vmpo`: whether its bounds hold"),
  weight_kl: positive().nullable().describe("`vmpo`: how far the weights may be from equal ones"),
  target_scale_kl: positive().nullable().describe("`vmpo`: bound on the divergence of the scales"),
  multiplier_rate: positive().nullable().describe("`vmpo`: how fast the multipliers of the bounds follow"),
};

export const algorithmNames = ["reinforce", "a2c", "trpo", "ppo", "vmpo"] as const;

const algorithm = z.strictObject({
  kind: z.enum(algorithmNames).describe("which of them"),
  ...learning,
  ...own,
  features,
  actor: layers("actor"),
  critic: layers("critic"),
});

const limit = z.union([count(), never]);

const environment = z.strictObject({
  kind: z.enum(taskKinds as [string, ...string[]]).describe("the task"),
  version: z
    .union([z.literal(4), z.literal(5)])
    .nullable()
    .describe("of a robot's task, as Gymnasium counts; 5 where no recipe says it"),
  max_episode_steps: limit.nullable().describe("after which an episode is cut short; the task's own where null"),
  time_step: positive().nullable().describe("`acrobot`, `pendulum`: seconds"),
  gravity: z.number().nullable().describe("`pendulum`: metres per second squared"),
  rows: count().nullable().describe("`catchBall`: of the board"),
  columns: count().nullable().describe("`catchBall`: of the board"),
  scale: count().nullable().describe("`catchBall`: pixels along a side of a square"),
  layout: z
    .array(z.string())
    .nullable()
    .describe("`gridWorld`: rows of `#` wall, `G` goal, `H` hole, `S` start, `.` floor"),
  slip: fraction().nullable().describe("`gridWorld`: probability that a move goes to a side"),
  goal_elsewhere: fraction().nullable().describe("`gridWorld`: probability that an episode's goal is not at `G`"),
  goal_reward: z.number().nullable().describe("`gridWorld`: of reaching the goal"),
  hole_reward: z.number().nullable().describe("`gridWorld`: of falling into a hole"),
  step_reward: z.number().nullable().describe("`gridWorld`: of a step that ends nothing"),
  observation: z
    .enum(["number", "oneHot", "picture"])
    .nullable()
    .describe("`gridWorld`: what is seen; `oneHot` where null, for networks take no choices"),

  rescale_action: z
    .boolean()
    .nullable()
    .describe("map actions from [-1, 1] to the task's bounds; the innermost wrapper"),
  clip_action: z.boolean().nullable().describe("cut actions off at the task's bounds"),
  flatten_observation: z.boolean().nullable().describe("make one vector of any observation"),
  frame_stack: count().nullable().describe("show so many observations at a time"),
  normalize_observation: z.boolean().nullable().describe("bring observations to mean 0 and variance 1"),
  clip_observation: positive().nullable().describe("cut observations off at plus and minus this"),
  normalize_reward: z.boolean().nullable().describe("divide rewards by the deviation of the discounted return"),
  reward_gamma: fraction().nullable().describe("discount of that return; the algorithm's where null"),
  reset_at_truncation: z.boolean().nullable().describe("whether that return begins anew after a truncation"),
  clip_reward: positive().nullable().describe("cut rewards off at plus and minus this; the outermost wrapper"),
});

const training = z.strictObject({
  total_steps: count().nullable().describe("steps of the environment in all; where null the recipe's, or 100000"),
  evaluate_every: count().nullable().describe("steps between two evaluations on the way; null for one at the end"),
  evaluation_episodes: count()
    .max(2 ** 19)
    .describe("of each evaluation"),
  evaluation_seed: countFrom0().describe("of their beginnings"),
  workers: countFrom0().describe("threads that play copies of the environment beside the first; they decide nothing"),
});

const output = z.strictObject({
  save_plots: z.boolean().describe("draw the figures"),
  plot_formats: z
    .array(z.enum(["html", "png"]))
    .min(1)
    .describe("as what"),
  checkpoint_every: positive().describe("seconds between two checkpoints"),
  console_every: nonNegative().describe("seconds between two tables of the log on the console; 0 for all"),
});

export const trainingSchema = z.strictObject({
  seed: countFrom0().describe("of starts, actions, episodes and minibatches"),
  recipe: z
    .boolean()
    .describe(
      "whether `recipes` say what is null: those of the algorithm and the task, or `ppo`'s of the task for task and length",
    ),
  algorithm,
  environment,
  training,
  output,
});

/** A complete configuration of a training. */
export type TrainingConfiguration = z.infer<typeof trainingSchema>;

export type TrainingGroup = Exclude<keyof TrainingConfiguration, "seed" | "recipe">;

export const trainingGroups: readonly TrainingGroup[] = ["algorithm", "environment", "training", "output"];

export type AlgorithmSection = TrainingConfiguration["algorithm"];
export type EnvironmentSection = TrainingConfiguration["environment"];
