// The log of a training as a file that grows with it. A training that goes on from an earlier one has all earlier records: the file is then written
// anew from them, so that no row is there twice, half, or not at all, whatever became of the process that wrote it.

import { closeSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { refuse } from "../../arguments/index.js";
import { makeFolder } from "../../platform/folder.js";
import type { LogRecord, TrainingCallback } from "../../policy-gradients/index.js";

/** What a file of some format holds. */
export interface LogFormat {
  /** What stands before the rows of all records in the log. `began` is when the training did, in seconds since 1970. */
  begin(log: readonly LogRecord[], began: number): Uint8Array | string;
  /** One record's row. Undefined where it fits no file that was begun so: then everything is written anew. */
  row(record: LogRecord): Uint8Array | string | undefined;
}

/** A file of this format at `path`, in a folder that is made; each record is handed to the system as soon as it is there. Throws where it cannot be written. */
export function logFile(path: string, format: LogFormat): TrainingCallback {
  let file: number | undefined;
  let began = 0;

  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  const beginAnew = (log: readonly LogRecord[]): void => {
    close();
    makeFolder(dirname(path));
    file = openSync(path, "w");
    writeWhole(file, format.begin(log, began));
    for (const record of log) writeWhole(file, format.row(record) ?? "");
  };
  return {
    onTrainingStart({ log, seconds }) {
      began = Date.now() / 1000 - seconds;
      beginAnew(log);
    },
    onRolloutEnd({ log }, record) {
      const row = format.row(record);
      if (file === undefined || row === undefined) beginAnew(log);
      else writeWhole(file, row);
    },
    onTrainingEnd: close,
  };
}

export function checkPath(where: string, name: string, path: unknown): void {
  if (typeof path !== "string" || path === "") refuse(where, name, "a path", path);
}

function writeWhole(file: number, content: Uint8Array | string): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
}
