// The singular fluctuation nu, WAIC and WBIC of an estimate's draws (Watanabe 2009, chapter 6; 2010; 2013), from the log-likelihoods of
// single rows: what the posterior at inverse temperature beta says of generalisation, beside lambda.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { roundedTo, significant } from "../chains/digits.js";
import { printedAs } from "../chains/printed.js";
import { logSumExp } from "../diagnostics/log-sum-exp.js";
import type { Loss } from "../networks/index.js";
import { rowLosses, someRows } from "../networks/row-losses.js";
import { isLlcEstimate, type LlcEstimate } from "./estimate.js";
import { checkLoss } from "./tempered.js";
import { chainMean } from "./uncertainty.js";

export interface FluctuationOptions {
  /** How many rows stand for all, drawn without replacement; 1000 where left out. */
  readonly rows?: number;
  /** How many draws of each chain, evenly spaced; 200 where left out. */
  readonly draws?: number;
  /** Chooses the rows. */
  readonly seed?: number;
}

export interface SingularFluctuation {
  /** nu = (beta / 2) V: d / 2 for a regular model that holds the truth, whatever beta. */
  readonly nu: number;
  /** From the autocorrelation of draws and, where rows stand for others, from their choice. */
  readonly standardError: number;
  /** V = sum over all n rows of the variance, over draws, of log p(row | w). */
  readonly functionalVariance: number;
  /** T = -(1/n) sum log E[p(row | w)], in nats per row: the Bayes training loss. */
  readonly bayesTrainingLoss: number;
  /** E[L_n(w)], in nats per row: the Gibbs training loss, of all rows and all draws. */
  readonly gibbsTrainingLoss: number;
  /** T + beta V / n, in nats per row: an estimate of the Bayes generalisation loss. */
  readonly waic: number;
  /** n E[L_n(w)], in nats: of order n L_n(w0) + lambda log n where beta is 1 / log n (`isWbicTemperature`). */
  readonly wbic: number;
  readonly wbicStandardError: number;
  /** Whether beta is 1 / log n, at which `wbic` stands for the free energy. */
  readonly isWbicTemperature: boolean;
  readonly beta: number;
  readonly dataSize: number;
  /** Used, of data and of each chain's draws. */
  readonly rows: number;
  readonly draws: number;
}

/**
 * Singular fluctuation, WAIC and WBIC from the draws of an estimate of this loss. Costs as many single rows as `rows` times `draws` times
 * chains. Prints as sentences. Throws a RangeError where the loss has no data or does not fit the estimate.
 * @example singularFluctuation(loss, await llc(loss, { center })).nu // about d / 2 for a regular model
 */
export function singularFluctuation(
  loss: Loss,
  estimate: LlcEstimate,
  options: FluctuationOptions = {},
): SingularFluctuation {
  const where = "singularFluctuation";
  checkLoss(where, loss);
  if (!isLlcEstimate(estimate)) refuse(where, "estimate", "an LLC estimate, such as llc returns", estimate);
  knownOptions(where, options, ["rows", "draws", "seed"]);
  const { dataSize: n, beta, center, trace } = estimate;
  if (loss.dim !== center.length) refuse(where, "loss", `of ${center.length} parameters, as the estimate's`, loss.dim);
  if (loss.dataSize !== n) refuse(where, "loss", `of ${n} rows, as the estimate's`, loss.dataSize);
  const count = integerAtLeast(where, "rows", options.rows ?? 1000, 2);
  const mostDraws = integerAtLeast(where, "draws", options.draws ?? 200, 2);
  const rows = someRows(where, n, count, integerAtLeast(where, "seed", options.seed ?? 0, 0));
  const kept = Math.min(...estimate.draws.lengths.filter((length) => length > 0), mostDraws);
  if (!(kept >= 2)) refuse(where, "estimate", "one with at least 2 draws per chain", estimate);

  const table = logLikelihoods(rowLosses(where, loss, rows), rows.length, estimate, kept);
  const S = table[0].length;
  const logS = Math.log(S);
  const variances = new Float64Array(rows.length);
  // Of each draw: the sum over rows of the squared distance from the row's mean, whose average over draws is V.
  const squares = new Float64Array(S);
  let bayes = 0;
  table.forEach((row, i) => {
    const mean = row.reduce((sum, x) => sum + x, 0) / S;
    for (let s = 0; s < S; s++) {
      const square = ((row[s] - mean) ** 2 * S) / (S - 1);
      variances[i] += square / S;
      squares[s] += square;
    }
    bayes -= (logSumExp(row) - logS) / rows.length;
  });
  const scale = n / rows.length;
  const V = scale * variances.reduce((sum, x) => sum + x, 0);
  const chains = Array.from({ length: S / kept }, (_, c) => squares.slice(c * kept, (c + 1) * kept));
  const ofDraws = scale * chainMean(chains).standardError;
  const ofRows = n * Math.sqrt((1 - 1 / scale) * (variance(variances) / rows.length));
  const losses = chainMean(trace.filter(({ length }) => length > 0));
  return printedAs(
    {
      nu: (beta / 2) * V,
      standardError: (beta / 2) * Math.hypot(ofDraws, ofRows),
      functionalVariance: V,
      bayesTrainingLoss: bayes,
      gibbsTrainingLoss: losses.mean,
      waic: bayes + (beta * V) / n,
      wbic: n * losses.mean,
      wbicStandardError: n * losses.standardError,
      isWbicTemperature: Math.abs(beta * Math.log(Math.max(3, n)) - 1) < 1e-9,
      beta,
      dataSize: n,
      rows: rows.length,
      draws: kept,
    },
    text,
  );
}

/** Log-likelihoods `[row][chain * kept + draw]`. */
function logLikelihoods(
  lossesOf: (w: Float64Array, out: Float64Array) => void,
  rows: number,
  { draws, center, moving }: LlcEstimate,
  kept: number,
): Float64Array[] {
  const chains = [...draws.lengths.keys()].filter((chain) => draws.lengths[chain] > 0);
  const table = Array.from({ length: rows }, () => new Float64Array(chains.length * kept));
  const w = center.slice();
  const values = new Float64Array(rows);
  chains.forEach((chain, c) => {
    for (let k = 0; k < kept; k++) {
      const draw = Math.floor(((k + 0.5) * draws.lengths[chain]) / kept);
      const start = (chain * draws.draws + draw) * draws.dim;
      for (let i = 0; i < draws.dim; i++) w[moving === undefined ? i : moving[i]] = draws.position[start + i];
      lossesOf(w, values);
      for (let row = 0; row < rows; row++) table[row][c * kept + k] = -values[row];
    }
  });
  return table;
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
}

function text(f: SingularFluctuation): string {
  const all = f.rows === f.dataSize ? `all ${f.rows} rows` : `${f.rows} of ${f.dataSize} rows`;
  return [
    `nu ${roundedTo(f.nu, f.standardError)} \u00b1 ${significant(f.standardError, 2)}, functional variance ${significant(f.functionalVariance, 4)} (${all}, ${f.draws} draws per chain, beta = ${significant(f.beta, 4)})`,
    `WAIC ${significant(f.waic, 6)} nats per row: Bayes training loss ${significant(f.bayesTrainingLoss, 6)}, Gibbs ${significant(f.gibbsTrainingLoss, 6)}`,
    `${f.isWbicTemperature ? "WBIC" : "n E[L_n]"} ${roundedTo(f.wbic, f.wbicStandardError)} \u00b1 ${significant(f.wbicStandardError, 2)} nats`,
  ].join("\n");
}
