// LLC estimates as a reader sees them: alone, and beside each other.

import { knownOptions, refuse } from "../arguments/index.js";
import { roundedTo, significant } from "../chains/digits.js";
import { printedAs } from "../chains/printed.js";
import { textTable } from "../chains/table.js";
import { isLlcEstimate, type LlcEstimate } from "./estimate.js";

/** Estimates beside each other: plain data, printed as a table; `toDataFrame` takes it too. */
export interface LlcTable {
  readonly rows: LlcRow[];
  /** What is wrong with each, `name: sentence`. Empty where all is well. */
  readonly notes: string[];
}

export interface LlcRow {
  readonly name: string;
  readonly llc: number;
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
  readonly essBulk: number;
  readonly rhat: number;
  /** In gradients over all data, all chains together, warmup included. */
  readonly gradients: number;
  readonly seconds: number;
  /** Work-normalised variance: the squared standard error times the gradients, and times the seconds. */
  readonly variancePerGradient: number;
  readonly variancePerSecond: number;
  /** "ok", or the kinds of problems. */
  readonly verdict: string;
}

/**
 * A table of named estimates, with rows of known values (such as `d / 2`) below them where `references` gives any. Throws a
 * RangeError where one of them is no estimate.
 * @example compareLlc({ SGLD: first, HMC: second }, { references: { "d/2": 22.5 } })
 */
export function compareLlc(
  estimates: Readonly<Record<string, LlcEstimate>>,
  options: { readonly references?: Readonly<Record<string, number>> } = {},
): LlcTable {
  knownOptions("compareLlc", options, ["references"]);
  if (typeof estimates !== "object" || estimates === null) {
    refuse("compareLlc", "estimates", "LLC estimates by name", estimates);
  }
  const named = Object.entries(estimates);
  for (const [name, estimate] of named) {
    if (!isLlcEstimate(estimate)) refuse("compareLlc", name, "an LLC estimate, such as llc returns", estimate);
  }
  const rows = named.map(([name, estimate]) => rowOf(name, estimate));
  const unknown = {
    standardError: Number.NaN,
    lower: Number.NaN,
    upper: Number.NaN,
    essBulk: Number.NaN,
    rhat: Number.NaN,
    gradients: Number.NaN,
    seconds: Number.NaN,
    variancePerGradient: Number.NaN,
    variancePerSecond: Number.NaN,
  };
  for (const [name, value] of Object.entries(options.references ?? {})) {
    rows.push({ name, llc: value, ...unknown, verdict: "reference" });
  }
  const notes = named.flatMap(([name, { verdict }]) => verdict.problems.map(({ message }) => `${name}: ${message}`));
  return printedAs({ rows, notes }, tableText);
}

/** The estimate itself, printed as one line, its setting and its verdict. */
export function readable(estimate: LlcEstimate): LlcEstimate {
  return printedAs(estimate, estimateText);
}

function rowOf(name: string, estimate: LlcEstimate): LlcRow {
  const { mean, standardError, interval, essBulk, rhat, verdict, work, draws } = estimate;
  return {
    name,
    llc: mean,
    standardError,
    lower: interval[0],
    upper: interval[1],
    essBulk,
    rhat,
    gradients: work,
    seconds: draws.seconds,
    variancePerGradient: estimate.workNormalizedVariance,
    variancePerSecond: standardError ** 2 * draws.seconds,
    verdict: verdict.ok ? "ok" : verdict.problems.map(({ kind }) => kind).join(", "),
  };
}

function tableText({ rows, notes }: LlcTable): string {
  const header = [
    ...["name", "llc", "s.e.", "95% from", "to", "essBulk", "rhat"],
    ...["gradients", "var x gradients", "seconds", "var x seconds", "verdict"],
  ];
  const table = textTable(header, rows.map(cells));
  return notes.length === 0 ? table : [table, "", ...notes].join("\n");
}

function cells(row: LlcRow): string[] {
  const { name, llc, standardError, lower, upper, essBulk, rhat, verdict } = row;
  const { gradients, seconds, variancePerGradient, variancePerSecond } = row;
  const known = (value: number, text: string): string => (Number.isNaN(value) ? "-" : text);
  return [
    name,
    roundedTo(llc, standardError),
    known(standardError, significant(standardError, 2)),
    known(lower, roundedTo(lower, standardError)),
    known(upper, roundedTo(upper, standardError)),
    known(essBulk, essBulk.toFixed(0)),
    known(rhat, rhat.toFixed(3)),
    known(gradients, significant(gradients, 4)),
    known(variancePerGradient, significant(variancePerGradient, 2)),
    known(seconds, significant(seconds, 2)),
    known(variancePerSecond, significant(variancePerSecond, 2)),
    verdict,
  ];
}

function estimateText(estimate: LlcEstimate): string {
  const { beta, gamma, dataSize, dim, draws, lossAtCenter, perChain, stepExcess, verdict, standardError } = estimate;
  const { dataTerm, observed, moving, work, workNormalizedVariance } = estimate;
  const { name, ...row } = rowOf(draws.sampler.kind, estimate);
  const [, llc, error, lower, upper, ess, rhat] = cells({ name, ...row });
  const drawsPerChain = Math.max(0, ...draws.lengths);
  return [
    `LLC ${llc} \u00b1 ${error} (95% from ${lower} to ${upper}), d/2 = ${dim / 2}`,
    `by ${name}: ${draws.chains} chains of ${drawsPerChain} draws (${perChain.map((value) => roundedTo(value, standardError)).join(", ")}); bulk ESS ${ess}, R-hat ${rhat}`,
    `n = ${dataSize}, beta = ${significant(beta, 4)} (n beta = ${significant(dataSize * beta, 4)}), gamma = ${significant(gamma, 4)}; L_n(w*) = ${significant(lossAtCenter, 6)} nats`,
    ...(moving === undefined ? [] : [`${moving.length} of ${estimate.center.length} parameters move`]),
    ...(Number.isNaN(work)
      ? []
      : [
          `${significant(work, 4)} gradients over all data; variance x gradients ${significant(workNormalizedVariance, 2)}`,
        ]),
    ...(dataTerm === undefined
      ? []
      : [
          `the centre is the truth: the data shift it by ${significant(dataTerm.shift, 2)} \u00b1 ${significant(dataTerm.standardError, 2)}, which the error leaves out`,
        ]),
    ...Object.entries(observed ?? {}).map(
      ([name, other]) =>
        `${name}: ${roundedTo(other.mean, other.standardError)} \u00b1 ${significant(other.standardError, 2)}`,
    ),
    ...(stepExcess !== undefined && Number.isFinite(stepExcess)
      ? [`SGLD's steps may have raised it by up to ${significant(100 * stepExcess, 2)} %, which the error leaves out`]
      : []),
    ...(verdict.ok ? ["verdict: ok"] : verdict.problems.map(({ message }) => `verdict: ${message}`)),
  ].join("\n");
}
