// Checkpoints of calls that make several runs, one after the other: a file per run. Those of finished runs stay until all are finished, so
// that the same call, after an abort or a crash, runs only what was not.

import { checkpointOptions } from "../chains/checkpoint.js";
import type { CheckpointOptions } from "../platform/checkpoint-option.js";
import { platform } from "../platform/platform.js";

/** As `sample` takes it; the path is one that the runs' files begin with: `<path>-0`, `<path>-1`, ... */
export type RunsCheckpoint = string | CheckpointOptions;

export interface RunFiles {
  /** What the run of this number is given; nothing where there are to be no files. */
  of(run: number): { readonly checkpoint?: CheckpointOptions };
  /** Removes the files of so many runs, once all are finished, unless they are to be kept. */
  finish(runs: number): Promise<void>;
}

/** Throws a RangeError where the option is wrong, before the first run. */
export function runFiles(checkpoint: RunsCheckpoint | undefined): RunFiles {
  const options = checkpointOptions(checkpoint);
  if (options === undefined) return { of: () => ({}), finish: async () => {} };
  const pathOf = (run: number): string => `${options.path}-${run}`;
  return {
    of: (run) => ({ checkpoint: { ...options, path: pathOf(run), keep: true } }),
    async finish(runs) {
      if (options.keep === true) return;
      for (let run = 0; run < runs; run++) await platform().storage?.remove(pathOf(run));
    },
  };
}
