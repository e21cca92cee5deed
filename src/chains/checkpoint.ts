// Checkpoints: a file that a run writes every so often, and that the same call of `sample` goes on from.

import { knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { fingerprintOf } from "../platform/fingerprint.js";
import { platform } from "../platform/platform.js";
import { checkpointEarlier, checkpointParts, checkpointRun, type RunPrint } from "./checkpoint-format.js";
import type { Earlier } from "./earlier.js";
import { energyPrint } from "./energy-print.js";
import type { Snapshot } from "./ledger.js";
import type { Plan } from "./plan.js";

export interface CheckpointOptions {
  /** Of the file; beside it another of the same name and `.partial` is there for a moment. */
  readonly path: string;
  /** Seconds between two checkpoints; 30 where left out. */
  readonly everySeconds?: number;
  /** True where the file is to stay once the run is finished: the same call then reads it and runs nothing. */
  readonly keep?: boolean;
}

/** A run's file. */
export interface Checkpoint {
  readonly everyMs: number;
  /** Whether the file of a finished run stays. */
  readonly keep: boolean;
  /** What the file holds of this run, where there was one. */
  readonly earlier: Earlier | undefined;
  /** True while the file is being written. */
  readonly busy: boolean;
  /** Replaces the file, once what is being written is there. */
  write(snapshot: Snapshot, seconds: number): Promise<void>;
  /** Resolves once nothing is being written, whatever became of it. */
  written(): Promise<void>;
  /** Removes the file. */
  remove(): Promise<void>;
}

const EVERY_SECONDS = 30;

/** Checks the option; undefined where there is to be no checkpoint. */
export function checkpointOptions(value: string | CheckpointOptions | undefined): CheckpointOptions | undefined {
  if (value === undefined) return undefined;
  const options = typeof value === "string" ? { path: value } : value;
  if (typeof options !== "object" || options === null) {
    refuse("sample", "checkpoint", "a path or { path, everySeconds, keep }", value);
  }
  knownOptions("sample: checkpoint", options, ["path", "everySeconds", "keep"]);
  const { path, everySeconds, keep } = options;
  if (typeof path !== "string" || path === "") refuse("sample", "checkpoint.path", "the path of a file", path);
  if (everySeconds !== undefined) positiveNumber("sample", "checkpoint.everySeconds", everySeconds);
  if (keep !== undefined && typeof keep !== "boolean") refuse("sample", "checkpoint.keep", "true or false", keep);
  if (platform().storage === undefined) {
    throw new RangeError(`sample: checkpoint must be left out in a ${platform().name}, where there are no files`);
  }
  return options;
}

/** Reads the file, where there is one. Rejects where it is damaged or of another run. */
export async function openCheckpoint(options: CheckpointOptions, energy: Energy, plan: Plan): Promise<Checkpoint> {
  const { path, everySeconds = EVERY_SECONDS, keep = false } = options;
  const { storage } = platform();
  if (storage === undefined) throw new Error("ergodic: a checkpoint was opened where there is no storage");
  const run = printOf(energy, plan);
  const bytes = await storage.read(path).catch(fails(path, "read"));
  const earlier = bytes === undefined ? undefined : readEarlier(path, bytes, run, plan);
  let writing: Promise<void> = Promise.resolve();
  let busy = 0;
  return {
    everyMs: 1000 * everySeconds,
    keep,
    earlier,
    get busy() {
      return busy > 0;
    },
    write(snapshot, seconds) {
      busy++;
      const next = writing
        .then(() => storage.write(path, checkpointParts(plan, run, snapshot, seconds)))
        .catch(fails(path, "written"));
      writing = next.catch(() => {});
      return next.finally(() => busy--);
    },
    written: () => writing,
    async remove() {
      await writing;
      await storage.remove(path);
    },
  };
}

/** Says whose file it was that the system refused. */
function fails(path: string, what: "read" | "written"): (error: Error) => never {
  return (error) => {
    throw new Error(`sample: the checkpoint ${path} cannot be ${what}: ${error.message}`, { cause: error });
  };
}

/** All that decides the draws. What is long is there by its fingerprint. */
function printOf(energy: Energy, plan: Plan): RunPrint {
  const { dim, chains, warmup, draws, thin, seed, keepWarmup, sampler, init, standing } = plan;
  return {
    energy: energyPrint(energy) ?? "closure",
    dim,
    names: fingerprintOf(energy.names),
    sampler: sampler.kind,
    options: fingerprintOf(sampler.options),
    seed,
    chains,
    warmup,
    draws,
    thin,
    keepWarmup,
    init: fingerprintOf(init ?? "none"),
    resume: fingerprintOf(standing ?? "none"),
  };
}

/** How a difference reads in words, of what is there by its fingerprint. */
const IN_WORDS: Readonly<Record<string, string>> = {
  energy: "its energy was made of other data",
  names: "its coordinates had other names",
  options: "its sampler had other options",
  init: "its chains started elsewhere",
  resume: "it went on from another run",
};

function readEarlier(path: string, bytes: Uint8Array, run: RunPrint, plan: Plan): Earlier {
  let then: RunPrint;
  try {
    then = checkpointRun(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`sample: the checkpoint ${path} cannot be read: ${reason}; remove it to begin anew`, {
      cause: error,
    });
  }
  const other = Object.keys(run).find((name) => then[name] !== run[name]);
  if (other === undefined) return checkpointEarlier(plan, bytes);
  const difference = IN_WORDS[other] ?? `its ${other} was ${then[other]} and not ${run[other]}`;
  throw new RangeError(
    `sample: the checkpoint ${path} is of another run: ${difference}; give another path, or remove it to begin anew`,
  );
}
