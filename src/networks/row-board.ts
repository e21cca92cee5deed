// What the threads of one gradient share, and how a group of rows is taken: the groups of a round are counted out by one number that
// all threads add to. The rounds of one loss follow each other; a round is over when the caller has added up all its groups.

import type { RowSums } from "./row-sums.js";

export interface Board {
  /** See `Word`. */
  readonly words: Int32Array;
  /** `[group]`: the last round in which it was summed. */
  readonly summed: Int32Array;
  /** `[dim]`: the parameters of the round. */
  readonly w: Float64Array;
  /** `[group]` */
  readonly values: Float64Array;
  /** `[group, dim]` */
  readonly gradients: Float64Array;
  /** Why a thread gave up, in UTF-16. */
  readonly trouble: Uint16Array;
  readonly rows: number;
  readonly rowsPerGroup: number;
}

/**
 * Places in `words`: the round that helpers were called to, the round whose groups are counted out, the next group, whether gradients
 * are wanted, and whether the helpers may leave or one of them gave up.
 */
export const Word = { call: 0, round: 1, next: 2, wantsGradient: 3, over: 4, trouble: 5 } as const;

/** How often a thread looks again before it goes to sleep, some 50 us: what comes next mostly comes at once, and waking takes as long. */
export const spins = 50_000;

/** A board with no round under way. Throws where there is no memory that threads can share. */
export function newBoard(dim: number, rows: number, rowsPerGroup: number): Board {
  if (typeof SharedArrayBuffer === "undefined") {
    throw new Error("onThreads: this page has no shared memory; it must be cross-origin isolated");
  }
  const groups = Math.ceil(rows / rowsPerGroup);
  const numbers = (length: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * length));
  const integers = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));
  const words = integers(Object.keys(Word).length);
  words[Word.next] = groups;
  return {
    words,
    summed: integers(groups),
    w: numbers(dim),
    values: numbers(groups),
    gradients: numbers(groups * dim),
    trouble: new Uint16Array(new SharedArrayBuffer(2 * longestTrouble)),
    rows,
    rowsPerGroup,
  };
}

const longestTrouble = 500;

/** Opens the next round and calls the helpers to it; returns its number. `w` is on the board already. */
export function openRound({ words }: Board, wantsGradient: boolean): number {
  const round = (words[Word.round] + 1) | 0;
  Atomics.store(words, Word.wantsGradient, wantsGradient ? 1 : 0);
  Atomics.store(words, Word.round, round);
  // From here on groups can be taken; the helpers are called last, so that they find them.
  Atomics.store(words, Word.next, 0);
  Atomics.store(words, Word.call, round);
  Atomics.notify(words, Word.call);
  return round;
}

/** The number of a group that nobody else has, or one beyond the last. */
export function takeGroup({ words }: Board): number {
  return Atomics.add(words, Word.next, 1);
}

/** The sum of a group, whose gradient is in `sums` where it is wanted. */
export function sumGroup({ rows, rowsPerGroup }: Board, sums: RowSums, group: number, wantsGradient: boolean): number {
  const first = group * rowsPerGroup;
  return sums.sum(first, Math.min(first + rowsPerGroup, rows), undefined, wantsGradient);
}

/** Lets the helpers leave. */
export function endRounds({ words }: Board): void {
  Atomics.store(words, Word.over, 1);
  Atomics.add(words, Word.call, 1);
  Atomics.notify(words, Word.call);
}

/** A helper's life: sums groups, round after round, until it may leave. Does not return before, and blocks its thread. */
export function helpWithRounds(board: Board, sums: RowSums): void {
  const { words, summed, w, values, gradients } = board;
  const dim = w.length;
  const slots = Array.from(values, (_, group) => gradients.subarray(group * dim, (group + 1) * dim));
  let round = 0;
  let wantsGradient = false;
  while (Atomics.load(words, Word.over) === 0) {
    const call = Atomics.load(words, Word.call);
    for (let group = takeGroup(board); group < slots.length; group = takeGroup(board)) {
      // Only now is it certain which round it is: this one cannot end before the group is summed.
      if (round !== Atomics.load(words, Word.round)) {
        round = Atomics.load(words, Word.round);
        wantsGradient = Atomics.load(words, Word.wantsGradient) === 1;
        sums.take(w);
      }
      values[group] = sumGroup(board, sums, group, wantsGradient);
      if (wantsGradient) slots[group].set(sums.gradient());
      Atomics.store(summed, group, round);
      Atomics.notify(summed, group);
    }
    for (let k = 0; k < spins && Atomics.load(words, Word.call) === call; k++) {
      // The next round usually follows at once.
    }
    Atomics.wait(words, Word.call, call);
  }
}

/** Tells the caller, who may be waiting for a group, that this helper cannot go on. */
export function giveUp({ words, trouble, summed }: Board, reason: string): void {
  if (Atomics.compareExchange(words, Word.trouble, 0, -1) !== 0) return;
  const length = Math.min(reason.length, trouble.length);
  for (let i = 0; i < length; i++) trouble[i] = reason.charCodeAt(i);
  Atomics.store(words, Word.trouble, 1 + length);
  for (let group = 0; group < summed.length; group++) Atomics.notify(summed, group);
}

/** Why a helper gave up, where one did. */
export function troubleOf({ words, trouble }: Board): string | undefined {
  const told = Atomics.load(words, Word.trouble);
  return told <= 0 ? undefined : String.fromCharCode(...trouble.subarray(0, told - 1));
}
