// Checkpoints of trainings: a file that is written between two updates every so often, and that the same call of `trainPolicy` goes on from.

import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import { type FileKind, plainFileParts, readPlainFile } from "../platform/array-file.js";
import { platform } from "../platform/platform.js";
import { storageFor } from "./policy-file.js";
import type { LogRecord } from "./training-callback.js";
import { differenceOf, type TrainingPrint, type TrainingState } from "./training-state.js";

export interface TrainingCheckpointOptions {
  /** Of the file; beside it another of the same name and `.partial` is there for a moment. */
  readonly path: string;
  /** Seconds between two checkpoints; 30 where left out. */
  readonly everySeconds?: number;
}

export interface TrainingCheckpointFile {
  /** What the file holds of this training, where there was one. */
  readonly earlier: TrainingState | undefined;
  /** Writes the state where the last time is long enough ago. */
  offer(state: () => TrainingState): Promise<void>;
  write(state: TrainingState): Promise<void>;
  /** Removes the file. */
  remove(): Promise<void>;
}

/** What decides the file's training, its length and evaluations included: those are in its log. */
export type CheckpointPrint = TrainingPrint & {
  readonly totalSteps: number;
  readonly evaluation: string;
  readonly resume: string;
};

const KIND: FileKind = { what: "training", version: 1 };
const EVERY_SECONDS = 30;

/** Checks the option; undefined where there is to be no checkpoint. */
export function trainingCheckpointOptions(
  value: string | TrainingCheckpointOptions | undefined,
): TrainingCheckpointOptions | undefined {
  if (value === undefined) return undefined;
  const options = typeof value === "string" ? { path: value } : value;
  if (typeof options !== "object" || options === null) {
    refuse("trainPolicy", "checkpoint", "a path or { path, everySeconds }", value);
  }
  knownOptions("trainPolicy: checkpoint", options, ["path", "everySeconds"]);
  const { path, everySeconds } = options;
  if (typeof path !== "string" || path === "") refuse("trainPolicy", "checkpoint.path", "the path of a file", path);
  if (everySeconds !== undefined) positiveNumber("trainPolicy", "checkpoint.everySeconds", everySeconds);
  storageFor("trainPolicy", "checkpoint");
  return options;
}

/** Reads the file, where there is one. Rejects where it is damaged or of another training. */
export async function openTrainingCheckpoint(
  { path, everySeconds = EVERY_SECONDS }: TrainingCheckpointOptions,
  run: CheckpointPrint,
): Promise<TrainingCheckpointFile> {
  const storage = storageFor("trainPolicy", "checkpoint");
  const bytes = await storage.read(path).catch(fails(path, "read"));
  const earlier = bytes === undefined ? undefined : readState(path, bytes, run);
  let latest = platform().now();

  const write = async (state: TrainingState): Promise<void> => {
    const { log, ...rest } = state;
    await storage
      .write(path, plainFileParts(KIND, { print: run, ...rest, log: packed(log) }))
      .catch(fails(path, "written"));
    latest = platform().now();
  };
  return {
    earlier,
    async offer(state) {
      if (platform().now() - latest >= 1000 * everySeconds) await write(state());
    },
    write,
    remove: () => storage.remove(path),
  };
}

/** Says whose file it was that the system refused. */
function fails(path: string, what: "read" | "written"): (error: Error) => never {
  return (error) => {
    throw new Error(`trainPolicy: the checkpoint ${path} cannot be ${what}: ${error.message}`, { cause: error });
  };
}

/** How differences read in words, of what only a file has by its fingerprint. */
const IN_WORDS: Readonly<Record<string, string>> = {
  evaluation: "its evaluations were others",
  resume: "it went on from another training",
};

function readState(path: string, bytes: Uint8Array, run: CheckpointPrint): TrainingState {
  let content: Omit<TrainingState, "log"> & { readonly print: CheckpointPrint; readonly log: PackedLog };
  try {
    content = readPlainFile(KIND, bytes) as typeof content;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`trainPolicy: the checkpoint ${path} cannot be read: ${reason}; remove it to begin anew`, {
      cause: error,
    });
  }
  const { print, log, ...rest } = content;
  const difference = differenceOf(print, run, IN_WORDS);
  if (difference === undefined) return { ...rest, log: unpacked(log) };
  throw new RangeError(
    `trainPolicy: the checkpoint ${path} is of another training: ${difference}; give another path, or remove it to begin anew`,
  );
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
