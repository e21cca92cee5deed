// Records of coverage, one line of JSON per estimator and model in coverage.jsonl, and the part of bench/llc.md that is written from them.

import { type Provenance, type Records, recordsIn, tableRow } from "../records.js";
import { type Cell, type Coverage, LEAST_COVERED } from "./cells.js";
import { type Estimator, estimators } from "./estimators.js";
import { models } from "./models.js";

export interface CoverageRecord extends Cell, Provenance {
  readonly estimator: string;
  readonly model: string;
  /** Of the estimator, as JSON: with others it is another record. */
  readonly settings: string;
  readonly seconds: number;
}

export const coverageRecords: Records<CoverageRecord> = recordsIn(new URL("coverage.jsonl", import.meta.url));

export function settingsOf(estimator: Estimator): string {
  return JSON.stringify(estimator.settings);
}

/** The latest record of each cell that the library has today, with the settings that it has. */
export function currentRecords(): readonly CoverageRecord[] {
  const latest = new Map(coverageRecords.read().map((record) => [cellId(record), record]));
  return estimators.flatMap((estimator) =>
    models.flatMap(
      ({ name: model }) =>
        latest.get(cellId({ estimator: estimator.name, model, settings: settingsOf(estimator) })) ?? [],
    ),
  );
}

function cellId({ estimator, model, settings }: Pick<CoverageRecord, "estimator" | "model" | "settings">): string {
  return [estimator, model, settings].join("\n");
}

const INTRODUCTION = `## Coverage

How many of 100 runs, each with its own seed, have a 95 % interval that holds the exact value at their temperature. The models are those of
\`bench/llc/models.ts\`: n = 1000, n beta = n / log n, gamma = 1. HMC, NUTS and MAMS run on the bare loss, stochastic gradients on 1000 rows
in batches of 256, with the noise that this has. HMC is that of \`llc\` where no sampler is named; the ladder's HMC and NUTS aim at an acceptance
of 0.99, which verdicts ask for in the narrow arms of w1^2 w2^4. The bar is ${LEAST_COVERED} of 100; where a cell that is held to it has fewer, 400 runs decide, those
100 among them, so that chance alone fails none. "Bias" is that of the mean over runs, in per cent of the exact value and, in brackets, in its own
standard errors; "error / spread" is what the runs say of their error over what it is; "ok" counts verdicts.

What SGLD's steps add is in no interval of its own: its estimates say how much at most (\`stepExcess\`), and the row "less stepExcess at most"
is the interval with that. The kernels in the second table have biases of their own that no interval has; they are held to no bar.
`;

const HEADER = [
  tableRow(["estimator", "of", "model", "covered", "runs", "exact", "bias", "error / spread", "ok", ""]),
  tableRow(new Array<string>(10).fill("---")),
];

export function coverageSection(): string {
  const records = currentRecords();
  const held = records.filter(({ estimator }) => biasOf(estimator) === undefined);
  const biased = records.filter(({ estimator }) => biasOf(estimator) !== undefined);
  const missed = held.filter((record) => record.claims.some((claim) => !covers(record, claim)));
  const words =
    missed.length === 0
      ? `All ${held.length} cells that are held to it meet the bar.`
      : `${held.length - missed.length} of ${held.length} cells that are held to it meet the bar.`;
  const kinds = estimators.flatMap(({ name, biased: why }) => (why === undefined ? [] : [`${name}: ${why}.`]));
  return [
    INTRODUCTION,
    `${words}\n`,
    ...HEADER,
    ...held.flatMap(linesOf),
    "\n### With a bias of their own\n",
    `${kinds.join(" ")}\n`,
    ...HEADER,
    ...biased.flatMap(linesOf),
    "",
  ].join("\n");
}

function biasOf(name: string): string | undefined {
  return estimators.find((estimator) => estimator.name === name)?.biased;
}

function covers({ runs }: Cell, { covered }: Coverage): boolean {
  return 100 * covered >= LEAST_COVERED * runs;
}

function linesOf(record: CoverageRecord): string[] {
  return record.claims.map((claim) => {
    const { what, covered, exact, value, spread, standardError } = claim;
    const off = value - exact;
    const errors = off / (spread / Math.sqrt(record.runs));
    // JSON has no NaN: a run whose chains all stopped has no value, and leaves null here.
    const known = value !== null && spread !== null;
    return tableRow([
      record.estimator,
      what,
      record.model,
      covered,
      record.runs,
      exact.toPrecision(4),
      known ? `${signed((100 * off) / exact)} % (${signed(errors)})` : "a run has no value",
      known ? (standardError / spread).toFixed(2) : "",
      record.believed,
      biasOf(record.estimator) !== undefined ? "" : covers(record, claim) ? "met" : "**not met**",
    ]);
  });
}

function signed(x: number): string {
  return `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(1)}`;
}
