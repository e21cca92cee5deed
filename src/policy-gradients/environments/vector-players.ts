// Copies of an environment that are played by other threads: the caller lays out what is to be done with each copy, and takes up what became of
// it where an environment of its own would have given the same.

import { refuse } from "../../arguments/index.js";
import {
  answerCalls,
  type Calls,
  callHelpers,
  dismissHelpers,
  giveUp,
  newCalls,
  readText,
  sharedCharacters,
  sharedIntegers,
  sharedNumbers,
  startHelper,
  waitForCell,
  writeText,
} from "../../platform/crew.js";
import { type Port, platform } from "../../platform/platform.js";
import { type Random, type RandomState, restore, stream } from "../../random/index.js";
import { type Environment, type EnvironmentRecord, type StepResult, sizeOfSpace } from "./environment.js";
import { loadEnvironment, makeEnvironment } from "./make.js";

/** The copies from `first` on. */
export interface Players {
  readonly first: number;
  /** Resolves when all threads play; until then whoever waits for them sleeps. Rejects where one could not start. */
  readonly ready: Promise<void>;
  /** Actions `[count, size]`, the caller's copies among them. */
  readonly actions: Float64Array;
  /** What stands for copy `i`: it waits for the step that was begun, and does the rest at once. */
  environment(i: number): Environment;
  /** Begins a step of the copies that have this mark, with their actions. */
  beginSteps(marks: Uint8Array, mark: number): void;
  randomState(i: number): RandomState;
  restoreRandom(i: number, state: RandomState): void;
  close(): Promise<void>;
}

/** What a thread is told to play. */
export interface EnvironmentsJob {
  readonly type: "environments";
  readonly source: EnvironmentRecord;
  readonly seed: number;
  /** Its copies, from the first to before `last`. */
  readonly first: number;
  readonly last: number;
  readonly board: PlayBoard;
}

/** Shared; a row per copy, those of the caller's copies unused. */
interface PlayBoard {
  readonly calls: Calls;
  /** What is to be done: an `Order`. */
  readonly orders: Int32Array;
  readonly actions: Float64Array;
  readonly observations: Float64Array;
  /** Reward, whether terminated, whether truncated, the episode's return and length, NaN where nothing is said of it. */
  readonly results: Float64Array;
  readonly states: Float64Array;
  /** Of the random streams. */
  readonly words: Float64Array;
  /** A random stream's state that is to be restored, as JSON, and its length. */
  readonly text: Uint16Array;
  readonly textLength: Int32Array;
}

const Order = { none: 0, step: 1, reset: 2, save: 3, restore: 4, restoreRandom: 5 } as const;
const numbersPerResult = 5;
const wordsPerStream = 4;
const longestText = 4000;

/** Threads that play copies `first` to before `count` of a record. Throws where there is no shared memory. */
export function startPlayers(
  where: string,
  source: EnvironmentRecord,
  { first, count, threads, seed }: { first: number; count: number; threads: number; seed: number },
): Players {
  const model = makeEnvironment(source);
  const { name, observationSpace, actionSpace } = model;
  const [observationSize, actionSize] = [sizeOfSpace(observationSpace), sizeOfSpace(actionSpace)];
  const stateSize = model.state().length;
  model.close?.();
  const board: PlayBoard = {
    calls: newCalls(where),
    orders: sharedIntegers(count),
    actions: sharedNumbers(count * actionSize),
    observations: sharedNumbers(count * observationSize),
    results: sharedNumbers(count * numbersPerResult),
    states: sharedNumbers(count * stateSize),
    words: sharedNumbers(count * wordsPerStream),
    text: sharedCharacters(longestText),
    textLength: sharedIntegers(1),
  };
  const { calls, orders } = board;
  const streams: RandomState[] = Array.from({ length: count }, (_, i) => stream(seed, "environment", i).state());

  let failure: Error | undefined;
  let isReady = false;
  const crew = Array.from({ length: threads }, (_, k) => {
    const share = (n: number): number => first + Math.floor(((count - first) * n) / threads);
    const job: EnvironmentsJob = {
      ...{ type: "environments", source, seed, board },
      ...{ first: share(k), last: share(k + 1) },
    };
    return startHelper(where, job, (error) => {
      failure ??= error;
    });
  });
  const ready = Promise.all(crew.map(({ begun }) => begun)).then(() => {
    isReady = true;
  });
  // The next step throws the failure too, so whoever does not wait need not hear of it here.
  ready.catch(() => {});

  const wait = (i: number): void => {
    if (Atomics.load(orders, i) === Order.none) return;
    if (failure !== undefined) throw failure;
    if (!isReady && platform().name === "browser") {
      throw new Error(`${where}: await ready first: a page that waits keeps its threads from starting`);
    }
    waitForCell(where, calls, orders, i, Order.none);
  };
  const order = (i: number, what: number): void => {
    if (failure !== undefined) throw failure;
    wait(i);
    Atomics.store(orders, i, what);
  };
  const doNow = (i: number, what: number): void => {
    order(i, what);
    callHelpers(calls);
    wait(i);
  };

  return {
    first,
    ready,
    actions: board.actions,

    environment(i) {
      const { observations, results, states } = rowsOf(board, i);
      const result: StepResult = { reward: 0, terminated: false, truncated: false };
      return {
        ...{ name, observationSpace, actionSpace },
        reset(_, observation) {
          doNow(i, Order.reset);
          observation.set(observations);
        },
        // Hot.
        step(_action, _random, observation) {
          wait(i);
          observation.set(observations);
          result.reward = results[0];
          result.terminated = results[1] === 1;
          result.truncated = results[2] === 1;
          result.episode = Number.isNaN(results[4]) ? undefined : { return: results[3], length: results[4] };
          return result;
        },
        state() {
          doNow(i, Order.save);
          return Float64Array.from(states);
        },
        restore(state) {
          if (state.length !== states.length) refuse(name, "state", `${states.length} numbers`, state);
          wait(i);
          states.set(state);
          doNow(i, Order.restore);
        },
      };
    },

    // Hot.
    beginSteps(marks, mark) {
      for (let i = first; i < count; i++) if (marks[i] === mark) order(i, Order.step);
      callHelpers(calls);
    },

    randomState(i) {
      doNow(i, Order.save);
      return { ...streams[i], words: Array.from(rowsOf(board, i).words) };
    },

    restoreRandom(i, state) {
      const text = JSON.stringify(state);
      if (text.length > longestText) refuse(where, "the state of a random stream", `of ${longestText} letters`, text);
      wait(i);
      board.textLength[0] = writeText(board.text, text);
      doNow(i, Order.restoreRandom);
      streams[i] = state;
    },

    async close() {
      dismissHelpers(calls);
      await Promise.all(crew.map(({ end }) => end()));
    },
  };
}

/** The thread's side: plays its copies until it may leave. Does not return before. */
export async function serveEnvironments(
  { source, seed, first, last, board }: EnvironmentsJob,
  port: Port,
): Promise<void> {
  const { calls, orders } = board;
  try {
    await loadEnvironment(source);
    const players = Array.from({ length: last - first }, (_, k) => player(source, seed, first + k, board));
    port.post({ type: "begun" });
    answerCalls(calls, () => {
      for (let k = 0; k < players.length; k++) {
        const i = first + k;
        const order = Atomics.load(orders, i);
        if (order === Order.none) continue;
        players[k].obey(order);
        Atomics.store(orders, i, Order.none);
        Atomics.notify(orders, i);
      }
    });
    for (const { close } of players) close();
  } catch (error) {
    giveUp(calls, (error as Error).message, orders);
    throw error;
  }
}

function player(source: EnvironmentRecord, seed: number, i: number, board: PlayBoard) {
  const environment = makeEnvironment(source);
  let random: Random = stream(seed, "environment", i);
  const { actions, observations, results, states, words } = rowsOf(board, i);

  function step(): void {
    const { reward, terminated, truncated, episode } = environment.step(actions, random, observations);
    results[0] = reward;
    results[1] = terminated ? 1 : 0;
    results[2] = truncated ? 1 : 0;
    results[3] = episode === undefined ? NaN : episode.return;
    results[4] = episode === undefined ? NaN : episode.length;
  }

  function save(): void {
    const state = environment.state();
    if (state.length !== states.length) {
      throw new RangeError(`states must keep their length of ${states.length}, got ${state.length} numbers`);
    }
    states.set(state);
    words.set(random.state().words);
  }

  return {
    obey(order: number): void {
      try {
        if (order === Order.step) step();
        else if (order === Order.reset) environment.reset(random, observations);
        else if (order === Order.save) save();
        else if (order === Order.restore) environment.restore(Float64Array.from(states));
        else random = restore(JSON.parse(readText(board.text, board.textLength[0])) as RandomState);
      } catch (error) {
        throw new Error(`${environment.name}, copy ${i}: ${(error as Error).message}`, { cause: error });
      }
    },
    close: () => environment.close?.(),
  };
}

/** Views of what belongs to copy `i`. */
function rowsOf({ orders, actions, observations, results, states, words }: PlayBoard, i: number) {
  const row = (matrix: Float64Array): Float64Array => {
    const size = matrix.length / orders.length;
    return matrix.subarray(i * size, (i + 1) * size);
  };
  return {
    actions: row(actions),
    observations: row(observations),
    results: row(results),
    states: row(states),
    words: row(words),
  };
}
