// `diagnose`: whether draws can be believed, in sentences, with what to try where they cannot. The rules are those of CmdStan's `diagnose`
// and of Vehtari et al. 2021, and some of our own; `Thresholds` tells which is which.

import { knownOptions, refuse } from "../arguments/index.js";
import { type Diagnosis, SEVERITIES } from "./diagnosis/diagnosis.js";
import type { Check, Evidence } from "./diagnosis/evidence.js";
import {
  aborted,
  constantCoordinates,
  noDraws,
  notFinite,
  oneChain,
  stopped,
  stuckChains,
  stuckCoordinates,
  tooFewDraws,
} from "./diagnosis/of-chains.js";
import { chainsDisagree, lowBulkEss, lowTailEss } from "./diagnosis/of-mixing.js";
import { acceptance, divergences, lowEbfmi, stepSizesDiffer, treeDepth } from "./diagnosis/of-transitions.js";
import { diagnosisText } from "./diagnosis/text.js";
import { THRESHOLD_NAMES, type Thresholds, thresholdsFrom } from "./diagnosis/thresholds.js";
import { type Draws, isDraws } from "./draws.js";
import { printedAs } from "./printed.js";
import { summarize } from "./summarize.js";
import type { Summary, SummaryRow } from "./summary.js";

export type { DiagnosedKind, DiagnosedProblem, Diagnosis, Severity, Whereabouts } from "./diagnosis/diagnosis.js";
export type { Thresholds } from "./diagnosis/thresholds.js";

export interface DiagnoseOptions extends Partial<Thresholds> {
  /** Of these draws, where it exists already: most of the time goes into one. */
  readonly summary?: Summary;
}

/**
 * What is wrong with draws and what to try: chains that stopped, stand still or disagree, divergences, low E-BFMI, too few effective
 * draws, tree depths at their limit, acceptance and step sizes that warmup did not find. `ok` where nothing is more than a note.
 *
 * R-hat and ESS are those of `summarize`, of the coordinates, and of the same block of equally long chains. Throws a RangeError on an
 * unknown option, a threshold out of its range, a summary of other draws, and on what is no draws.
 *
 * @example
 * diagnose(await sample(energies.gaussian({ mean: [0, 0] }), nuts())).ok // true
 * diagnose(await sample(energies.funnel(), nuts())).problems.map(({ kind }) => kind) // ["divergences", "low-ebfmi", ...]
 */
export function diagnose(draws: Draws, options: DiagnoseOptions = {}): Diagnosis {
  if (!isDraws(draws)) refuse("diagnose", "draws", "draws, such as sample returns", draws);
  knownOptions("diagnose", options, ["summary", ...THRESHOLD_NAMES]);
  const { summary = summarize(draws), ...thresholds } = options;
  const evidence: Evidence = {
    draws,
    rows: rowsOf(draws, summary),
    chains: summary.chains,
    length: summary.draws,
    thresholds: thresholdsFrom("diagnose", thresholds),
  };
  const problems = CHECKS.map((check) => check(evidence))
    .filter((problem) => problem !== undefined)
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const diagnosis: Diagnosis = {
    ok: problems.every(({ severity }) => severity === "note"),
    problems,
    text: diagnosisText(problems, evidence),
  };
  return printedAs(diagnosis, ({ text }) => text);
}

/** In the order in which problems of one severity are told: causes before what follows from them. */
const CHECKS: readonly Check[] = [
  noDraws,
  notFinite,
  stopped,
  stuckChains,
  stuckCoordinates,
  divergences,
  chainsDisagree,
  lowEbfmi,
  lowBulkEss,
  lowTailEss,
  tooFewDraws,
  acceptance,
  stepSizesDiffer,
  treeDepth,
  constantCoordinates,
  oneChain,
  aborted,
];

/** The rows of the coordinates, in their order: the summary may have more, and be sorted. */
function rowsOf({ names }: Draws, summary: Summary): SummaryRow[] {
  // A statistic may have a coordinate's name; the coordinate comes first unless the rows were sorted, and then names tell no more.
  const byName = new Map<string, SummaryRow>();
  for (const row of summary.rows) if (!byName.has(row.name)) byName.set(row.name, row);
  return names.map((name) => {
    const row = byName.get(name);
    if (row === undefined)
      refuse("diagnose", "summary", `that of these draws, with a row for ${JSON.stringify(name)}`, summary);
    return row;
  });
}
