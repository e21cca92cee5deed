// What decides a target: plain data under Lambda-Hat's names, complete (defaults and presets live in src/runs). Two targets are one
// exactly where these are equal.

/** Everything that decides a target: equal configurations give equal parameters, byte for byte. */
export interface TargetConfiguration {
  readonly target: TargetChoice;
  readonly model: ModelConfiguration;
  readonly data: DataConfiguration;
  readonly teacher: TeacherConfiguration;
  readonly training: TrainingConfiguration;
}

export interface TargetChoice {
  /** What is built: `mlp`, `quadratic`, and the others that src/llc/targets knows. */
  readonly kind: string;
  /** Decides inputs, teacher, noise, starting parameters and batches. */
  readonly seed: number;
  /** What is minimised and sampled: a likelihood in nats, or Lambda-Hat's plain mean squared error. */
  readonly loss: "gaussian" | "student_t" | "mse";
  /** Parameters of `quadratic`; `model.target_params`, then `model.in_dim`, where null. */
  readonly quad_dim: number | null;
  /** Units of `deep_linear` and `reduced_rank`, from the input to the output. */
  readonly widths: readonly number[];
  /** Of their true map. */
  readonly rank: number;
  /** k_i of `normal_crossing`, prod w_i^(2 k_i). */
  readonly exponents: readonly number[];
  /** Units of `tanh_network`. */
  readonly hidden: number;
}

export interface ModelConfiguration {
  readonly in_dim: number;
  readonly out_dim: number;
  /** Hidden layers. */
  readonly depth: number;
  /** Widths of the hidden layers; where null they follow from `target_params`. */
  readonly widths: readonly number[] | null;
  readonly activation: string;
  readonly bias: boolean;
  readonly init: "he" | "xavier" | "lecun" | "orthogonal";
  /** Parameters that a constant width is chosen for, rounded down; `hidden` decides where null. */
  readonly target_params: number | null;
  readonly hidden: number;
  readonly layernorm: boolean;
  readonly skip_connections: boolean;
  readonly residual_period: number;
}

export interface DataConfiguration {
  readonly n_data: number;
  readonly x_dist: "gauss_iso" | "gauss_aniso" | "mixture" | "lowdim_manifold" | "heavy_tail";
  readonly cov_decay: number;
  readonly mixture_k: number;
  readonly mixture_spread: number;
  readonly x_dim_latent: number;
  readonly noise_model: "gauss" | "hetero" | "student_t" | "outliers";
  readonly noise_scale: number;
  readonly hetero_scale: number;
  readonly student_df: number;
  readonly outlier_frac: number;
  readonly outlier_scale: number;
}

/** The network that makes the outputs; where null, as the model has it. */
export interface TeacherConfiguration {
  readonly depth: number | null;
  readonly widths: readonly number[] | null;
  readonly activation: string | null;
  readonly dropout_rate: number;
}

export interface TrainingConfiguration {
  readonly optimizer: "adam" | "sgd";
  readonly learning_rate: number;
  readonly steps: number;
  /** Rows per step; all where null. */
  readonly batch_size: number | null;
  /** Training ends where 20 looks at the loss in a row, of 200, gain no more than this; 0 for never. */
  readonly early_stop_tol: number;
}
