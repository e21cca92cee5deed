// A run on the caller's own thread, in slices, between which timers, input, messages and interrupts have their turn.

import { platform } from "../platform/platform.js";
import type { Ledger } from "./ledger.js";
import type { RunControl } from "./run-control.js";
import { type Prepared, type Shift, startShift } from "./shift.js";
import type { Snapshots } from "./snapshots.js";
import { SNAPSHOT } from "./storage.js";
import { PROGRESS_MS } from "./threads.js";

const SLICE_MS = 20;

/** Takes up the whole run; nothing moves yet. */
export function startSlices(ledger: Ledger, prepared: Prepared, run: RunControl): Shift {
  const storage = ledger.allocate(prepared.statistics, false);
  const { now } = platform();
  return startShift(prepared, { storage, control: run.control, threads: 1, now, report: ledger.report });
}

/** Resolves when every chain is at its end or the run was aborted. Rejects where a chain fails. */
export async function runInSlices(
  ledger: Ledger,
  shift: Shift,
  run: RunControl,
  snapshots: Snapshots | undefined,
): Promise<void> {
  const { now, breathe } = platform();
  let told = now();
  let saved = told;
  while (shift.turn(SLICE_MS)) {
    if (snapshots !== undefined && !snapshots.busy && now() - saved >= snapshots.everyMs) {
      // The shift answers at the beginning of its next turn.
      Atomics.add(run.control, SNAPSHOT, 1);
      if (!shift.turn(0)) break;
      snapshots.take();
      saved = now();
    }
    if (now() - told >= PROGRESS_MS) {
      ledger.tellProgress();
      told = now();
    }
    await breathe();
  }
  if (run.error !== undefined) throw run.error;
}
