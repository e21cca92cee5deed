// The keys of a configuration: type, range and meaning of each, under Lambda-Hat's names where it has them. Their values by group are
// in presets.ts. Unknown keys are refused everywhere.

import { z } from "zod";
import { targetKinds } from "../../llc/targets/index.js";

const count = (): z.ZodInt => z.int().min(1);
const countFrom0 = (): z.ZodInt => z.int().min(0);
const positive = (): z.ZodNumber => z.number().positive();
const nonNegative = (): z.ZodNumber => z.number().min(0);
const fraction = (): z.ZodNumber => z.number().min(0).max(1);
const betweenZeroAndOne = (): z.ZodNumber => z.number().gt(0).lt(1);

const activation = z.enum(["relu", "tanh", "gelu", "selu", "swish", "sigmoid", "softplus", "identity"]);
const widths = z.array(count()).nullable();

const target = z.strictObject({
  kind: z.enum(targetKinds as [string, ...string[]]).describe("what is built"),
  seed: countFrom0().nullable().describe("decides data, teacher, noise, start and batches; `seed` where null"),
  loss: z
    .enum(["gaussian", "student_t", "mse"])
    .describe(
      "what is trained and sampled: a likelihood in nats, `gaussian` with `data.noise_scale` or `student_t` with `data.student_df` too; or `mse`, Lambda-Hat's plain mean squared error, which samples another temperature",
    ),
  quad_dim: count()
    .nullable()
    .describe("parameters of kind `quadratic`; `model.target_params`, then `model.in_dim`, where null"),
  widths: z.array(count()).min(2).describe("`deep_linear`, `reduced_rank`: units from the input to the output"),
  rank: countFrom0().describe("`deep_linear`, `reduced_rank`: rank of the true map"),
  exponents: z.array(countFrom0()).min(1).describe("`normal_crossing`: k of prod w_i^(2 k_i)"),
  hidden: count().describe("`tanh_network`: units, which should give 0"),
});

const model = z.strictObject({
  in_dim: count().describe("numbers per input"),
  out_dim: count().describe("numbers per output"),
  depth: count().describe("hidden layers"),
  widths: widths.describe("of the hidden layers, one each; from `target_params` where null"),
  activation: activation.describe("between the layers"),
  bias: z.boolean().describe("whether layers add one"),
  init: z.enum(["he", "xavier", "lecun", "orthogonal"]).describe("random start of hidden layers"),
  target_params: count()
    .nullable()
    .describe("the constant width is the largest with at most so many parameters; `hidden` decides where null"),
  hidden: count().describe("width where neither `widths` nor `target_params` says it"),
  layernorm: z.boolean().describe("normalise each hidden layer"),
  skip_connections: z.boolean().describe("add what entered `residual_period` layers before"),
  residual_period: count().describe("layers that a skip connection spans"),
});

const data = z.strictObject({
  n_data: count().describe("rows"),
  x_dist: z
    .enum(["gauss_iso", "gauss_aniso", "mixture", "lowdim_manifold", "heavy_tail"])
    .describe("law of the inputs"),
  cov_decay: positive().describe("`gauss_aniso`: variance of input i is its i-th power"),
  mixture_k: count().describe("`mixture`: centres"),
  mixture_spread: nonNegative().describe("`mixture`: distance of the centres from 0"),
  x_dim_latent: count().describe("`lowdim_manifold`: dimension"),
  noise_model: z.enum(["gauss", "hetero", "student_t", "outliers"]).describe("law of the outputs' noise"),
  noise_scale: positive().describe("its scale"),
  hetero_scale: nonNegative().describe("`hetero`: growth of the scale with the length of the input"),
  student_df: positive().describe(
    "degrees of freedom of `student_t` noise, of `heavy_tail` inputs and of the likelihood",
  ),
  outlier_frac: fraction().describe("`outliers`: their share"),
  outlier_scale: nonNegative().describe("`outliers`: their standard deviation"),
});

const teacher = z.strictObject({
  depth: count().nullable().describe("hidden layers; the model's where null"),
  widths: widths.describe("of the hidden layers; the model's where null"),
  activation: activation.nullable().describe("the model's where null"),
  dropout_rate: fraction().lt(1).describe("share of hidden units that are dropped at random, row by row"),
});

const training = z.strictObject({
  optimizer: z.enum(["adam", "sgd"]).describe("how parameters move"),
  learning_rate: positive().describe("of it"),
  steps: count().describe("at most"),
  batch_size: count().nullable().describe("rows per step; all where null"),
  early_stop_tol: nonNegative().describe(
    "ends early where the last 20 losses spread less, after step 100; 0 for never",
  ),
});

const posterior = z.strictObject({
  beta_mode: z.enum(["1_over_log_n", "fixed"]).describe("inverse temperature: `beta0 / log n`, or `beta0` itself"),
  beta0: nonNegative().describe("see `beta_mode`; 0 is the negative control"),
  gamma: nonNegative().describe("precision of the localisation around w*"),
  prior_radius: positive().nullable().describe("gives gamma = dimension / prior_radius^2 in place of `gamma`"),
});

const batches = {
  steps: count().describe("transitions after warmup"),
  warmup: countFrom0().describe("transitions that adapt and are not kept"),
  eval_every: count().describe("transitions per kept draw, whose loss is that of all data"),
  batch_size: count().nullable().describe("rows per gradient; the smaller of 256 and n where null"),
};
const stepSize = positive().nullable().describe("found during warmup where null");
const controlVariate = z.boolean().describe("subtract the noise that the same rows have at w*, for twice the work");
const acceptance = betweenZeroAndOne().describe("share of proposals that the step size aims at");
const draws = count().describe("kept draws per chain");
const warmup = countFrom0().describe("transitions that adapt and are not kept");
const numSteps = countFrom0().describe("transitions of warmup");

/** The options of each sampler; its key is the sampler's name. */
export const samplerSections = {
  sgld: z.strictObject({
    ...batches,
    step_size: positive()
      .nullable()
      .describe("eps of w <- w - (eps/2) grad U + sqrt(eps) noise; found during warmup where null"),
    precond: z
      .enum(["none", "rmsprop", "adam"])
      .describe("scale of each coordinate: `rmsprop` is found in warmup and frozen"),
    beta1: betweenZeroAndOne().describe("`adam`: weight of the past in the mean of gradients"),
    beta2: betweenZeroAndOne().describe("`rmsprop`, `adam`: weight of the past in the mean of squared gradients"),
    damping: positive().describe("`rmsprop`, `adam`: added to every root of it, as a share of their root mean square"),
    control_variate: controlVariate,
  }),
  psgld: z.strictObject({
    ...batches,
    step_size: stepSize,
    alpha: betweenZeroAndOne().describe("weight of the past in the mean of squared gradients"),
    damping: positive().describe("added to every root of it, as a share of their root mean square"),
    control_variate: controlVariate,
  }),
  sghmc: z.strictObject({ ...batches, step_size: stepSize, control_variate: controlVariate }),
  sgnht: z.strictObject({ ...batches, step_size: stepSize, control_variate: controlVariate }),
  hmc: z.strictObject({
    draws,
    warmup,
    num_integration_steps: count().nullable().describe("leapfrog steps per draw; lengths are random where null"),
    step_size: positive().describe("of the leapfrog, where `adapt_step_size` is false"),
    adapt_step_size: z.boolean().describe("find step size and scales during warmup"),
    target_acceptance: acceptance,
  }),
  nuts: z.strictObject({
    draws,
    warmup,
    target_acceptance: acceptance,
    max_tree_depth: count().max(20).describe("at most 2 to this power leapfrog steps per draw"),
  }),
  mala: z.strictObject({
    draws,
    warmup,
    eval_every: count().describe("transitions per kept draw"),
    step_size: stepSize,
    target_acceptance: acceptance,
  }),
  mclmc: z.strictObject({
    draws,
    num_steps: numSteps,
    eval_every: count().describe("transitions per kept draw"),
    L: positive().describe("length after which the direction is forgotten, where `num_steps` is 0"),
    step_size: positive().describe("where `num_steps` is 0"),
    diagonal_preconditioning: z.boolean().describe("learn a scale for every coordinate"),
    desired_energy_var: positive().describe("variance of the energy error per coordinate that the step size aims at"),
    integrator: z.enum(["isokinetic_mclachlan", "isokinetic_velocity_verlet"]).describe("2 gradients per step, or 1"),
  }),
  mams: z.strictObject({
    draws,
    num_steps: numSteps,
    target_acceptance: acceptance,
    diagonal_preconditioning: z.boolean().describe("learn a scale for every coordinate"),
  }),
} as const;

export type SamplerName = keyof typeof samplerSections;

export const samplerNames: readonly SamplerName[] = Object.keys(samplerSections) as SamplerName[];

const sampler = z.strictObject({
  run: z
    .array(z.enum(samplerNames as [SamplerName, ...SamplerName[]]))
    .min(1)
    .describe("samplers to run, in this order"),
  chains: count().describe("of each sampler"),
  ...samplerSections,
});

const output = z.strictObject({
  diag_mode: z
    .enum(["proj", "coords"])
    .describe("what is kept of positions: random projections, or the first parameters"),
  diag_k: count().describe("how many of them"),
  diag_seed: countFrom0().describe("of the projections"),
  max_theta_plot_dims: count().describe("how many are drawn"),
  save_plots: z.boolean().describe("draw the figures"),
  plot_formats: z
    .array(z.enum(["html", "png"]))
    .min(1)
    .describe("as what"),
  checkpoint_every: positive().describe("seconds between two checkpoints of a run"),
});

export const configurationSchema = z.strictObject({
  seed: countFrom0().describe("of the sampling, and of the target where `target.seed` is null"),
  target,
  model,
  data,
  teacher,
  training,
  posterior,
  sampler,
  output,
});

/** A complete configuration. */
export type Configuration = z.infer<typeof configurationSchema>;

export type GroupName = Exclude<keyof Configuration, "seed">;

/** The groups that decide a target; the others decide what is done with it. */
export const targetGroups: readonly GroupName[] = ["target", "model", "data", "teacher", "training"];

export const groupNames: readonly GroupName[] = [...targetGroups, "posterior", "sampler", "output"];
