// Copies of one environment side by side, each with its own random stream, on arrays with one row per copy: what training steps. An episode that
// ended is begun anew in the same step, in the next, or by the caller (Gymnasium's autoreset modes). Threads can play some of the copies.

import { integerAtLeast, knownOptions, oneOf, refuse } from "../../arguments/index.js";
import { type Random, type RandomState, restore, stream } from "../../random/index.js";
import { type Apart, takeApart } from "./apart.js";
import {
  choicesOf,
  type Environment,
  type EnvironmentSource,
  type Space,
  type StepResult,
  sizeOfSpace,
} from "./environment.js";
import { environmentKinds, makeEnvironment } from "./make.js";
import { type EnvironmentStatistics, environmentStatistics } from "./statistics.js";
import { startPlayers } from "./vector-players.js";

/** When a copy whose episode has ended begins the next one: see `VectorOptions`. */
export type Autoreset = "same-step" | "next-step" | "disabled";

export interface VectorOptions {
  /** 0. Copy `i` draws from `stream(seed, "environment", i)`. */
  seed?: number;
  /**
   * `same-step`: the observation after an end is the next episode's first. `next-step`: the step after an end ignores the action, resets, gives
   * reward 0 and is marked in `skipped`. `disabled`: `reset` with a mask is the caller's task. `same-step` where left out.
   */
  autoreset?: Autoreset;
  /** What normalisers learn into, all copies into one. */
  statistics?: EnvironmentStatistics;
  /** See `makeEnvironment`. */
  frozen?: boolean;
  /**
   * Threads that play copies beside the caller's, which plays its share; 0 where left out. All numbers are the same with any number of them. They
   * are worth it where a step takes longer than some 10 us, as a robot's does, and up to one fewer than there are cores.
   */
  workers?: number;
}

/** The arrays are the same ones for ever, rewritten by each step: `[count, size]`, or `[count]`. */
export interface VectorEnvironment {
  readonly name: string;
  readonly count: number;
  /** Of one copy. */
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  readonly observationSize: number;
  readonly actionSize: number;
  readonly autoreset: Autoreset;
  /** What the next actions are to answer. */
  readonly observations: Float64Array;
  readonly rewards: Float64Array;
  /** 1 where this step ended the episode, by the task or by a limit. */
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** 1 where this step did nothing but begin an episode: learning leaves such a row out. */
  readonly skipped: Uint8Array;
  /** Where this step ended the episode, its last observation: what a truncated return goes on from. Other rows are of earlier ends. */
  readonly finalObservations: Float64Array;
  /** Where this step ended the episode, what `recordEpisodeStatistics` says of it; NaN without that. Other rows are of earlier ends. */
  readonly episodeReturns: Float64Array;
  readonly episodeLengths: Float64Array;
  /** What normalisers have learnt: to be saved with the agent and frozen in evaluation. */
  readonly statistics: EnvironmentStatistics;
  /** Begins an episode in every copy, or in those marked with 1. */
  reset(which?: ArrayLike<number>): void;
  /**
   * Acts in every copy, `[count, actionSize]`. Throws where an action is not of the space (then nothing has moved), or where a reward or an observation is
   * not finite.
   */
  step(actions: ArrayLike<number>): void;
  /** All that decides what comes. Normalisers' statistics are in it. */
  state(): VectorState;
  /** Throws where the state is not of such a vector. */
  restore(state: VectorState): void;
  /** Resolves when all threads play; under Node whatever is asked before then waits for them. Rejects where one could not start. */
  readonly ready: Promise<void>;
  /** Ends the environments, and the threads: when they have ended, it resolves. Whatever else is asked of it then throws. */
  close(): Promise<void>;
}

/** Plain data. */
export interface VectorState {
  readonly environments: readonly Float64Array[];
  readonly random: readonly RandomState[];
  readonly observations: Float64Array;
  /** `[count]`: 0 before the first episode, 1 within one, 2 after its end. */
  readonly phase: Uint8Array;
  readonly statistics: Readonly<Record<string, readonly number[]>>;
}

const where = "vectorEnvironment";

/** A copy takes at least 4 kB; more would end the process without a word. */
export const MOST_COPIES: number = 2 ** 19;

const NOT_BEGUN = 0;
const PLAYING = 1;
const ENDED = 2;

/**
 * `count` copies of an environment. Whatever their number, each draws and does what it would do alone, except that normalisers learn from all,
 * in the order of the copies. They run one after another on the caller's thread, or on several at once with `workers`. Throws where an argument is
 * not of its kind, or workers are asked for a function or without shared memory; a step throws what made a thread fail.
 *
 * Example: `vectorEnvironment(cartPole(), 8)` has `observations` of length 32.
 */
export function vectorEnvironment(
  source: EnvironmentSource,
  count: number,
  options: VectorOptions = {},
): VectorEnvironment {
  integerAtLeast(where, "count", count, 1);
  if (count > MOST_COPIES) refuse(where, "count", `at most ${MOST_COPIES}`, count);
  knownOptions(where, options, ["seed", "autoreset", "statistics", "frozen", "workers"]);
  const { seed = 0, statistics = environmentStatistics(), frozen = false } = options;
  const autoreset = oneOf(where, "autoreset", options.autoreset ?? "same-step", ["same-step", "next-step", "disabled"]);
  const random: Random[] = Array.from({ length: count }, (_, i) => stream(seed, "environment", i));
  const { threads, mine, apart } = sharesOf(source, count, options.workers);
  const make = (from: EnvironmentSource): Environment => makeEnvironment(from, { statistics, frozen });
  const copies: Environment[] = Array.from({ length: mine }, () => make(source));
  const players = apart && startPlayers(where, apart.within, { first: mine, count, threads, seed });
  for (let i = mine; i < count; i++) copies.push(make(apart!.around(() => players!.environment(i))));

  const { name, observationSpace, actionSpace } = copies[0];
  const observationSize = sizeOfSpace(observationSpace);
  const actionSize = sizeOfSpace(actionSpace);
  const choices = choicesOf(actionSpace);
  const observations = new Float64Array(count * observationSize);
  const finalObservations = new Float64Array(count * observationSize);
  const actions = players?.actions ?? new Float64Array(count * actionSize);
  const observationOf = rowsOf(observations, count);
  const finalObservationOf = rowsOf(finalObservations, count);
  const actionOf = rowsOf(actions, count);
  const rewards = new Float64Array(count);
  const terminated = new Uint8Array(count);
  const truncated = new Uint8Array(count);
  const skipped = new Uint8Array(count);
  const episodeReturns = new Float64Array(count).fill(NaN);
  const episodeLengths = new Float64Array(count).fill(NaN);
  const phase = new Uint8Array(count).fill(NOT_BEGUN);
  let closing: Promise<void> | undefined;

  function reset(i: number): void {
    copies[i].reset(random[i], observationOf[i]);
    checkObservation(i);
  }

  function begin(i: number): void {
    reset(i);
    phase[i] = PLAYING;
    rewards[i] = 0;
    terminated[i] = 0;
    truncated[i] = 0;
  }

  async function endAll(): Promise<void> {
    for (const copy of copies) copy.close?.();
    await players?.close();
  }

  function end(i: number, { episode }: StepResult): void {
    finalObservationOf[i].set(observationOf[i]);
    episodeReturns[i] = episode === undefined ? NaN : episode.return;
    episodeLengths[i] = episode === undefined ? NaN : episode.length;
    phase[i] = ENDED;
    if (autoreset !== "same-step") return;
    reset(i);
    phase[i] = PLAYING;
  }

  function checkOpen(): void {
    if (closing !== undefined) throw new Error(`${where}: ${name}: the copies are closed`);
  }

  // Hot: what is not a number would only be found much later, in a loss.
  function checkObservation(i: number): void {
    const row = observationOf[i];
    for (let j = 0; j < observationSize; j++) if (row[j] - row[j] !== 0) refuseObservation(i, j);
  }

  function refuseObservation(i: number, j: number): never {
    refuse(where, `observation[${j}] of ${name}, copy ${i},`, "a finite number", observationOf[i][j]);
  }

  /** Refuses what cannot be acted on before anything has moved. */
  function check(given: ArrayLike<number>): void {
    if (given.length !== actions.length) refuse(where, "actions", `${count} x ${actionSize} numbers`, given);
    for (let i = 0, k = 0; i < count; i++) {
      if (phase[i] === NOT_BEGUN) throw new Error(`${where}: step: copy ${i} was not reset`);
      if (phase[i] === ENDED && autoreset === "disabled") {
        throw new Error(`${where}: step: the episode of copy ${i} is over: reset begins one`);
      }
      for (let j = 0; j < actionSize; j++, k++) {
        if (phase[i] === ENDED) continue;
        const a = given[k];
        const fits = choices === undefined ? a - a === 0 : a >= 0 && a < choices[j] && Math.floor(a) === a;
        if (!fits) refuseAction(i, j, a);
      }
    }
  }

  function refuseAction(i: number, j: number, value: number): never {
    const expected = choices === undefined ? "a finite number" : `an integer from 0 to ${choices[j] - 1}`;
    refuse(where, `actions[${i}, ${j}]`, expected, value);
  }

  return {
    name,
    count,
    observationSpace,
    actionSpace,
    observationSize,
    actionSize,
    autoreset,
    observations,
    rewards,
    terminated,
    truncated,
    skipped,
    finalObservations,
    episodeReturns,
    episodeLengths,
    statistics,

    reset(which) {
      checkOpen();
      if (which !== undefined && which.length !== count) refuse(where, "which", `${count} marks`, which);
      for (let i = 0; i < count; i++) {
        if (which !== undefined && which[i] !== 1) continue;
        begin(i);
        skipped[i] = 0;
      }
    },

    // Hot: nothing is allocated.
    step(given) {
      checkOpen();
      check(given);
      actions.set(given);
      players?.beginSteps(phase, PLAYING);
      for (let i = 0; i < count; i++) {
        if (phase[i] === ENDED) {
          begin(i);
          skipped[i] = 1;
          continue;
        }
        const result = copies[i].step(actionOf[i], random[i], observationOf[i]);
        const { reward } = result;
        if (reward - reward !== 0) refuse(where, `the reward of ${name}, copy ${i},`, "a finite number", reward);
        checkObservation(i);
        rewards[i] = reward;
        terminated[i] = result.terminated ? 1 : 0;
        truncated[i] = result.truncated ? 1 : 0;
        skipped[i] = 0;
        if (result.terminated || result.truncated) end(i, result);
      }
    },

    state() {
      checkOpen();
      return {
        environments: copies.map((copy) => copy.state()),
        random: random.map((each, i) => (i < mine ? each.state() : players!.randomState(i))),
        observations: observations.slice(),
        phase: phase.slice(),
        statistics: statistics.state(),
      };
    },

    restore(state) {
      checkOpen();
      const fits =
        state?.environments?.length === count &&
        state.random?.length === count &&
        state.phase?.length === count &&
        state.observations?.length === observations.length;
      if (!fits) refuse(where, "state", `the state of ${count} copies of ${name}`, state);
      statistics.restore(state.statistics);
      for (let i = 0; i < count; i++) {
        copies[i].restore(state.environments[i]);
        if (i < mine) random[i] = restore(state.random[i]);
        else players!.restoreRandom(i, state.random[i]);
      }
      observations.set(state.observations);
      phase.set(state.phase);
    },

    ready: players?.ready ?? Promise.resolve(),

    async close() {
      closing ??= endAll();
      await closing;
    },
  };
}

/** How many threads there are beside the caller's, how many copies are the caller's, and the parts of the others. */
function sharesOf(source: EnvironmentSource, count: number, workers = 0): Shares {
  if (integerAtLeast(where, "workers", workers, 0) === 0) return { threads: 0, mine: count };
  const apart = takeApart(where, source, environmentKinds);
  const threads = Math.min(workers, count - 1);
  return threads === 0 ? { threads, mine: count } : { threads, mine: Math.floor(count / (threads + 1)), apart };
}

interface Shares {
  readonly threads: number;
  readonly mine: number;
  readonly apart?: Apart;
}

/** A view of each row of `[count, size]`. */
function rowsOf(matrix: Float64Array, count: number): Float64Array[] {
  const size = matrix.length / count;
  return Array.from({ length: count }, (_, i) => matrix.subarray(i * size, (i + 1) * size));
}
