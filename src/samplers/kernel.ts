// The one shape of every sampler: a record that names it, and a kernel with `init` and `step` (after BlackJAX).
// A file of this folder has four parts in this order: its state, its info, the kernel, the short public factory.

import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";

/**
 * What a factory such as `hmc()` returns: plain data that a worker can look up and build. Where an option is a schedule, a function
 * `(t, steps) => value`, `sample` replaces it by its table over the run's transitions, warmup included, before a kernel sees it;
 * a kernel that outlives the table holds its last value.
 */
export interface Sampler {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * One transition of a Markov chain, for `width` chains side by side: arrays over chains and coordinates are
 * `[dim, width]`, one chain per column; each column has a random stream of its own, so that a chain's draws do not
 * depend on its neighbours.
 */
export interface Kernel<State extends KernelState = KernelState> {
  readonly width: number;
  /** Names of the numbers that `step` reports. */
  readonly statistics: readonly string[];
  /** Gradients of one of the `leapfrogSteps` that `step` reports; 1 where left out. Kernels that report `gradients` need not say. */
  readonly gradientsPerStep?: number;
  /** Starts at `position`, `[dim, width]`, which is copied. */
  init(position: Float64Array, random: readonly Random[]): State;
  /** Moves every column by one transition, in place. The info's arrays are reused by the next step. */
  step(state: State, random: readonly Random[]): Info;
  /** Makes `state.energy` the energy at `state.position` where `step` does not keep it so. Called before a draw is kept. */
  refresh?(state: State): void;
  /**
   * What warmup does in `warmup` transitions; absent where nothing adapts. Where it is present its `start` and `finish` are called
   * even for a warmup of 0: values that depend on the energy, such as a first step size, are found there.
   */
  adaptation?(warmup: number): Adaptation<State>;
  /** The values in use, adapted or given: `[width]` or `[dim, width]` each. */
  parameters(): Record<string, Float64Array>;
  /** See `Memory`. Position and energy belong to it. */
  memory(state: State): Memory;
  /** Called after the memory's arrays were overwritten: rebuilds what is derived from them. */
  restored?(state: State): void;
}

/**
 * What decides everything that comes, besides options and random streams: the live arrays by name, `[rows, width]` each, so that
 * a chain's part is a column. A run is continued by writing copies of them back. Counters are numbers in such arrays too.
 * `position`, `energy` and, where one is carried, `gradient` go by these names: parallel tempering exchanges them.
 */
export type Memory = Readonly<Record<string, Float64Array>>;

export interface KernelState {
  /** `[dim, width]` */
  readonly position: Float64Array;
  /** `[width]` */
  readonly energy: Float64Array;
  /** `[width]`; 1 where the column cannot go on because its position or energy is not finite. */
  readonly stopped: Uint8Array;
}

/** One number per column for each of the kernel's statistics. */
export type Info = Readonly<Record<string, Float64Array>>;

/** Warmup: adapts the kernel's parameters from what happens. Separate from the kernel and composable. */
export interface Adaptation<State extends KernelState = KernelState> {
  /** Called once, before the first transition. */
  start(state: State, random: readonly Random[]): void;
  /** Called after each warmup transition. */
  update(state: State, info: Info, random: readonly Random[]): void;
  /** Called once, after the last: fixes the values that the draws will use. */
  finish(state: State): void;
  /** See `Memory`: what a warmup that goes on later needs. */
  memory(): Memory;
  /** Called after the memory's arrays were overwritten. `start` is not called then. */
  restored?(state: State): void;
}

/** How a sampler's record becomes a kernel. */
export interface SamplerDefinition {
  /** True where several chains can advance as columns of one kernel; otherwise `build` takes width 1 only. */
  readonly columns: boolean;
  /** True where all chains must be columns of one kernel, because they adapt together. Absent: never. */
  together?(options: Readonly<Record<string, unknown>>): boolean;
  /**
   * The options with all that was adapted given, so that nothing is left to warmup: `adapted` holds one row per chain, as in `Draws`.
   * Throws where what was learnt cannot be given. Absent where nothing is adapted.
   */
  freeze?(
    options: Readonly<Record<string, unknown>>,
    adapted: Readonly<Record<string, Float64Array>>,
    run: { readonly chains: number; readonly dim: number },
  ): Readonly<Record<string, unknown>>;
  /** Refuses options that do not fit the energy. */
  build(energy: Energy, options: Readonly<Record<string, unknown>>, width: number): Kernel;
}
