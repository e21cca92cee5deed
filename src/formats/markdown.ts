// Results as Markdown (the tables of GitHub's dialect), for a report, an issue or a page.

import { refuse } from "../arguments/index.js";
import type { Diagnosis } from "../chains/diagnose.js";
import type { Summary } from "../chains/summarize.js";
import { cells, headerOf, linesBelow } from "../chains/summary-text.js";

/**
 * A summary as a table of all its rows, numbers with the digits that they deserve, and what its text says below; a diagnosis as its
 * verdict and a list of what was found. Names are set as text whatever is in them. Ends with a line break. Throws a RangeError on anything else.
 *
 * @example toMarkdown(summarize(draws)) // "| name | mean | sd | ...\n|:--|--:|--:| ...\n| q[0] | 0.012 | 0.998 | ..."
 */
export function toMarkdown(result: Summary | Diagnosis): string {
  if (typeof result === "object" && result !== null) {
    if ("rows" in result && "probability" in result) return summaryIn(result);
    if ("problems" in result && "text" in result) return diagnosisIn(result);
  }
  return refuse("toMarkdown", "result", "what summarize or diagnose returned", result);
}

function summaryIn(summary: Summary): string {
  const header = headerOf(summary);
  const table = [
    line(header.map(plain)),
    `|${header.map((_, column) => (column === 0 ? ":--" : "--:")).join("|")}|`,
    ...summary.rows.map((row) => line(cells(row).map(plain))),
  ];
  return `${table.join("\n")}\n\n${linesBelow(summary).map(plain).join("  \n")}\n`;
}

function line(fields: readonly string[]): string {
  return `| ${fields.join(" | ")} |`;
}

function diagnosisIn({ problems, text }: Diagnosis): string {
  // The text begins with the verdict and the numbers, then an empty line where anything was found.
  const [opening] = text.split("\n\n");
  const [verdict, ...numbers] = opening.split("\n");
  const found = problems.map(({ severity, message, advice }) => {
    return `- **${severity}**: ${plain(message)} *Try:* ${plain(advice)}`;
  });
  const parts = [`**${plain(verdict)}** ${plain(numbers.map((part) => part.trim()).join(" "))}`];
  if (found.length > 0) parts.push(found.join("\n"));
  return `${parts.join("\n\n")}\n`;
}

/** As text: what Markdown or HTML would read as a mark is escaped, except where it can be none. */
function plain(text: string): string {
  return (
    text
      .replace(/\s*[\r\n]+\s*/g, " ")
      .replace(/[\\`*<>|&~$]/g, "\\$&")
      // Between letters or digits an underscore is one, as in `mu_a`.
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "\\_")
      // `a[0]` is no link, `a[0](b)` and `a[0][b]` are.
      .replace(/\](?=[([])/g, "\\]")
  );
}
