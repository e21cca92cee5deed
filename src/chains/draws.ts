// What sampling returns: plain typed arrays that survive `structuredClone`.

import { refuse } from "../arguments/index.js";
import type { RandomState } from "../random/random.js";
import type { Sampler } from "../samplers/kernel.js";

/** The kept draws of several chains. Plain data; `sample`'s are printed as a few lines that say what there is. */
export interface Draws {
  readonly chains: number;
  readonly draws: number;
  readonly dim: number;
  readonly names: string[];
  /** Draws kept by each chain; less than `draws` only where a chain was stopped or the run was aborted. */
  readonly lengths: number[];
  /** `[chain, draw, dim]`, row-major; NaN beyond a chain's length. */
  readonly position: Float64Array;
  /** `[chain, draw]` each: `energy`, and what the sampler reports (`acceptance`, `diverging`, `stepSize`, ...). */
  readonly stats: Record<string, Float64Array>;
  /** The warmup transitions, laid out alike, where `keepWarmup` asked for them. */
  readonly warmup?: {
    readonly draws: number;
    readonly position: Float64Array;
    readonly stats: Record<string, Float64Array>;
  };
  /** Values in use after warmup, one row per chain: `stepSize` `[chain]`, `inverseMass` `[chain, dim]`, ... */
  readonly adapted: Record<string, Float64Array>;
  readonly final: Final;
  /** As it ran: schedules among its options are tables over the transitions. */
  readonly sampler: Sampler;
  readonly seed: number;
  /** Why each stopped chain stopped; empty where all went through. */
  readonly stopped: { readonly chain: number; readonly draw: number; readonly reason: string }[];
  readonly aborted: boolean;
  /** Wall-clock seconds, workers' start included; those of the earlier runs too, where the run was resumed. */
  readonly seconds: number;
}

/** Where each chain ended, and what `resume` needs to go on from there. */
export interface Final {
  /** `[chain, dim]`; of a chain that had not begun its `init`, NaN where it had none. */
  readonly position: Float64Array;
  readonly random: RandomState[];
  /** Made by each chain, warmup included; NaN where nobody knows, because the chain's thread had to be ended. */
  readonly transitions: number[];
  /**
   * What decides each chain's transitions to come, besides options and random numbers: `[chain, rows]` each, NaN where a chain had not
   * begun. The kernel's memory under its own names (`position`, in the kernel's coordinates, `energy`, `gradient`, ...), the adaptation's
   * as `warmup.` and a name while a warmup is not over, the run's own as `run.` and a name. Empty where the sampler keeps none.
   */
  readonly memory: Record<string, Float64Array>;
  /** Transitions of warmup, and per kept draw, that the run was to make. */
  readonly warmup: number;
  readonly thin: number;
  /** Stands for the data that the energy was made of; absent where the energy is a closure, here or in a module. */
  readonly energy?: string;
}

/** Whether this is what `sample` returns, as far as one can see. */
export function isDraws(value: unknown): value is Draws {
  if (typeof value !== "object" || value === null) return false;
  const { position, names, lengths } = value as Partial<Draws>;
  // A notebook's cell may come from another realm, where `instanceof Float64Array` fails.
  return ArrayBuffer.isView(position) && Array.isArray(names) && Array.isArray(lengths);
}

/**
 * One array per chain of a coordinate (by name or index) or of a statistic (by name), each as long as its chain. Throws a
 * RangeError where `draws` are none or have no such coordinate or statistic.
 */
export function chainsOf(draws: Draws, nameOrIndex: string | number): Float64Array[] {
  if (!isDraws(draws)) refuse("chainsOf", "draws", "draws, such as sample returns", draws);
  const coordinate = typeof nameOrIndex === "number" ? nameOrIndex : draws.names.indexOf(nameOrIndex);
  if (Number.isInteger(coordinate) && coordinate >= 0 && coordinate < draws.dim) {
    return draws.lengths.map((length, chain) => {
      const start = chain * draws.draws * draws.dim + coordinate;
      return Float64Array.from({ length }, (_, draw) => draws.position[start + draw * draws.dim]);
    });
  }
  const statistic = typeof nameOrIndex === "string" ? draws.stats[nameOrIndex] : undefined;
  if (statistic === undefined) {
    const known = [...draws.names.slice(0, 8), ...(draws.dim > 8 ? ["..."] : []), ...Object.keys(draws.stats)];
    refuse("chainsOf", "nameOrIndex", `a coordinate below ${draws.dim} or one of ${known.join(", ")}`, nameOrIndex);
  }
  return draws.lengths.map((length, chain) => statistic.slice(chain * draws.draws, chain * draws.draws + length));
}
