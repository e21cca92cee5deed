// Named values of each group: `model=small` on the command line takes them. `base` is complete and holds where nothing is said; the
// others say what differs. Lambda-Hat's values where it has such a preset; its step sizes are kept too, and `auto` finds them.

import type { Configuration, GroupName, SamplerName } from "./schema.js";

/** Part of a group's values. */
export type Partly<T> = {
  readonly [K in keyof T]?: T[K] extends readonly unknown[] | null ? T[K] : T[K] extends object ? Partly<T[K]> : T[K];
};

type Presets<Group extends GroupName> = { readonly base: Configuration[Group] } & Readonly<
  Record<string, Partly<Configuration[Group]>>
>;

const only = (...run: SamplerName[]): Partly<Configuration["sampler"]> => ({ run });

/** The seed where nothing is said. */
export const defaultSeed = 42;

export const presets: { readonly [Group in GroupName]: Presets<Group> } = {
  target: {
    base: {
      kind: "mlp",
      seed: null,
      loss: null,
      quad_dim: null,
      widths: [5, 3, 5],
      rank: 0,
      exponents: [1, 1],
      hidden: 2,
    },
    mlp: { kind: "mlp" },
    cnn: { kind: "cnn" },
    quadratic: { kind: "quadratic" },
    deep_linear: { kind: "deep_linear" },
    reduced_rank: { kind: "reduced_rank" },
    normal_crossing: { kind: "normal_crossing" },
    tanh_network: { kind: "tanh_network" },
  },

  model: {
    base: {
      in_dim: 32,
      out_dim: 1,
      depth: 3,
      widths: null,
      activation: "relu",
      bias: true,
      init: "he",
      target_params: 10_000,
      hidden: 300,
      layernorm: false,
      skip_connections: false,
      residual_period: 2,
      filters: [8, 16],
      kernel: 3,
      stride: 2,
      pool: null,
      weights: null,
      weight_names: null,
      weights_transposed: true,
    },
    small: { in_dim: 4, depth: 2, target_params: 50, hidden: 32, filters: [2, 4] },
    medium: { in_dim: 8, depth: 2, target_params: 1000, filters: [4, 8] },
    // Convolution, pooling, convolution, pooling, a wide layer: the shape of LeNet (LeCun et al. 1998).
    cnn: { filters: [8, 16], kernel: 3, stride: 1, pool: 2, widths: [32] },
  },

  data: {
    base: {
      source: "synthetic",
      n_data: 20_000,
      classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      image_size: 14,
      path: null,
      inputs: null,
      outputs: null,
      standardize: true,
      x_dist: "gauss_iso",
      cov_decay: 0.95,
      mixture_k: 4,
      mixture_spread: 2,
      x_dim_latent: 2,
      noise_model: "gauss",
      noise_scale: 0.1,
      hetero_scale: 0.1,
      student_df: 4,
      outlier_frac: 0.05,
      outlier_scale: 2,
    },
    small: { n_data: 100 },
    medium: { n_data: 1000, x_dim_latent: 4 },
    digits: { source: "digits", n_data: 1000 },
    digits_small: { source: "digits", n_data: 200, image_size: 7 },
    table: { source: "table", n_data: null },
  },

  teacher: {
    base: { depth: null, widths: null, activation: null, dropout_rate: 0 },
  },

  training: {
    base: { optimizer: "adam", learning_rate: 1e-3, steps: 5000, batch_size: null, early_stop_tol: 1e-6, polish: 0 },
    fast: { learning_rate: 1e-2, steps: 500 },
    none: { steps: 0 },
  },

  posterior: {
    base: { beta_mode: "1_over_log_n", beta0: 1, gamma: 1, prior_radius: null },
    control: { beta_mode: "fixed", beta0: 0 },
  },

  sampler: {
    base: {
      run: ["sgld", "hmc", "mclmc"],
      chains: 4,
      sgld: {
        steps: 16_000,
        warmup: 1000,
        eval_every: 10,
        batch_size: null,
        step_size: 1e-6,
        precond: "none",
        beta1: 0.9,
        beta2: 0.999,
        damping: 0.1,
        control_variate: false,
      },
      psgld: {
        steps: 16_000,
        warmup: 1000,
        eval_every: 10,
        batch_size: null,
        step_size: null,
        alpha: 0.99,
        damping: 0.1,
        control_variate: false,
      },
      sghmc: { steps: 16_000, warmup: 1000, eval_every: 10, batch_size: null, step_size: null, control_variate: false },
      sgnht: { steps: 16_000, warmup: 1000, eval_every: 10, batch_size: null, step_size: null, control_variate: false },
      hmc: {
        draws: 5000,
        warmup: 1000,
        num_integration_steps: 10,
        step_size: 0.01,
        adapt_step_size: true,
        target_acceptance: 0.8,
      },
      nuts: { draws: 1000, warmup: 1000, target_acceptance: 0.8, max_tree_depth: 10 },
      mala: { draws: 5000, warmup: 1000, eval_every: 1, step_size: null, target_acceptance: 0.574 },
      mclmc: {
        draws: 8000,
        num_steps: 2000,
        eval_every: 1,
        L: 1,
        step_size: 0.1,
        diagonal_preconditioning: false,
        desired_energy_var: 5e-4,
        integrator: "isokinetic_mclachlan",
      },
      mams: { draws: 1000, num_steps: 2000, target_acceptance: 0.9, diagonal_preconditioning: false },
    },
    // Lambda-Hat's lengths, but for warmups: its 20 transitions end HMC's with two for the last step size, which then often fits no chain, and
    // its step of SGLD would be the larger model's, with which this one hardly moves.
    fast: {
      chains: 2,
      sgld: { steps: 100, warmup: 100, eval_every: 1, batch_size: 32, step_size: null },
      psgld: { steps: 100, warmup: 40, eval_every: 1, batch_size: 32 },
      sghmc: { steps: 100, warmup: 40, eval_every: 1, batch_size: 32 },
      sgnht: { steps: 100, warmup: 40, eval_every: 1, batch_size: 32 },
      hmc: { draws: 50, warmup: 150, num_integration_steps: 5 },
      nuts: { draws: 50, warmup: 150 },
      mala: { draws: 200, warmup: 150 },
      mclmc: { draws: 80, num_steps: 100 },
      mams: { draws: 50, num_steps: 100 },
    },
    auto: {
      sgld: { warmup: 2000, step_size: null, batch_size: null, precond: "rmsprop" },
      psgld: { warmup: 2000, batch_size: null },
      sghmc: { warmup: 2000, batch_size: null },
      sgnht: { warmup: 2000, batch_size: null },
      hmc: { draws: 1000, num_integration_steps: null },
      mclmc: { draws: 2000, eval_every: 5, diagonal_preconditioning: true },
      mams: { diagonal_preconditioning: true },
    },
    sgld: only("sgld"),
    psgld: only("psgld"),
    sghmc: only("sghmc"),
    sgnht: only("sgnht"),
    hmc: only("hmc"),
    nuts: only("nuts"),
    mala: only("mala"),
    mclmc: only("mclmc"),
    mams: only("mams"),
    all: only("sgld", "psgld", "sghmc", "sgnht", "hmc", "nuts", "mala", "mclmc", "mams"),
  },

  output: {
    base: {
      diag_mode: "proj",
      diag_k: 16,
      diag_seed: 1234,
      max_theta_plot_dims: 8,
      save_plots: true,
      plot_formats: ["html", "png"],
      checkpoint_every: 30,
    },
    none: { save_plots: false },
  },
};
