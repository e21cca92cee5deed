// What the command line says of draws in files: their summary and their diagnosis, as text or in a form that other programs read.

import { diagnose } from "../chains/diagnose.js";
import type { Draws } from "../chains/draws.js";
import { summarizeInThreads } from "../chains/summarize-in-threads.js";
import { summaryText } from "../chains/summary-text.js";
import { toCsv } from "../formats/csv-table.js";
import { loadDraws } from "../formats/load-draws.js";
import { toMarkdown } from "../formats/markdown.js";

import type { DrawsReportOptions } from "./report-options.js";

export interface DrawsReport {
  /** Whether the draws are well. */
  readonly ok: boolean;
  /** Ends with a line break. */
  readonly text: string;
  /** What the format has no place for: the diagnosis beside a table in CSV. Empty where there is nothing. */
  readonly aside: string;
}

/**
 * The summary and the diagnosis of draws: under each other as text or Markdown; as CSV the summary alone, with the diagnosis in `aside`; as
 * JSON `{ ok, summary, diagnosis }`, where what is undefined is null. Rejects with what `summarize` and `diagnose` throw.
 */
export async function drawsReport(draws: Draws, options: DrawsReportOptions = {}): Promise<DrawsReport> {
  const { format = "text", sortBy, thresholds } = options;
  const summary = await summarizeInThreads(draws, { sortBy });
  const diagnosis = diagnose(draws, { ...thresholds, summary });
  const { ok } = diagnosis;
  switch (format) {
    case "text":
      return { ok, text: `${summaryText(summary)}\n\n${diagnosis.text}\n`, aside: "" };
    case "markdown":
      return { ok, text: `${toMarkdown(summary)}\n${toMarkdown(diagnosis)}`, aside: "" };
    case "csv":
      return { ok, text: toCsv(summary), aside: `${diagnosis.text}\n` };
    case "json":
      return { ok, text: `${JSON.stringify({ ok, summary, diagnosis }, null, 2)}\n`, aside: "" };
  }
}

/** The same of draws in a file, or in several, one per chain; rejects with what `loadDraws` throws, too. */
export async function reportOnFiles(paths: readonly string[], options: DrawsReportOptions = {}): Promise<DrawsReport> {
  return drawsReport(await loadDraws(paths.length === 1 ? paths[0] : paths), options);
}
