// A summary as a reader sees it: one aligned line per coordinate, digits as far as the Monte Carlo error lets them mean
// something, and below the table what should not be overlooked.

import { roundedTo, significant } from "./digits.js";
import type { Summary, SummaryRow } from "./summary.js";
import { textTable } from "./table.js";

/** Longer tables keep these many rows at their beginning and at their end, and name the worst of all. */
const HEAD = 30;
const TAIL = 5;

export function summaryText(summary: Summary): string {
  const { rows, chains, draws, probability, interval, divergences, notes } = summary;
  const percent = Number((100 * probability).toPrecision(12));
  const header = ["name", "mean", "sd", `${percent}% from`, "to", "mcseMean", "essBulk", "essTail", "rhat"];
  const long = rows.length > HEAD + TAIL + 1;
  const body = long
    ? [...rows.slice(0, HEAD).map(cells), header.map(() => "\u2026"), ...rows.slice(-TAIL).map(cells)]
    : rows.map(cells);
  const lines = [textTable(header, body), ""];
  if (long) lines.push(worst(rows));
  const kind = interval === "hdi" ? "; highest-density intervals" : "";
  lines.push(`${count(chains, "chain")} of ${count(draws, "draw")}${kind}`);
  if (divergences > 0) lines.push(`${count(divergences, "divergent transition")}`);
  return [...lines, ...notes].join("\n");
}

function cells({ name, mean, sd, lower, upper, mcseMean, essBulk, essTail, rhat }: SummaryRow): string[] {
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
