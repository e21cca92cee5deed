// What the threads of one gradient share, and how a group of rows is taken: the groups of a round are counted out by one number that
// all threads add to. The rounds of one loss follow each other; a round is over when the caller has added up all its groups.

import { answerCalls, type Calls, callHelpers, newCalls, sharedIntegers, sharedNumbers } from "../platform/crew.js";
import type { RowSums } from "./row-sums.js";

export interface Board {
  readonly calls: Calls;
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
  readonly rows: number;
  readonly rowsPerGroup: number;
}

/** Places in `words`: the round whose groups are counted out, the next group, and whether gradients are wanted. */
const Word = { round: 0, next: 1, wantsGradient: 2 } as const;

/** A board with no round under way. Throws where there is no memory that threads can share. */
export function newBoard(dim: number, rows: number, rowsPerGroup: number): Board {
  const calls = newCalls("onThreads");
  const groups = Math.ceil(rows / rowsPerGroup);
  const words = sharedIntegers(Object.keys(Word).length);
  words[Word.next] = groups;
  return {
    calls,
    words,
    summed: sharedIntegers(groups),
    w: sharedNumbers(dim),
    values: sharedNumbers(groups),
    gradients: sharedNumbers(groups * dim),
    rows,
    rowsPerGroup,
  };
}

/** Opens the next round and calls the helpers to it; returns its number. `w` is on the board already. */
export function openRound({ calls, words }: Board, wantsGradient: boolean): number {
  const round = (words[Word.round] + 1) | 0;
  Atomics.store(words, Word.wantsGradient, wantsGradient ? 1 : 0);
  Atomics.store(words, Word.round, round);
  // From here on groups can be taken; the helpers are called last, so that they find them.
  Atomics.store(words, Word.next, 0);
  callHelpers(calls);
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

/** A helper's life: sums groups, round after round, until it may leave. Does not return before, and blocks its thread. */
export function helpWithRounds(board: Board, sums: RowSums): void {
  const { calls, words, summed, w, values, gradients } = board;
  const dim = w.length;
  const slots = Array.from(values, (_, group) => gradients.subarray(group * dim, (group + 1) * dim));
  let round = 0;
  let wantsGradient = false;
  answerCalls(calls, () => {
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
  });
}
