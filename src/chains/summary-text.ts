// A summary as a reader sees it: one aligned line per coordinate, digits as far as the Monte Carlo error lets them mean
// something, and below the table what should not be overlooked.

import { roundedTo, significant } from "./digits.js";
import type { Summary, SummaryRow } from "./summary.js";
import { textTable } from "./table.js";

/** Longer tables keep these many rows at their beginning and at their end, and name the worst of all. */
const HEAD = 30;
const TAIL = 5;

export function summaryText(summary: Summary): string {
  const { rows } = summary;
  const header = headerOf(summary);
  const long = rows.length > HEAD + TAIL + 1;
  const body = long
    ? [...rows.slice(0, HEAD).map(cells), header.map(() => "\u2026"), ...rows.slice(-TAIL).map(cells)]
    : rows.map(cells);
  const lines = [textTable(header, body), ""];
  if (long) lines.push(worst(rows));
  return [...lines, ...linesBelow(summary)].join("\n");
}

/** The titles of the columns, as people read them. */
export function headerOf({ probability }: Summary): string[] {
  const percent = Number((100 * probability).toPrecision(12));
  return ["name", "mean", "sd", `${percent}% from`, "to", "mcseMean", "essBulk", "essTail", "rhat"];
}

/** What stands below the table: what it was computed from, and what happened. */
export function linesBelow({ chains, draws, interval, divergences, notes }: Summary): string[] {
  const kind = interval === "hdi" ? "; highest-density intervals" : "";
  const lines = [`${count(chains, "chain")} of ${count(draws, "draw")}${kind}`];
  if (divergences > 0) lines.push(`${count(divergences, "divergent transition")}`);
  return [...lines, ...notes];
}

/** A row's numbers with the digits that they deserve, in the order of the header. */
export function cells({ name, mean, sd, lower, upper, mcseMean, essBulk, essTail, rhat }: SummaryRow): string[] {
  return [
    name,
    roundedTo(mean, mcseMean),
    // An sd is known about as well as a mean, an interval's ends worse.
    roundedTo(sd, mcseMean),
    roundedTo(lower, mcseMean),
    roundedTo(upper, mcseMean),
    significant(mcseMean, 2),
    essBulk.toFixed(0),
    essTail.toFixed(0),
    rhat.toFixed(3),
  ];
}

/** The rows that a shortened table may have left out and a reader must not miss. */
function worst(rows: readonly SummaryRow[]): string {
  const leastEss = rows.reduce((a, b) => (b.essBulk < a.essBulk || Number.isNaN(a.essBulk) ? b : a));
  const mostRhat = rows.reduce((a, b) => (b.rhat > a.rhat || Number.isNaN(a.rhat) ? b : a));
  const undefinedRows = rows.filter((row) => Number.isNaN(row.rhat)).length;
  const also = undefinedRows > 0 ? `; rhat undefined in ${undefinedRows}` : "";
  return (
    `of ${rows.length} rows: largest rhat ${mostRhat.rhat.toFixed(3)} (${mostRhat.name}), ` +
    `smallest essBulk ${leastEss.essBulk.toFixed(0)} (${leastEss.name})${also}`
  );
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
