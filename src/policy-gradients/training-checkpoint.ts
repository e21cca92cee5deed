// Checkpoints of trainings: a file that is written between two updates every so often, and that the same call of `trainPolicy` goes on from.

import { type FileKind, plainFileParts, readPlainFile } from "../platform/array-file.js";
import { type CheckpointFile, type CheckpointOptions, checkpointFile } from "../platform/checkpoint-option.js";
import { platform } from "../platform/platform.js";
import type { LogRecord } from "./training-callback.js";
import { differenceOf, type TrainingPrint, type TrainingState } from "./training-state.js";

export interface TrainingCheckpointFile {
  /** What the file holds of this training, where there was one. */
  readonly earlier: TrainingState | undefined;
  /** Whether that training was over, by a callback of it or by itself. */
  readonly ended: "steps done" | "callback" | undefined;
  /** Writes the state where the last time is long enough ago. */
  offer(state: () => TrainingState): Promise<void>;
  write(state: TrainingState): Promise<void>;
  /** Removes the file of a training that is over, or keeps it with its last state. */
  finish(state: TrainingState, end: "steps done" | "callback"): Promise<void>;
}

/** What decides the file's training, its length and evaluations included: those are in its log. */
export type CheckpointPrint = TrainingPrint & {
  readonly totalSteps: number;
  readonly evaluation: string;
  readonly resume: string;
};

const KIND: FileKind = { what: "training", version: 1 };

/** Reads the file, where there is one. Rejects where it is damaged or of another training. */
export async function openTrainingCheckpoint(
  options: CheckpointOptions,
  run: CheckpointPrint,
): Promise<TrainingCheckpointFile> {
  const file = checkpointFile("trainPolicy", options);
  const bytes = await file.read();
  const found = bytes === undefined ? undefined : readContent(file, bytes, run);
  let latest = platform().now();

  const write = async ({ log, ...rest }: TrainingState, ended?: Content["ended"]): Promise<void> => {
    const content: Content = { print: run, ended, state: rest, log: packed(log) };
    await file.write(plainFileParts(KIND, content));
    latest = platform().now();
  };
  return {
    earlier: found && { ...found.state, log: unpacked(found.log) },
    ended: found?.ended,
    async offer(state) {
      if (platform().now() - latest >= file.everyMs) await write(state());
    },
    write: (state) => write(state),
    finish: (state, end) => (file.keep ? write(state, end) : file.remove()),
  };
}

/** How differences read in words, of what only a file has by its fingerprint. */
const IN_WORDS: Readonly<Record<string, string>> = {
  evaluation: "its evaluations were others",
  resume: "it went on from another training",
};

interface Content {
  readonly print: CheckpointPrint;
  readonly ended?: TrainingCheckpointFile["ended"];
  readonly state: Omit<TrainingState, "log">;
  readonly log: PackedLog;
}

function readContent(file: CheckpointFile, bytes: Uint8Array, run: CheckpointPrint): Content {
  let content: Content;
  try {
    content = readPlainFile(KIND, bytes) as Content;
  } catch (error) {
    file.refuse(error);
  }
  const difference = differenceOf(content.print, run, IN_WORDS);
  if (difference !== undefined) file.refuseOther("training", difference);
  return content;
}

/** A log whose numbers lie in one array: a long one has millions. */
interface PackedLog {
  /** The different lists of keys that records have. */
  readonly keys: readonly (readonly string[])[];
  /** Which list each record has. */
  readonly which: Float64Array;
  /** The numbers of all records, in the order of their keys. */
  readonly values: Float64Array;
}

function packed(log: readonly LogRecord[]): PackedLog {
  const lists = new Map<string, number>();
  const which = log.map((record) => {
    const keys = JSON.stringify(Object.keys(record));
    const known = lists.get(keys) ?? lists.size;
    lists.set(keys, known);
    return known;
  });
  return {
    keys: [...lists.keys()].map((keys) => JSON.parse(keys)),
    which: Float64Array.from(which),
    values: Float64Array.from(log.flatMap((record) => Object.values(record))),
  };
}

function unpacked({ keys, which, values }: PackedLog): LogRecord[] {
  let at = 0;
  return Array.from(which, (list) => Object.fromEntries(keys[list].map((key) => [key, values[at++]])));
}
