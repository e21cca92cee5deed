// Where commands speak: results on the one stream, everything else on the other, and an end in good order where they are interrupted.

import { RunAborted } from "../runs/index.js";

/** Runs work that Ctrl-C ends in good order; a second Ctrl-C ends the process at once. */
export async function interruptible(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  for (const name of signals) process.once(name, onInterrupt);
  try {
    return await work(interrupt.signal);
  } catch (error) {
    if (!interrupt.signal.aborted && !(error instanceof RunAborted)) throw error;
    say("interrupted; the same command goes on where this one was");
    return 130;
  } finally {
    for (const name of signals) process.off(name, onInterrupt);
  }
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
