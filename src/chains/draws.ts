// What sampling returns: plain typed arrays that survive `structuredClone`.

import { refuse } from "../arguments/index.js";
import type { RandomState } from "../random/random.js";
import type { Sampler } from "../samplers/kernel.js";

/** The kept draws of several chains. */
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
  /** Where each chain ended. */
  readonly final: { readonly position: Float64Array; readonly random: RandomState[] };
  readonly sampler: Sampler;
  readonly seed: number;
  /** Why each stopped chain stopped; empty where all went through. */
  readonly stopped: { readonly chain: number; readonly draw: number; readonly reason: string }[];
  readonly aborted: boolean;
  /** Wall-clock seconds, workers' start included. */
  readonly seconds: number;
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
