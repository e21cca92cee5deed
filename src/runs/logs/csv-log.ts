// The log of a training as comma-separated values.

import type { TrainingCallback } from "../../policy-gradients/index.js";
import { checkPath, logFile } from "./log-file.js";

/**
 * Writes a row per update to `path`: all keys that came up so far are columns, what a record does not have is empty, numbers have all their digits. The file
 * is whole after each update; a training that goes on goes on with it. Throws where the path is none; training fails where the file cannot be written.
 * @example await trainPolicy(ppo(), cartPole, { totalSteps: 100_000, callbacks: [callbacks.csvLog("log.csv")] })
 */
export function csvLog(path: string): TrainingCallback {
  checkPath("csvLog", "path", path);
  let columns: string[] = [];
  return logFile(path, {
    begin(log) {
      columns = [...new Set(log.flatMap((record) => Object.keys(record)))];
      return columns.length === 0 ? "" : `${columns.join(",")}\n`;
    },
    row(record) {
      if (!Object.keys(record).every((key) => columns.includes(key))) return undefined;
      return `${columns.map((key) => field(record[key])).join(",")}\n`;
    },
  });
}

function field(value: number | undefined): string {
  if (value === undefined) return "";
  return Object.is(value, -0) ? "-0" : String(value);
}
