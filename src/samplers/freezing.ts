// What the chains of a run have learnt, as options that can be given: the mean over chains. Kernels call their parameters as their options are
// called, but for the mass, of which they report the inverse.

import type { SamplerDefinition } from "./kernel.js";
import { lifted, orthonormalRows, projected, writeDirections } from "./low-rank.js";
import { inverseOfMatrix, isDiagonal, isLowRank, isMatrix, type LowRankMass, type Mass } from "./mass.js";
import { directionsOf, lowRankMassOf, lowRankSize } from "./metric.js";
import { symmetricEigen } from "./symmetric-eigen.js";

export type Freeze = NonNullable<SamplerDefinition["freeze"]>;

/** What of a sampler is learnt. */
export interface Learnt {
  /** Numbers, learnt where the option is left out. */
  readonly numbers: readonly string[];
  /** Whether there is a mass that is learnt where it is left out or the name of a kind. */
  readonly mass?: boolean;
  /** Options that say how to learn, which nothing reads any more. */
  readonly manner?: readonly string[];
}

/** The `freeze` of a sampler's definition. */
export function freezing(where: string, { numbers, mass = false, manner = [] }: Learnt): Freeze {
  return (options, adapted, { chains }) => {
    const fixed = Object.fromEntries(Object.entries(options).filter(([name]) => !manner.includes(name)));
    for (const name of numbers) {
      if (fixed[name] === undefined && adapted[name] !== undefined)
        fixed[name] = meanOverChains(adapted[name], chains)[0];
    }
    if (mass && adapted.inverseMass !== undefined) {
      fixed.mass = frozenMass(where, options.mass as Mass | undefined, adapted.inverseMass, chains);
    }
    return fixed;
  };
}

/** The mean of rows over chains, `[chain, each]` to `[each]`. Chains that hold NaN, for they have not come so far, do not count. */
export function meanOverChains(values: Float64Array, chains: number): number[] {
  const rows = rowsOf(values, chains);
  return Array.from(rows[0], (_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
}

/**
 * The mass that stands in for `mass`, an option or undefined for "diagonal", when the chains have adapted to `inverseMass`, `[chain, rows]`: a
 * given one as it is, an adapted one by the mean of M^-1 over chains.
 */
export function frozenMass(where: string, mass: Mass | undefined, inverseMass: Float64Array, chains: number): Mass {
  if (mass !== undefined && (isDiagonal(mass) || isMatrix(mass) || isLowRank(mass))) return mass;
  if (mass === "lowRank") return meanLowRank(rowsOf(inverseMass, chains));
  const mean = meanOverChains(inverseMass, chains);
  if (mass === undefined || mass === "diagonal") return mean.map((inverse) => 1 / inverse);
  const dim = Math.round(Math.sqrt(mean.length));
  const rows = Array.from({ length: dim }, (_, i) => mean.slice(i * dim, (i + 1) * dim));
  const inverse = Array.from(inverseOfMatrix(where, rows));
  return rows.map((_, i) => inverse.slice(i * dim, (i + 1) * dim));
}

function rowsOf(values: Float64Array, chains: number): Float64Array[] {
  const each = values.length / chains;
  const rows = Array.from({ length: chains }, (_, c) => values.subarray(c * each, (c + 1) * each));
  const whole = rows.filter((row) => !row.some(Number.isNaN));
  return whole.length > 0 ? whole : rows;
}

/**
 * The mean of low-rank matrices M^-1, of rank as low: with D their mean diagonal, D^-1/2 M^-1 D^-1/2 differs from the identity along the
 * chains' directions alone, and the mean's own directions are found among them.
 */
function meanLowRank(chains: readonly Float64Array[]): LowRankMass {
  const dim = dimOf(chains[0].length);
  const most = directionsOf(dim);
  const mean = new Float64Array(lowRankSize(dim));
  for (const one of chains) for (let i = 0; i < dim; i++) mean[i] += one[i] / chains.length;

  const excess: number[] = [];
  const found: number[] = [];
  for (const one of chains) {
    for (let j = 0; j < most; j++) {
      if (one[dim + j] === 1) continue;
      excess.push((one[dim + j] - 1) / chains.length);
      for (let i = 0; i < dim; i++) found.push(one[dim + most + j * dim + i] * Math.sqrt(one[i] / mean[i]));
    }
  }
  const directions = Float64Array.from(found);
  const basis = orthonormalRows([directions], dim);
  const k = basis.length / dim;
  const matrix = new Float64Array(k * k);
  for (let i = 0; i < k; i++) matrix[i * k + i] = 1;
  excess.forEach((by, d) => {
    const inBasis = projected(directions.subarray(d * dim, (d + 1) * dim), basis, dim);
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) matrix[i * k + j] += by * inBasis[i] * inBasis[j];
  });
  const { values, vectors } = symmetricEigen(matrix, k);
  writeDirections(values, lifted(vectors, basis, k, dim), most, dim, mean);
  return lowRankMassOf(mean, dim);
}

/** The dimension of a low-rank metric's array. */
function dimOf(length: number): number {
  let dim = 1;
  while (lowRankSize(dim) < length) dim++;
  return dim;
}
