// The log as a table on the console, as Stable-Baselines3 prints it.

import { knownOptions, nonNegativeNumber, refuse } from "../../arguments/index.js";
import { platform } from "../../platform/platform.js";
import type { LogRecord, TrainingCallback } from "../training-callback.js";

export interface ConsoleTableOptions {
  /** The least number of seconds between two tables, 1 where left out; 0 for one per update. The last is always printed. */
  readonly everySeconds?: number;
  /** Takes each table, without a line feed at its end; `console.log` where left out. */
  readonly write?: (table: string) => void;
}

/**
 * Prints the latest record of the log as a table, at most once in a second. Throws where an option is wrong.
 * @example callbacks.consoleTable({ everySeconds: 10 })
 */
export function consoleTable(options: ConsoleTableOptions = {}): TrainingCallback {
  knownOptions("consoleTable", options, ["everySeconds", "write"]);
  const { write = (table: string) => console.log(table) } = options;
  const everySeconds = nonNegativeNumber("consoleTable", "everySeconds", options.everySeconds ?? 1);
  if (typeof write !== "function") refuse("consoleTable", "write", "a function", write);
  let last = Number.NEGATIVE_INFINITY;
  let unprinted: LogRecord | undefined;
  const print = (record: LogRecord): void => {
    write(tableOf(record));
    last = platform().now();
    unprinted = undefined;
  };
  return {
    onRolloutEnd(_, record) {
      unprinted = record;
      if (platform().now() - last >= 1000 * everySeconds) print(record);
    },
    onTrainingEnd() {
      if (unprinted !== undefined) print(unprinted);
    },
  };
}

/** Keys by their folders, in alphabetical order, and their numbers with four digits. */
export function tableOf(record: LogRecord): string {
  const rows: [string, string][] = [];
  let folder = "";
  for (const key of Object.keys(record).sort()) {
    const slash = key.indexOf("/") + 1;
    if (key.slice(0, slash) !== folder) {
      folder = key.slice(0, slash);
      rows.push([folder, ""]);
    }
    rows.push([`${slash > 0 ? "   " : ""}${key.slice(slash)}`, numberText(record[key])]);
  }
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column].length)));
  const lines = rows.map(([name, value]) => `| ${name.padEnd(widths[0])} | ${value.padEnd(widths[1])} |`);
  const rule = "-".repeat(widths[0] + widths[1] + 7);
  return [rule, ...lines, rule].join("\n");
}

/** Whole numbers as they are, others with four digits: `8123.4` is `8123`, `0.000123456` is `0.0001235`. */
function numberText(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 1000 && Math.abs(value) < 1e15
    ? String(Math.round(value))
    : String(Number(value.toPrecision(4)));
}
