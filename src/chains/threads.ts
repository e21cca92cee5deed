// A run in threads: this side tells them what to do, allocates the shared memory, listens, and ends them where they fail or do not
// obey.

import type { EnergySource } from "../energies/energy.js";
import type { Thread } from "../platform/platform.js";
import { takeBlock } from "./blocks.js";
import { dismiss, hire, release } from "./crew.js";
import type { Ledger } from "./ledger.js";
import { errorFrom, type FromThread, type ToThread } from "./protocol.js";
import type { RunControl } from "./run-control.js";
import { chainsNamed } from "./shift.js";
import type { Snapshots } from "./snapshots.js";
import { NEXT, SNAPSHOT, type Storage } from "./storage.js";

/** How often progress is told. */
export const PROGRESS_MS = 200;

/** An aborted run's threads have so long to come to the end of a transition before they are ended where they are. */
const PATIENCE_MS = 250;

/**
 * Resolves when every chain is at its end, or soon after the run was aborted. Rejects where a thread fails; then all of them are
 * ended.
 */
export async function runInThreads(
  ledger: Ledger,
  source: EnergySource,
  run: RunControl,
  count: number,
  snapshots: Snapshots | undefined,
): Promise<void> {
  const threads = hire(count);
  Atomics.store(run.control, NEXT, 0);
  const done = new Set<Thread>();
  // What each thread is at, by first chain, to be named where the thread dies.
  const underWay = new Map(threads.map((thread) => [thread, new Map<number, string>()]));
  let storage: Storage | undefined;
  let progress: ReturnType<typeof setInterval> | undefined;
  let asking: ReturnType<typeof setInterval> | undefined;
  /** Threads that were asked where their chains stand. */
  const asked = new Set<Thread>();
  /** What a thread says after its run is over, because it was ended, is not heard. */
  let over = false;
  const answered = (thread: Thread) => {
    if (asked.delete(thread) && asked.size === 0) snapshots?.take();
  };
  let patience: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      run.onAbort((error) => {
        if (error !== undefined) reject(error);
        else patience ??= setTimeout(resolve, PATIENCE_MS);
      });
      progress = setInterval(ledger.tellProgress, PROGRESS_MS);
      if (snapshots !== undefined) {
        asking = setInterval(() => {
          if (asked.size > 0 || snapshots.busy) return;
          for (const thread of threads) if (!done.has(thread)) asked.add(thread);
          Atomics.add(run.control, SNAPSHOT, 1);
        }, snapshots.everyMs);
      }
      const hear = (thread: Thread, message: FromThread): void => {
        switch (message.type) {
          case "prepared":
            storage ??= ledger.allocate(message.statistics, true);
            tell(thread, {
              type: "run",
              names: storage.names,
              progress: storage.progress,
              control: run.control,
              threads: count,
            });
            break;
          case "opened":
            underWay.get(thread)?.set(message.first, chainsNamed(message.first, message.width));
            ledger.report.opened(message.first, message.width);
            break;
          case "block":
            if (storage !== undefined) takeBlock(ledger.plan, storage, message.block);
            break;
          case "event":
            ledger.report.event(message.event);
            break;
          case "adapted":
            ledger.report.adapted(message.first, message.width, message.parameters);
            break;
          case "snapshot":
            ledger.report.snapshot(message.ends);
            answered(thread);
            break;
          case "ended":
            underWay.get(thread)?.delete(message.end.first);
            ledger.report.ended(message.end);
            break;
          case "done":
            done.add(thread);
            answered(thread);
            if (done.size === count) resolve();
            break;
          case "failed":
            reject(errorFrom(message.error));
        }
      };
      for (const thread of threads) {
        thread.onMessage((message) => over || run.guard(() => hear(thread, message as FromThread)));
        thread.onFailure((error) => {
          const chains = [...(underWay.get(thread)?.values() ?? [])].join(", ");
          const what = chains === "" ? "a thread" : `the thread of ${chains}`;
          reject(new Error(`sample: ${what} failed: ${error.message}`, { cause: error }));
        });
        tell(thread, { type: "prepare", plan: ledger.plan, source });
      }
    });
    release(threads.filter((thread) => done.has(thread)));
    await dismiss(threads.filter((thread) => !done.has(thread)));
  } catch (error) {
    await dismiss(threads);
    throw error;
  } finally {
    over = true;
    clearInterval(progress);
    clearInterval(asking);
    clearTimeout(patience);
    run.onAbort(() => {});
  }
}

function tell(thread: Thread, message: ToThread): void {
  thread.post(message);
}
