// The option `checkpoint` of long runs: a file that is written every so often, and that the same call goes on from.

import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import { platform, type Storage } from "./platform.js";

export interface CheckpointOptions {
  /** Of the file; beside it another of the same name and `.partial` is there for a moment. */
  readonly path: string;
  /** Seconds between two checkpoints; 30 where left out. */
  readonly everySeconds?: number;
  /** True where the file is to stay once the run is finished: the same call then reads it and runs nothing. */
  readonly keep?: boolean;
}

/** A file that says whose it was where the system refuses it. */
export interface CheckpointFile {
  readonly everyMs: number;
  /** Whether the file of a finished run stays. */
  readonly keep: boolean;
  /** Undefined where there is none. */
  read(): Promise<Uint8Array | undefined>;
  write(parts: Iterable<Uint8Array>): Promise<void>;
  remove(): Promise<void>;
  /** Throws that the file's content, which was read, is not what it should be. */
  refuse(reason: unknown): never;
  /** Throws that the file is of another run, which `difference` tells from this one in words. */
  refuseOther(what: string, difference: string): never;
}

const EVERY_SECONDS = 30;

/** Checks the option in the name of `where`; undefined where there is to be no checkpoint. */
export function checkpointOptions(where: string, value: unknown): CheckpointOptions | undefined {
  if (value === undefined) return undefined;
  const options = (typeof value === "string" ? { path: value } : value) as CheckpointOptions;
  if (typeof options !== "object" || options === null) {
    refuse(where, "checkpoint", "a path or { path, everySeconds, keep }", value);
  }
  knownOptions(`${where}: checkpoint`, options, ["path", "everySeconds", "keep"]);
  const { path, everySeconds, keep } = options;
  if (typeof path !== "string" || path === "") refuse(where, "checkpoint.path", "the path of a file", path);
  if (everySeconds !== undefined) positiveNumber(where, "checkpoint.everySeconds", everySeconds);
  if (keep !== undefined && typeof keep !== "boolean") refuse(where, "checkpoint.keep", "true or false", keep);
  if (platform().storage === undefined) {
    throw new RangeError(`${where}: checkpoint must be left out in a ${platform().name}, where there are no files`);
  }
  return options;
}

/** The file of options that were checked. */
export function checkpointFile(where: string, options: CheckpointOptions): CheckpointFile {
  const { path, everySeconds = EVERY_SECONDS, keep = false } = options;
  const storage = platform().storage as Storage;
  const name = `${where}: the checkpoint ${path}`;
  const fails =
    (what: string) =>
    (error: Error): never => {
      throw new Error(`${name} cannot be ${what}: ${error.message}`, { cause: error });
    };
  return {
    everyMs: 1000 * everySeconds,
    keep,
    read: () => storage.read(path).catch(fails("read")),
    write: (parts) => storage.write(path, parts).catch(fails("written")),
    remove: () => storage.remove(path),
    refuse(reason) {
      const words = reason instanceof Error ? reason.message : String(reason);
      throw new RangeError(`${name} cannot be read: ${words}; remove it to begin anew`, { cause: reason });
    },
    refuseOther(what, difference) {
      throw new RangeError(
        `${name} is of another ${what}: ${difference}; give another path, or remove it to begin anew`,
      );
    },
  };
}
