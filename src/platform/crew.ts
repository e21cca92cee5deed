// Threads that help with one computation in many short rounds: how they start, are called to work and let go, and how results are waited
// for. All but the start goes over words of shared memory, for a message takes longer than most rounds.

import { platform } from "./platform.js";

/** What the caller and its helpers share, beside their work. */
export interface Calls {
  /** See `Word`. */
  readonly words: Int32Array;
  /** Why a helper gave up, in UTF-16. */
  readonly trouble: Uint16Array;
}

/** Places in `words`: how often helpers were called, whether they may leave, and whether one of them gave up. */
const Word = { call: 0, over: 1, trouble: 2 } as const;

/** How often a thread looks again before it goes to sleep, some 50 us: what comes next mostly comes at once, and waking takes as long. */
const spins = 50_000;
const longestTrouble = 500;
const glanceMs = 50;
const mostGlances = 1200;

/** Nobody was called yet. Throws where there is no memory that threads can share. */
export function newCalls(where: string): Calls {
  if (typeof SharedArrayBuffer === "undefined") {
    throw new Error(`${where}: this page has no shared memory; it must be cross-origin isolated`);
  }
  return { words: sharedIntegers(Object.keys(Word).length), trouble: sharedCharacters(longestTrouble) };
}

export function sharedNumbers(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}

export function sharedIntegers(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}

export function sharedCharacters(length: number): Uint16Array {
  return new Uint16Array(new SharedArrayBuffer(2 * length));
}

/** Writes as much of the text as there is room for, from the beginning on; returns how much that is. */
export function writeText(characters: Uint16Array, text: string): number {
  const length = Math.min(text.length, characters.length);
  for (let i = 0; i < length; i++) characters[i] = text.charCodeAt(i);
  return length;
}

export function readText(characters: Uint16Array, length: number): string {
  return String.fromCharCode(...characters.subarray(0, length));
}

/** Calls the helpers to what has been laid out for them. */
export function callHelpers({ words }: Calls): void {
  Atomics.add(words, Word.call, 1);
  Atomics.notify(words, Word.call);
}

/** Lets the helpers leave. */
export function dismissHelpers(calls: Calls): void {
  Atomics.store(calls.words, Word.over, 1);
  callHelpers(calls);
}

/**
 * A helper's life: works at each call until it may leave. Does not return before, and blocks its thread. A call may come while `work` is
 * under way, which then is called once more.
 */
export function answerCalls({ words }: Calls, work: () => void): void {
  while (Atomics.load(words, Word.over) === 0) {
    const call = Atomics.load(words, Word.call);
    work();
    for (let k = 0; k < spins && Atomics.load(words, Word.call) === call; k++) {
      // The next call usually follows at once.
    }
    Atomics.wait(words, Word.call, call);
  }
}

/** Tells the caller, who may be waiting for one of the cells, that this helper cannot go on. */
export function giveUp({ words, trouble }: Calls, reason: string, cells: Int32Array): void {
  if (Atomics.compareExchange(words, Word.trouble, 0, -1) !== 0) return;
  Atomics.store(words, Word.trouble, 1 + writeText(trouble, reason));
  for (let i = 0; i < cells.length; i++) Atomics.notify(cells, i);
}

/** Returns when a cell has the value. Throws where a helper gave up, or was not heard of for a minute. */
export function waitForCell(where: string, calls: Calls, cells: Int32Array, index: number, value: number): void {
  for (let k = 0; k < spins; k++) if (Atomics.load(cells, index) === value) return;
  // A page's own thread may not sleep: it goes on looking.
  const mayWait = platform().name === "node";
  const end = platform().now() + glanceMs * mostGlances;
  for (let glances = 0; ; ) {
    const last = Atomics.load(cells, index);
    if (last === value) return;
    const told = troubleOf(calls);
    if (told !== undefined) throw new Error(`${where}: a thread failed: ${told}`);
    // Glances are counted, for a machine that was asleep has not waited.
    if (mayWait ? ++glances > mostGlances : platform().now() > end) {
      throw new Error(`${where}: a thread has not answered for ${(glanceMs * mostGlances) / 1000} s`);
    }
    if (mayWait) Atomics.wait(cells, index, last, glanceMs);
  }
}

/** Why a helper gave up, where one did. */
function troubleOf({ words, trouble }: Calls): string | undefined {
  const told = Atomics.load(words, Word.trouble);
  return told <= 0 ? undefined : readText(trouble, told - 1);
}

export interface Helper {
  /** Resolves when the thread takes part, or was ended before. */
  readonly begun: Promise<void>;
  end(): Promise<void>;
}

/** Starts a thread on a job, which says "begun" when it takes part. */
export function startHelper(where: string, job: unknown, onFailure: (error: Error) => void): Helper {
  const thread = platform().startThread();
  let ended = (): void => {};
  const begun = new Promise<void>((resolve, reject) => {
    ended = resolve;
    const fail = (reason: string): void => {
      const error = new Error(`${where}: a thread failed: ${reason}`);
      onFailure(error);
      reject(error);
    };
    thread.onFailure((error) => fail(error.message));
    thread.onMessage((message) => {
      const { type, error } = message as { readonly type: string; readonly error?: { readonly message: string } };
      if (type === "failed") fail(error?.message ?? "it did not tell why");
      // A thread that has begun sleeps between rounds and must not keep the process alive; one that starts may be waited for.
      thread.keepAlive(false);
      resolve();
    });
  });
  thread.post(job);
  return {
    begun,
    async end() {
      // Word of its beginning may still be under way: it would let the process end before the thread has.
      thread.onMessage(() => {});
      await thread.terminate();
      ended();
    },
  };
}
