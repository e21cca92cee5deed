// A diagnosis as sentences: the verdict, the numbers behind it, then each problem with what to try.

import { ebfmi } from "../../diagnostics/index.js";
import { significant } from "../digits.js";
import type { SummaryRow } from "../summary.js";
import { type DiagnosedProblem, SEVERITIES, type Severity } from "./diagnosis.js";
import { countOf, type Evidence, statistic } from "./evidence.js";
import { count, listOf } from "./words.js";

/** Lines are broken before this many characters, so that a notebook's cell need not be scrolled. */
const WIDTH = 110;

export function diagnosisText(problems: readonly DiagnosedProblem[], evidence: Evidence): string {
  const found = problems.map(({ severity, message, advice }) => {
    return `${wrapped(`${severity}: ${message}`, "  ")}\n${wrapped(`  Try: ${advice}`, "  ")}`;
  });
  return [verdictOf(problems), wrapped(numbersOf(evidence), ""), ...(found.length > 0 ? ["", ...found] : [])].join(
    "\n",
  );
}

function verdictOf(problems: readonly DiagnosedProblem[]): string {
  const counts = SEVERITIES.map((severity) => {
    const n = problems.filter((problem) => problem.severity === severity).length;
    return n === 0 ? "" : count(n, NOUNS[severity]);
  }).filter((words) => words !== "");
  if (problems.some(({ severity }) => severity !== "note")) return `Not well: ${listOf(counts)}.`;
  return counts.length > 0 ? `Well, with ${listOf(counts)}.` : "Well: no problem was found.";
}

const NOUNS: Readonly<Record<Severity, string>> = { severe: "severe problem", warning: "warning", note: "note" };

function numbersOf({ draws, rows, chains, length }: Evidence): string {
  const numbers = [`${count(chains, "chain")} of ${count(length, "draw")}`];
  const most = extreme(rows, "rhat", (a, b) => a > b);
  const bulk = extreme(rows, "essBulk", (a, b) => a < b);
  const tail = extreme(rows, "essTail", (a, b) => a < b);
  if (most !== undefined) numbers.push(`largest R-hat ${most.rhat.toFixed(3)} (${most.name})`);
  if (bulk !== undefined) numbers.push(`smallest bulk ESS ${bulk.essBulk.toFixed(0)} (${bulk.name})`);
  if (tail !== undefined) numbers.push(`smallest tail ESS ${tail.essTail.toFixed(0)} (${tail.name})`);
  const diverging = statistic(draws, "diverging");
  if (diverging !== undefined) {
    const total = diverging.reduce((sum, chain) => sum + countOf(chain), 0);
    numbers.push(total === 0 ? "no divergences" : count(total, "divergence"));
  }
  const fractions = statistic(draws, "hamiltonian")?.map(ebfmi).filter(Number.isFinite);
  if (fractions !== undefined && fractions.length > 0) {
    numbers.push(`smallest E-BFMI ${significant(Math.min(...fractions), 2)}`);
  }
  return `${numbers.join("; ")}.`;
}

/** The row that no other beats in the column; rows without a number there do not take part. */
function extreme(
  rows: readonly SummaryRow[],
  column: "rhat" | "essBulk" | "essTail",
  beats: (a: number, b: number) => boolean,
): SummaryRow | undefined {
  let best: SummaryRow | undefined;
  for (const row of rows) {
    if (Number.isNaN(row[column])) continue;
    if (best === undefined || beats(row[column], best[column])) best = row;
  }
  return best;
}

/** Broken between words; further lines begin with `indent`, and one more. */
function wrapped(text: string, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ (?=\S)/)) {
    if (line !== "" && line.trim() !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}  ${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
