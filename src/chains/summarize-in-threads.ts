// `summarizeInThreads`: the summary of very many coordinates on several processors at once.

import { integerAtLeast } from "../arguments/index.js";
import { platform, type Thread } from "../platform/platform.js";
import { dismiss, hire, release } from "./crew.js";
import type { Draws } from "./draws.js";
import { errorFrom, type FromThread, type ToThread } from "./protocol.js";
import { type RowSource, rowStatistics, TOGETHER, takeOut } from "./row-statistics.js";
import { prepareSummary, type SummarizeOptions } from "./summarize.js";
import type { Summary } from "./summary.js";

export interface SummarizeInThreadsOptions extends SummarizeOptions {
  /** Threads; 0 computes here. Where nothing is said, as many as the machine runs at once, or 0 where the table is small. */
  readonly workers?: number;
}

/** Summarising a number takes about 200 ns, starting threads as long as a million numbers. */
const WORTH_THREADS = 2e6;

/**
 * The summary that `summarize(draws, options)` returns, to the last bit, computed in threads. Rejects with a RangeError on what `summarize`
 * refuses, and with an Error where a thread fails.
 *
 * @example (await summarizeInThreads(draws)).rows.length // draws.dim
 */
export async function summarizeInThreads(draws: Draws, options: SummarizeInThreadsOptions = {}): Promise<Summary> {
  const { workers } = options;
  const { source, finish } = prepareSummary("summarizeInThreads", draws, options, ["workers"]);
  if (workers !== undefined) integerAtLeast("summarizeInThreads", "workers", workers, 0);
  const numbers = source.chains.length * source.length * source.dim;
  const wanted = workers ?? (numbers < WORTH_THREADS ? 0 : platform().parallelism);
  const threads = numbers === 0 ? 0 : Math.min(wanted, Math.ceil(source.dim / TOGETHER));
  return finish(threads === 0 ? rowStatistics(source) : await inThreads(source, threads));
}

async function inThreads(source: RowSource, count: number): Promise<Float64Array> {
  const tables: Float64Array[] = [];
  const threads = hire(count);
  try {
    await new Promise<void>((resolve, reject) => {
      let next = 0;
      let awaited = 0;
      // The draws travel: to take them out and to copy them costs a hundredth of what their statistics do.
      const give = (thread: Thread): void => {
        if (next >= source.dim) return;
        tell(thread, { type: "summarize", first: next, taken: takeOut(source, next) });
        next += TOGETHER;
        awaited++;
      };
      for (const thread of threads) {
        thread.onFailure((error) => {
          reject(new Error(`summarizeInThreads: a thread failed: ${error.message}`, { cause: error }));
        });
        thread.onMessage((message) => {
          const answer = message as FromThread;
          if (answer.type === "failed") reject(errorFrom(answer.error));
          if (answer.type !== "summarized") return;
          tables[answer.first / TOGETHER] = answer.table;
          awaited--;
          give(thread);
          if (awaited === 0) resolve();
        });
        // Two at a time, so that a thread has work while its answer is on its way.
        give(thread);
        give(thread);
      }
    });
  } catch (error) {
    await dismiss(threads);
    throw error;
  }
  release(threads);
  return joined(tables);
}

function joined(tables: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(tables.reduce((length, table) => length + table.length, 0));
  let at = 0;
  for (const table of tables) {
    all.set(table, at);
    at += table.length;
  }
  return all;
}

function tell(thread: Thread, message: ToThread): void {
  thread.post(message);
}
