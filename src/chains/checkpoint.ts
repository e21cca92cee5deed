// Checkpoints: a file that a run writes every so often, and that the same call of `sample` goes on from.

import type { Energy } from "../energies/energy.js";
import {
  type CheckpointFile,
  type CheckpointOptions,
  checkpointOptions as checked,
  checkpointFile,
} from "../platform/checkpoint-option.js";
import { fingerprintOf } from "../platform/fingerprint.js";
import { checkpointEarlier, checkpointParts, checkpointRun, type RunPrint } from "./checkpoint-format.js";
import type { Earlier } from "./earlier.js";
import { energyPrint } from "./energy-print.js";
import type { Snapshot } from "./ledger.js";
import type { Plan } from "./plan.js";

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

/** Checks the option; undefined where there is to be no checkpoint. */
export function checkpointOptions(value: string | CheckpointOptions | undefined): CheckpointOptions | undefined {
  return checked("sample", value);
}

/** Reads the file, where there is one. Rejects where it is damaged or of another run. */
export async function openCheckpoint(options: CheckpointOptions, energy: Energy, plan: Plan): Promise<Checkpoint> {
  const file = checkpointFile("sample", options);
  const run = printOf(energy, plan);
  const bytes = await file.read();
  const earlier = bytes === undefined ? undefined : readEarlier(file, bytes, run, plan);
  let writing: Promise<void> = Promise.resolve();
  let busy = 0;
  return {
    everyMs: file.everyMs,
    keep: file.keep,
    earlier,
    get busy() {
      return busy > 0;
    },
    write(snapshot, seconds) {
      busy++;
      const next = writing.then(() => file.write(checkpointParts(plan, run, snapshot, seconds)));
      writing = next.catch(() => {});
      return next.finally(() => busy--);
    },
    written: () => writing,
    async remove() {
      await writing;
      await file.remove();
    },
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

function readEarlier(file: CheckpointFile, bytes: Uint8Array, run: RunPrint, plan: Plan): Earlier {
  let then: RunPrint;
  try {
    then = checkpointRun(bytes);
  } catch (error) {
    file.refuse(error);
  }
  const other = Object.keys(run).find((name) => then[name] !== run[name]);
  if (other === undefined) return checkpointEarlier(plan, bytes);
  file.refuseOther("run", IN_WORDS[other] ?? `its ${other} was ${then[other]} and not ${run[other]}`);
}
