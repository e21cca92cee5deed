// The log of a training as lines of JSON.

import type { TrainingCallback } from "../../policy-gradients/index.js";
import { checkPath, logFile } from "./log-file.js";

/**
 * Writes a line per update to `path`, the record as JSON, with null where a number is not finite. The file is whole after each update; a training that goes
 * on goes on with it. Throws where the path is none; training fails where the file cannot be written.
 * @example callbacks.jsonLinesLog("log.jsonl")
 */
export function jsonLinesLog(path: string): TrainingCallback {
  checkPath("jsonLinesLog", "path", path);
  return logFile(path, { begin: () => "", row: (record) => `${JSON.stringify(record)}\n` });
}
