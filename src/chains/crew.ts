// Threads at hand. Starting one costs tens of milliseconds, so a thread that has done its work waits for the next run; while it
// waits it does not keep the process alive.

import { type Platform, platform, type Thread } from "../platform/platform.js";

const waiting = new WeakMap<Platform, Thread[]>();

/** How many threads wait for work. */
export function idleThreads(): number {
  return waitingNow().length;
}

/** As many threads, waiting ones first. Throws where one cannot be started. */
export function hire(count: number): Thread[] {
  const idle = waitingNow();
  const threads = idle.splice(Math.max(0, idle.length - count));
  try {
    for (const thread of threads) thread.keepAlive(true);
    while (threads.length < count) threads.push(platform().startThread());
  } catch (error) {
    dismiss(threads);
    throw error;
  }
  return threads;
}

/** Lets threads that finished their work wait; those beyond what the machine runs at once are ended. */
export function release(threads: readonly Thread[]): void {
  const idle = waitingNow();
  for (const thread of threads) {
    if (idle.length >= platform().parallelism) {
      dismiss([thread]);
      continue;
    }
    thread.onMessage(() => {});
    thread.onFailure(() => {
      const place = idle.indexOf(thread);
      if (place >= 0) idle.splice(place, 1);
    });
    thread.keepAlive(false);
    idle.push(thread);
  }
}

/** Ends threads at once, whatever they are doing. */
export function dismiss(threads: readonly Thread[]): Promise<void> {
  return Promise.all(threads.map((thread) => thread.terminate())).then(() => {});
}

function waitingNow(): Thread[] {
  const here = platform();
  let idle = waiting.get(here);
  if (idle === undefined) {
    idle = [];
    waiting.set(here, idle);
  }
  return idle;
}
