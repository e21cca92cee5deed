// One gradient on several threads. Groups of rows (row-groups.ts) are summed by whoever is free and added up in their order, so that the
// loss has the same bits on any number of threads, and the same as without them.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { dismissHelpers, giveUp, startHelper, waitForCell } from "../platform/crew.js";
import { type Port, platform } from "../platform/platform.js";
import { checkLengths, type Loss, type LossSource } from "./loss.js";
import { type Board, helpWithRounds, newBoard, openRound, sumGroup, takeGroup } from "./row-board.js";
import { addTo, divide, rowsPerGroup } from "./row-groups.js";
import { type RowSums, rowSums } from "./row-sums.js";

/** A loss that is computed by several threads. */
export interface ThreadedLoss extends Loss {
  /** Resolves when all threads take part; until then the loss is computed by those that do. Rejects where one could not start. */
  readonly ready: Promise<void>;
  /** Ends the threads; the loss goes on without them. */
  close(): Promise<void>;
}

export interface ThreadOptions {
  /** How many compute, the caller's among them; as many as the machine runs at once where left out. */
  readonly threads?: number;
}

/**
 * The same loss, bit for bit, with the full `value` and `valueAndGradient` on several threads: for training and for chains on the caller's
 * thread (`workers: 0`), from about a thousand rows on. Mini-batches, and copies in the workers of `sample` and `llc`, stay on one thread.
 *
 * The threads sleep between calls, and end with the process or at `close`. Throws where `threads` is not a positive integer, or, in a
 * browser, there is no shared memory; `value` and `valueAndGradient` throw what made a thread fail.
 * @example
 * const fast = onThreads(loss, { threads: 2 });
 * const { parameters } = await train(fast, { steps: 1000 });
 * await fast.close();
 */
export function onThreads(loss: Loss, options: ThreadOptions = {}): ThreadedLoss {
  if (typeof loss?.valueAndGradient !== "function" || typeof loss.dataSize !== "number") {
    refuse("onThreads", "loss", "a loss, such as networkLoss(...) makes", loss);
  }
  knownOptions("onThreads", options, ["threads"]);
  const threads = integerAtLeast("onThreads", "threads", options.threads ?? platform().parallelism, 1);
  const { dim, dataSize, source } = loss;
  const size = rowsPerGroup(dataSize, dim);
  const groups = Object.keys(source.data).length === 0 ? 1 : Math.ceil(dataSize / size);
  const helpers = Math.min(threads, groups) - 1;
  if (helpers === 0) return { ...loss, ready: Promise.resolve(), close: () => Promise.resolve() };

  const board = newBoard(dim, dataSize, size);
  let failure: Error | undefined;
  let closed = false;
  const crew = Array.from({ length: helpers }, () => {
    return startHelper("onThreads", { type: "rows", source, board } satisfies RowsJob, (error) => {
      failure ??= error;
    });
  });
  const ready = Promise.all(crew.map(({ begun }) => begun)).then(() => {});
  // The loss itself throws the failure too, so whoever does not wait need not hear of it here.
  ready.catch(() => {});

  const together = (w: Float64Array, gradient: Float64Array | undefined): number => {
    checkLengths(dim, w, gradient);
    if (failure !== undefined) throw failure;
    try {
      return meanOfGroups(board, rowSums(source), w, gradient);
    } catch (error) {
      // Helpers may still be at work for this round, so there can be no next one.
      failure = error as Error;
      throw error;
    }
  };
  return {
    ...loss,
    ready,
    value: (w) => (closed ? loss.value(w) : together(w, undefined)),
    valueAndGradient: (w, gradient) => (closed ? loss.valueAndGradient(w, gradient) : together(w, gradient)),
    engine: () => ({ ...loss.engine(), threads: closed ? 1 : threads }),
    async close() {
      closed = true;
      dismissHelpers(board.calls);
      await Promise.all(crew.map(({ end }) => end()));
    },
  };
}

/** What a thread is told to take part. */
export interface RowsJob {
  readonly type: "rows";
  readonly source: LossSource;
  readonly board: Board;
}

/** The thread's side: takes part until the board is closed. Does not return before. */
export function serveRows({ source, board }: RowsJob, port: Port): void {
  try {
    const sums = rowSums(source);
    // Compiles everything, so that nobody has to wait for this thread's first group.
    sumGroup(board, sums, 0, true);
    port.post({ type: "begun" });
    helpWithRounds(board, sums);
  } catch (error) {
    giveUp(board.calls, (error as Error).message, board.summed);
    throw error;
  }
}

/** The caller's side of one round: takes groups like the others, and adds up what there is in its order meanwhile. */
function meanOfGroups(board: Board, sums: RowSums, w: Float64Array, gradient: Float64Array | undefined): number {
  const { summed, values, gradients, rows } = board;
  const [dim, groups, wantsGradient] = [w.length, values.length, gradient !== undefined];
  board.w.set(w);
  const round = openRound(board, wantsGradient);
  sums.take(w);
  gradient?.fill(0);
  let total = 0;
  let next = 0;
  const add = (value: number, part: Float64Array): void => {
    total += value;
    if (gradient !== undefined) addTo(gradient, part);
    next++;
  };
  const slotOf = (group: number): Float64Array => gradients.subarray(group * dim, (group + 1) * dim);
  for (let group = takeGroup(board); group < groups; group = takeGroup(board)) {
    const value = sumGroup(board, sums, group, wantsGradient);
    if (group === next) {
      add(value, sums.gradient());
    } else {
      values[group] = value;
      if (wantsGradient) slotOf(group).set(sums.gradient());
      summed[group] = round;
    }
    while (next < groups && Atomics.load(summed, next) === round) add(values[next], slotOf(next));
  }
  while (next < groups) {
    waitForCell("onThreads", board.calls, summed, next, round);
    add(values[next], slotOf(next));
  }
  if (gradient !== undefined) divide(gradient, rows);
  return total / rows;
}
