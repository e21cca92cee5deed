// When a run is written into its checkpoint, and what happens where that fails.

import type { Checkpoint } from "./checkpoint.js";
import type { Ledger } from "./ledger.js";
import type { RunControl } from "./run-control.js";

export interface Snapshots {
  readonly everyMs: number;
  /** True while the last one is being written. */
  readonly busy: boolean;
  /** Begins to write what the ledger knows; a failure ends the run. */
  take(): void;
}

export function openSnapshots(
  checkpoint: Checkpoint,
  ledger: Ledger,
  run: RunControl,
  seconds: () => number,
): Snapshots {
  return {
    everyMs: checkpoint.everyMs,
    get busy() {
      return checkpoint.busy;
    },
    take() {
      checkpoint.write(ledger.snapshot(), seconds()).catch((error) =>
        run.guard(() => {
          throw error;
        }),
      );
    },
  };
}
