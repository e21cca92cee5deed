// Chains at several temperatures: lambda and multiplicity fitted jointly, the local free energy by thermodynamic integration
// (Gelman and Meng 1998; corrected to second order as in Friel, Hurn and Wyse 2014), and WBIC by reweighting (Watanabe 2013).

import { finiteNumber, integerAtLeast, knownOptions, nonNegativeNumber, refuse } from "../arguments/index.js";
import type { Loss } from "../networks/index.js";
import { isLlcEstimate, type LlcEstimate } from "./estimate.js";
import { type FitAtMultiplicity, fitAtMultiplicity, fitLadder, type LadderFit } from "./ladder-fit.js";
import { printedLadder } from "./ladder-text.js";
import { comparable, type LlcOptions, llc, llcOptions, pick } from "./llc.js";
import { at, jackknifed, type Rung, stacked } from "./reweighting.js";
import { type RunsCheckpoint, runFiles } from "./run-files.js";
import { seedFor } from "./seeds.js";
import { checkLoss, defaultBeta } from "./tempered.js";

export interface LadderOptions extends Omit<LlcOptions, "beta" | "checkpoint" | "atTruth"> {
  /** Files of the runs by what their paths begin with, `<checkpoint>-0`, ...: the same call, after an abort, goes on from them. */
  readonly checkpoint?: RunsCheckpoint;
  /**
   * The temperatures, n beta; 0 may be among them where gamma is positive. Where left out `count` of them, each twice the one before,
   * with WBIC's n / log n in the middle.
   */
  readonly nbetas?: readonly number[];
  /** 7 where left out. */
  readonly count?: number;
  /** c of `lambda - (m - 1) / (log t + c)`, which theory leaves open and which shrinks in importance as t grows; 0 where left out. */
  readonly offset?: number;
}

/** One temperature of a ladder. */
export interface LadderRung {
  /** n beta. */
  readonly nbeta: number;
  readonly llc: number;
  readonly standardError: number;
  /**
   * By thermodynamic integration from the first rung: -log of Z(t) over the first rung's. Where that is n beta = 0, it is the local free energy
   * with the localisation for a prior, less t L_n(w*).
   */
  readonly freeEnergy: number;
  readonly freeEnergyStandardError: number;
  /** The same from all draws stacked and reweighted: another way to it. */
  readonly bridged: number;
  readonly bridgedStandardError: number;
  readonly estimate: LlcEstimate;
}

/** Plain data that prints as a table. */
export interface LlcLadder {
  /** By n beta, ascending. */
  readonly rungs: LadderRung[];
  readonly fit: LadderFit;
  /** What multiplicities 1, 2 and 3 would mean: the data may not tell them apart. */
  readonly byMultiplicity: FitAtMultiplicity[];
  /** E[t K] at temperatures between the rungs, from all draws stacked and reweighted: ready to draw. */
  readonly curve: { readonly nbeta: Float64Array; readonly llc: Float64Array; readonly standardError: Float64Array };
  /** n E[L_n] at n beta = n / log n, in nats; absent where no rung is as cold or none as hot. */
  readonly wbic?: { readonly value: number; readonly standardError: number };
  readonly lossAtCenter: number;
  readonly gamma: number;
  readonly dataSize: number;
  readonly dim: number;
  /** In gradients over all data, all rungs together. */
  readonly work: number;
  /** What is wrong with a rung, `n beta = ...: sentence`. */
  readonly notes: string[];
}

const ladderOptions = [
  ...llcOptions.filter((name) => !["beta", "atTruth"].includes(name)),
  "nbetas",
  "count",
  "offset",
];

/**
 * Estimates the LLC of `loss` at `center` at several temperatures, and what these say together. All rungs have the same settings; each has its
 * own chains. With exact samplers; a bias of the sampler is one of every rung. Rejects with a RangeError where an option is wrong, and where
 * a run is aborted.
 *
 * Lambda and multiplicity are those of `E[t K] = lambda - (m - 1) / (log t + offset)`, which holds where t is large against gamma over every
 * curvature: look at `fit.chance`, and at whether rungs left out at the hot end move the fit. The two are strongly correlated, and the
 * offset is unknown: of several m the ladder often says only what lambda each would mean (`byMultiplicity`).
 * @example
 * const ladder = await llcLadder(loss, { center, nbetas: [100, 1000, 10000] });
 * // ladder.fit.lambda, ladder.fit.multiplicity, ladder.rungs[2].freeEnergy
 */
export async function llcLadder(loss: Loss, options: LadderOptions): Promise<LlcLadder> {
  const where = "llcLadder";
  checkLoss(where, loss);
  knownOptions(where, options, ladderOptions);
  const offset = finiteNumber(where, "offset", options.offset ?? 0);
  const nbetas = temperaturesOf(where, loss, options);
  const { seed = 0 } = options;
  const rest = pick(options as LlcOptions, llcOptions);
  const files = runFiles(options.checkpoint);

  const estimates: LlcEstimate[] = [];
  for (const [k, nbeta] of nbetas.entries()) {
    const title = `${options.title ?? "LLC ladder"}, n beta = ${nbeta.toPrecision(3)}`;
    const setting = { beta: nbeta / loss.dataSize, seed: seedFor(seed, where, k), title, ...files.of(k) };
    const estimate = await llc(loss, { ...rest, ...setting });
    if (estimate.draws.aborted) throw new Error(`${where}: aborted at n beta = ${nbeta.toPrecision(3)}`);
    estimates.push(estimate);
  }
  await files.finish(nbetas.length);
  return ladderOf(loss, estimates, nbetas, offset);
}

function temperaturesOf(where: string, { dataSize }: Loss, { nbetas, count = 7, gamma = 1 }: LadderOptions): number[] {
  if (nbetas === undefined) {
    integerAtLeast(where, "count", count, 2);
    const middle = dataSize * defaultBeta(dataSize);
    return Array.from({ length: count }, (_, k) => middle * 2 ** (k - Math.floor(count / 2)));
  }
  if (!Array.isArray(nbetas) || nbetas.length < 2) refuse(where, "nbetas", "a list of at least two numbers", nbetas);
  nbetas.forEach((nbeta, k) => {
    nonNegativeNumber(where, `nbetas[${k}]`, nbeta);
    if (nbeta === 0 && gamma === 0) refuse(where, `nbetas[${k}]`, "positive where gamma is 0", nbeta);
  });
  const sorted = [...nbetas].sort((a, b) => a - b);
  if (sorted.some((nbeta, k) => k > 0 && nbeta === sorted[k - 1])) {
    refuse(where, "nbetas", "different from each other", nbetas);
  }
  return sorted;
}

/** Draws of a rung that enter the stack; more would hardly lower its error, which correlation decides. */
const MOST_STACKED = 4000;
const CURVE_POINTS = 33;

function ladderOf(loss: Loss, estimates: readonly LlcEstimate[], nbetas: readonly number[], offset: number): LlcLadder {
  const [{ lossAtCenter, gamma, dim }] = estimates;
  const rungs = estimates.map((estimate, k) => rungOf(estimate, nbetas[k]));
  const grid = curveGrid(nbetas);
  const wbicAt = loss.dataSize * defaultBeta(loss.dataSize);
  const hasWbic = wbicAt >= nbetas[0] && wbicAt <= nbetas[nbetas.length - 1];

  // Everything that comes of all rungs together, in one list, so that one jackknife gives all errors.
  let guess: ArrayLike<number> = integrated(rungs);
  const together = (parts: readonly Rung[]): Float64Array => {
    const stack = stacked(parts, guess);
    const path = integrated(parts, stack.freeEnergies);
    const curve = Array.from(grid, (t) => t * at(stack, t).mean);
    const wbic = hasWbic ? at(stack, wbicAt).mean : Number.NaN;
    return Float64Array.of(...path, ...stack.freeEnergies, ...curve, wbic);
  };
  const values = together(rungs);
  const count = rungs.length;
  guess = values.slice(count, 2 * count);
  const errors = jackknifed(rungs, together);
  const points = estimates.map(({ mean, standardError }, k) => ({ nbeta: nbetas[k], llc: mean, standardError }));

  return printedLadder({
    rungs: points.map((point, k) => ({
      ...point,
      freeEnergy: values[k],
      freeEnergyStandardError: errors[k],
      bridged: values[count + k],
      bridgedStandardError: errors[count + k],
      estimate: estimates[k],
    })),
    fit: fitLadder(points, offset),
    byMultiplicity: Array.from({ length: Math.min(3, dim) }, (_, i) => fitAtMultiplicity(points, i + 1)),
    curve: {
      nbeta: grid,
      llc: values.slice(2 * count, 2 * count + grid.length),
      standardError: errors.slice(2 * count, 2 * count + grid.length),
    },
    ...(hasWbic && {
      wbic: {
        value: loss.dataSize * (lossAtCenter + values[values.length - 1]),
        standardError: loss.dataSize * errors[errors.length - 1],
      },
    }),
    lossAtCenter,
    gamma,
    dataSize: loss.dataSize,
    dim,
    work: estimates.reduce((sum, { work }) => sum + work, 0),
    notes: estimates.flatMap(({ verdict }, k) =>
      verdict.problems.map(({ message }) => `n beta = ${nbetas[k].toPrecision(3)}: ${message}`),
    ),
  });
}

/** K of a rung's draws, thinned to as many as the stack takes. */
function rungOf({ draws, trace, lossAtCenter }: LlcEstimate, nbeta: number, most: number = MOST_STACKED): Rung {
  const chains = comparable(draws, trace);
  const every = Math.max(1, Math.ceil((chains.length * (chains[0]?.length ?? 0)) / most));
  const losses = chains.map((chain) =>
    Float64Array.from({ length: Math.ceil(chain.length / every) }, (_, i) => chain[i * every] - lossAtCenter),
  );
  return { nbeta, losses };
}

function curveGrid(nbetas: readonly number[]): Float64Array {
  const [first] = nbetas.filter((nbeta) => nbeta > 0);
  const ratio = nbetas[nbetas.length - 1] / first;
  return Float64Array.from({ length: CURVE_POINTS }, (_, k) => first * ratio ** (k / (CURVE_POINTS - 1)));
}

/**
 * The integral of E[K] over t from the first rung to each, by the trapezoidal rule in log t with its second-order correction: there the
 * integrand is g = E[t K], nearly constant, and its slope is g - Var(t K). From t = 0, where log t has no end, `bridged` leads to the next.
 */
function integrated(rungs: readonly Rung[], bridged?: ArrayLike<number>): Float64Array {
  const path = new Float64Array(rungs.length);
  const moments = rungs.map(({ nbeta, losses }) => momentsOf(losses, nbeta));
  for (let k = 1; k < rungs.length; k++) {
    const [before, here] = [moments[k - 1], moments[k]];
    if (rungs[k - 1].nbeta === 0) {
      path[k] = bridged === undefined ? here.mean : bridged[k] - bridged[k - 1];
      continue;
    }
    const h = Math.log(rungs[k].nbeta / rungs[k - 1].nbeta);
    const slopes = before.mean - before.variance - (here.mean - here.variance);
    path[k] = path[k - 1] + (h / 2) * (before.mean + here.mean) + ((h * h) / 12) * slopes;
  }
  return path;
}

/** Of t K. */
function momentsOf(losses: readonly Float64Array[], t: number): { mean: number; variance: number } {
  let [count, sum, squares] = [0, 0, 0];
  for (const chain of losses) {
    for (const K of chain) {
      count++;
      sum += t * K;
    }
  }
  const mean = sum / count;
  for (const chain of losses) for (const K of chain) squares += (t * K - mean) ** 2;
  return { mean, variance: squares / (count - 1) };
}

export interface Reweighted {
  readonly nbeta: number;
  readonly llc: number;
  readonly standardError: number;
  /** How many draws the weights are worth: where it is a small part of them, the temperature is too far away. */
  readonly effectiveWeights: number;
}

/**
 * The LLC at another temperature from the draws of one estimate or of a ladder, reweighted (Watanabe 2013, equation 20). Throws a
 * RangeError where an argument does not fit.
 * @example reweightLlc(estimate, 1.2 * estimate.dataSize * estimate.beta).llc
 */
export function reweightLlc(from: LlcEstimate | LlcLadder, nbeta: number): Reweighted {
  const where = "reweightLlc";
  const estimates = isLlcEstimate(from) ? [from] : (from as LlcLadder)?.rungs?.map(({ estimate }) => estimate);
  if (!Array.isArray(estimates)) refuse(where, "from", "an LLC estimate or a ladder of them", from);
  const t = nonNegativeNumber(where, "nbeta", nbeta);
  const most = estimates.length === 1 ? Number.POSITIVE_INFINITY : MOST_STACKED;
  const rungs = estimates.map((estimate) => rungOf(estimate, estimate.dataSize * estimate.beta, most));
  let guess: ArrayLike<number> = integrated(rungs);
  const full = stacked(rungs, guess);
  guess = full.freeEnergies.slice();
  const { mean, effectiveWeights } = at(full, t);
  const [standardError] = jackknifed(rungs, (parts) => Float64Array.of(t * at(stacked(parts, guess), t).mean));
  return { nbeta: t, llc: t * mean, standardError, effectiveWeights };
}
