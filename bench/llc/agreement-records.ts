// Records of agreement, one line of JSON per target and sampler in agreement.jsonl, and the part of bench/llc.md that is written from them.

import { type Provenance, type Records, recordsIn, tableRow } from "../records.js";
import { type AgreementTarget, agreementTargets, type SamplerRun } from "./agreement-targets.js";

export interface AgreementRecord extends Provenance {
  readonly target: string;
  readonly sampler: string;
  /** Of target and run, as JSON: with others it is another record. */
  readonly settings: string;
  readonly dim: number;
  readonly dataSize: number;
  /** What preflight says of the centre: the largest curvature times n beta, and what lies below. */
  readonly stiffness: number;
  readonly depth: number;
  readonly mean: number;
  readonly standardError: number;
  readonly essBulk: number;
  readonly rhat: number;
  /** In gradients over all data, all chains and warmup together. */
  readonly work: number;
  readonly workNormalizedVariance: number;
  readonly stepExcess?: number;
  /** Kinds of problems. */
  readonly problems: readonly string[];
  readonly seconds: number;
}

export const agreementRecords: Records<AgreementRecord> = recordsIn(new URL("agreement.jsonl", import.meta.url));

export function settingsOf({ words, gamma, polish }: AgreementTarget, run: SamplerRun): string {
  const { sampler, warmup, draws, thin } = run;
  return JSON.stringify({ words, gamma, polish, sampler, warmup, draws, thin });
}

/** The latest record of a run with today's settings. */
export function recordOf(target: AgreementTarget, run: SamplerRun): AgreementRecord | undefined {
  const settings = settingsOf(target, run);
  const all = agreementRecords.read();
  return all.filter((one) => one.target === target.name && one.sampler === run.name && one.settings === settings).pop();
}

interface Pooled {
  readonly mean: number;
  readonly standardError: number;
}

/** Standard errors beyond what a bias explains, from the exact samplers' mean: this is no chance. */
const MOST_Z = 4.5;

const INTRODUCTION = `## Agreement

Lambda-Hat's targets, its loss (the mean squared error as it stands) and its temperature n / log n, each sampler from the same centre: its trained parameters,
polished by descent. An estimate is held to the mean of the others that are exact, weighted by their errors: z is how many standard errors it
is off, beyond the share that a kernel without an accept step may be ("bias": for SGLD what its estimate states, \`stepExcess\`). More than ${MOST_Z} fail.
"WNV" is the squared standard error times the work in gradients over all data.
`;

export function agreementSection(): string {
  return [INTRODUCTION, ...agreementTargets.map(targetSection)].join("\n");
}

function targetSection(target: AgreementTarget): string {
  const found = target.runs.flatMap((run) => {
    const record = recordOf(target, run);
    return record === undefined ? [] : [{ run, record }];
  });
  if (found.length === 0) return `### ${target.name}\n\nNot run yet.\n`;
  const [{ record: first }] = found;
  const exact = found.filter(({ run }) => run.bias === undefined).map(({ record }) => record);
  const lines = found.map(({ run, record }) => {
    const reference = pooled(exact.filter((other) => other !== record));
    const z = beyond(record, run, reference);
    const share = allowed(record, run);
    return tableRow([
      run.name,
      `${record.mean.toPrecision(5)} ± ${record.standardError.toPrecision(2)}`,
      share === undefined ? "none" : `+${percent(share.above)}, −${percent(share.below)}`,
      Number.isNaN(z) ? "" : z.toFixed(1),
      Number.isNaN(z) ? "" : Math.abs(z) <= MOST_Z ? "agrees" : "**apart**",
      Math.round(record.essBulk),
      record.rhat.toFixed(3),
      record.work.toPrecision(3),
      record.workNormalizedVariance.toPrecision(3),
      `${record.seconds} s`,
      record.problems.length === 0 ? "ok" : record.problems.join(", "),
      record.commit,
    ]);
  });
  return [
    `### ${target.name}\n`,
    `\`${target.words.join(" ")}\`: ${first.dim} parameters, n = ${first.dataSize}, gamma = ${target.gamma}; n beta times the largest curvature at the centre`,
    `is ${first.stiffness.toPrecision(3)}, and ${first.depth.toPrecision(2)} lies below it, in units of the coefficient. d / 2 = ${first.dim / 2}.\n`,
    tableRow(["sampler", "LLC", "bias", "z", "", "ESS", "R-hat", "gradients", "WNV", "time", "verdict", "commit"]),
    tableRow(new Array<string>(12).fill("---")),
    ...lines,
    "",
  ].join("\n");
}

function allowed({ stepExcess }: AgreementRecord, { bias }: SamplerRun): SamplerRun["bias"] {
  return bias === undefined || stepExcess === undefined ? bias : { ...bias, above: stepExcess };
}

function pooled(records: readonly AgreementRecord[]): Pooled {
  const weights = records.map(({ standardError }) => 1 / standardError ** 2);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const mean = records.reduce((total, { mean: one }, k) => total + weights[k] * one, 0) / sum;
  return { mean, standardError: Math.sqrt(1 / sum) };
}

function beyond(record: AgreementRecord, run: SamplerRun, reference: Pooled): number {
  const { above = 0, below = 0 } = allowed(record, run) ?? {};
  const off = record.mean - reference.mean;
  const rest = off > 0 ? Math.max(0, off - above * reference.mean) : Math.min(0, off + below * reference.mean);
  return rest / Math.hypot(record.standardError, reference.standardError);
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
