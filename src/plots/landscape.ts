// What the figures over an energy share: which two coordinates, over which ranges, and the paths of chains through them.

import { finiteVector, integerAtLeast, refuse } from "../arguments/index.js";
import { type Draws, isDraws } from "../chains/draws.js";
import type { LeapfrogPath } from "../chains/leapfrog-path.js";
import type { Energy } from "../energies/energy.js";
import { isEnergy } from "../energies/is-energy.js";
import { extent, padded } from "./plain.js";
import type { PairOfNames } from "./plane.js";

/** What moved: chains of draws, trajectories point by point, or the positions of one path. */
export type PathSource = Draws | LeapfrogPath | readonly LeapfrogPath[] | readonly ArrayLike<number>[];

export interface LandscapeOptions {
  /** Where the first of the two coordinates runs; around the path where left out, else 3.5 standard deviations around the known mean. */
  x?: readonly [number, number];
  /** Where the second one runs. */
  y?: readonly [number, number];
  /** Two coordinates (by name or index); the first two where left out. */
  names?: PairOfNames;
  /** Values of all coordinates, of which those not drawn are taken; the path's mean, else the known one, else 0 where left out. */
  at?: ArrayLike<number>;
  path?: PathSource;
  /** Which chains of draws to follow; the first where left out. */
  chains?: number | readonly number[];
}

export const landscapeOptions: readonly string[] = ["x", "y", "names", "at", "path", "chains"];

/** One path: the whole of it, in all coordinates of the energy. */
export interface Path {
  readonly name: string;
  readonly length: number;
  /** `[length, dim]` */
  readonly position: Float64Array;
}

export interface Landscape {
  readonly names: [string, string];
  readonly coordinates: readonly [number, number];
  readonly ranges: { readonly x: [number, number]; readonly y: [number, number] };
  readonly at: Float64Array;
  readonly paths: readonly Path[];
  /** What to say of the coordinates; empty where they are the user's. */
  readonly note: string;
}

/** Checks the options. Where coordinates are constrained, those drawn are the free ones, in which the energy is a function. */
export function readLandscape(where: string, energy: Energy, options: LandscapeOptions): Landscape {
  if (!isEnergy(energy)) refuse(where, "energy", "an energy, such as energy(dim, f) makes", energy);
  if (energy.dim < 2) refuse(where, "energy.dim", "at least 2", energy.dim);
  const { dim, transform } = energy;
  const names = options.names ?? [0, 1];
  if (!Array.isArray(names) || names.length !== 2) refuse(where, "names", "two names", names);
  const coordinates = names.map((name) => coordinateOf(where, energy, name)) as [number, number];
  if (coordinates[0] === coordinates[1]) refuse(where, "names", "two different coordinates", names.join(", "));
  const paths = options.path === undefined ? [] : readPaths(where, energy, options.path, options.chains);
  const exact = transform === undefined ? energy.exact : undefined;
  const rangeOf = (name: "x" | "y", i: number): [number, number] => {
    const given = options[name];
    if (given !== undefined) return range(where, name, given);
    const reached = extent(paths.map((path) => coordinate(path, i, dim)));
    if (reached !== undefined) return padded(reached, 0.12);
    const [mean, variance] = [exact?.mean?.[i], exact?.covariance?.[i][i]];
    if (mean === undefined || variance === undefined) {
      refuse(where, name, "a range [from, to] where there is no path and the law's moments are not known", given);
    }
    return [mean - 3.5 * Math.sqrt(variance), mean + 3.5 * Math.sqrt(variance)];
  };
  return {
    names: coordinates.map((i) => energy.names[i]) as [string, string],
    coordinates,
    ranges: { x: rangeOf("x", coordinates[0]), y: rangeOf("y", coordinates[1]) },
    at:
      options.at !== undefined
        ? finiteVector(where, "at", options.at, dim)
        : paths.length > 0
          ? meanOf(paths, dim)
          : Float64Array.from(exact?.mean ?? new Float64Array(dim)),
    paths,
    note: transform === undefined ? "" : "in free coordinates",
  };
}

/** One coordinate along a path. */
export function coordinate({ position, length }: Path, i: number, dim: number): Float64Array {
  return Float64Array.from({ length }, (_, point) => position[point * dim + i]);
}

/** Checks a range `[from, to]`. */
export function range(where: string, name: string, given: unknown): [number, number] {
  const [from, to] = finiteVector(where, name, given, 2);
  if (from >= to) refuse(where, name, "a range [from, to] with from below to", `[${from}, ${to}]`);
  return [from, to];
}

function coordinateOf(where: string, { names, dim }: Energy, name: string | number): number {
  const index = typeof name === "number" ? name : names.indexOf(name);
  if (!Number.isInteger(index) || index < 0 || index >= dim) {
    const known = names.slice(0, 8).join(", ") + (dim > 8 ? ", ..." : "");
    refuse(where, "names", `coordinates of the energy (${known})`, name);
  }
  return index;
}

function readPaths(where: string, energy: Energy, source: PathSource, chains: LandscapeOptions["chains"]): Path[] {
  if (isDraws(source)) return chainsOfDraws(where, energy, source, chains ?? 0);
  if (chains !== undefined) refuse(where, "chains", "left out where the path is not one of draws", chains);
  if (isLeapfrogPath(source)) return [trajectory(where, energy, source, "trajectory")];
  if (!Array.isArray(source) || source.length === 0) {
    refuse(where, "path", "draws, trajectories, or a list of at least one position", source);
  }
  if (source.every(isLeapfrogPath)) {
    return source.map((each, i) => trajectory(where, energy, each, `trajectory ${i}`));
  }
  const position = new Float64Array(source.length * energy.dim);
  source.forEach((point, i) => {
    position.set(finiteVector(where, `path[${i}]`, point, energy.dim), i * energy.dim);
  });
  return [{ name: "path", length: source.length, position }];
}

function chainsOfDraws(where: string, energy: Energy, draws: Draws, chains: number | readonly number[]): Path[] {
  const { dim, transform } = energy;
  if (draws.dim !== dim) refuse(where, "path", `draws of ${dim} coordinates, as the energy has`, draws.dim);
  const chosen = typeof chains === "number" ? [chains] : chains;
  if (!Array.isArray(chosen) || chosen.length === 0) refuse(where, "chains", "a list of at least one chain", chains);
  return chosen.map((chain) => {
    if (integerAtLeast(where, "chains", chain, 0) >= draws.chains) {
      refuse(where, "chains", `below ${draws.chains}, the number of chains`, chain);
    }
    const length = draws.lengths[chain];
    const start = chain * draws.draws * dim;
    const position = draws.position.slice(start, start + length * dim);
    if (transform !== undefined) {
      const free = new Float64Array(dim);
      for (let i = 0; i < length; i++) {
        transform.unconstrain(position.subarray(i * dim, (i + 1) * dim), free);
        position.set(free, i * dim);
      }
    }
    return { name: `chain ${chain}`, length, position };
  });
}

function trajectory(where: string, { dim }: Energy, path: LeapfrogPath, name: string): Path {
  if (path.dim !== dim) refuse(where, "path", `of ${dim} coordinates, as the energy has`, path.dim);
  return { name, length: path.position.length / dim, position: path.position };
}

/** Whether this is what `leapfrogPath` returns, as far as one can see. */
export function isLeapfrogPath(value: unknown): value is LeapfrogPath {
  if (typeof value !== "object" || value === null) return false;
  const { dim, position, hamiltonian } = value as Partial<LeapfrogPath>;
  return typeof dim === "number" && ArrayBuffer.isView(position) && ArrayBuffer.isView(hamiltonian);
}

function meanOf(paths: readonly Path[], dim: number): Float64Array {
  const points = paths.reduce((sum, path) => sum + path.length, 0);
  const sums = new Float64Array(dim);
  for (const { position } of paths) position.forEach((value, k) => (sums[k % dim] += value));
  return sums.map((sum) => (points === 0 ? 0 : sum / points));
}
