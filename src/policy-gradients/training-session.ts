// A training at work: the networks, the learner, the copies of the environment and the generators, moved on step by step and update by update.

import { refuse } from "../arguments/index.js";
import { platform } from "../platform/platform.js";
import { type RandomState, restore, stream } from "../random/index.js";
import { type ActorCritic, type ActorCriticOptions, actorCritic, actorCriticOptionNames } from "./actor-critic.js";
import {
  type Algorithm,
  type AlgorithmDefinition,
  algorithmOf,
  type Learner,
  type TrainingStatistics,
} from "./algorithms/index.js";
import type { EnvironmentSource } from "./environments/environment.js";
import { loadEnvironment, makeEnvironment } from "./environments/make.js";
import { MOST_COPIES, type VectorEnvironment, type VectorState, vectorEnvironment } from "./environments/vector.js";
import { type EpisodeState, episodeWindow } from "./episode-window.js";
import type { Policy } from "./policy.js";
import { collector } from "./rollout.js";
import type { LogRecord } from "./training-callback.js";
import { printOf, restoreMemory, type TrainingPrint, type TrainingState } from "./training-state.js";

export interface TrainingSession {
  readonly run: TrainingPrint;
  readonly copies: VectorEnvironment;
  readonly parameters: Float64Array;
  /** Steps of each copy in a rollout. */
  readonly rolloutSteps: number;
  /** Made so far, in all copies. */
  readonly steps: number;
  readonly log: readonly LogRecord[];
  /** That training took so far. */
  seconds(): number;
  /** Begins the first episodes, or goes on from where another session stood. */
  begin(earlier?: TrainingState): void;
  /** Makes step `t` of a rollout in every copy. */
  step(t: number): void;
  /** Learns from the rollout that is now complete, `remaining` of the training being left; what there is to log of it. */
  update(remaining: number): Record<string, number>;
  /** Takes a record into the log. */
  note(record: LogRecord): void;
  /** As it was after the latest update; steps made since then leave no trace in it. */
  policy(): Policy;
  /** The same of all that decides what comes. */
  state(): TrainingState;
  close(): Promise<void>;
}

/** What a rollout that is then broken off would change. */
interface Boundary {
  readonly steps: number;
  readonly environment: VectorState;
  readonly actions: RandomState;
  readonly episodes: EpisodeState;
}

/** Rejects where the algorithm is none, an option of it is wrong, or it does not fit the environment. */
export async function openSession(
  algorithm: Algorithm,
  environment: EnvironmentSource,
  seed: number,
  workers: number,
): Promise<TrainingSession> {
  const definition = algorithmOf("trainPolicy", algorithm);
  await loadEnvironment(environment);
  const { settings, networks, agent } = agentFor(definition, algorithm, environment);
  const learner = definition.learner(agent, settings);
  const copies = vectorEnvironment(environment, settings.environments, { seed, workers });
  try {
    await copies.ready;
    const run = printOf(algorithm.kind, settings, environment, copies, { seed, dim: agent.dim });
    return sessionOf({ run, networks, agent, learner, copies, rolloutSteps: settings.steps, seed });
  } catch (error) {
    await copies.close();
    throw error;
  }
}

interface Parts {
  readonly run: TrainingPrint;
  readonly networks: ActorCriticOptions;
  readonly agent: ActorCritic;
  readonly learner: Learner;
  readonly copies: VectorEnvironment;
  readonly rolloutSteps: number;
  readonly seed: number;
}

function sessionOf({ run, networks, agent, learner, copies, rolloutSteps, seed }: Parts): TrainingSession {
  const rollouts = collector(agent, copies, rolloutSteps);
  const parameters = agent.initialize(stream(seed, "initialize"));
  const random = { actions: stream(seed, "actions"), updates: stream(seed, "updates") };
  const episodes = episodeWindow(copies);
  const log: LogRecord[] = [];
  let [steps, iterations, updates] = [0, 0, 0];
  let boundary: Boundary;

  const { now } = platform();
  let began = now();
  let rolloutBegan = began;
  let spent = { rollout: 0, update: 0 };
  const seconds = (): number => (now() - began) / 1000;

  const mark = (): void => {
    boundary = { steps, environment: copies.state(), actions: random.actions.state(), episodes: episodes.state() };
  };

  return {
    run,
    copies,
    parameters,
    rolloutSteps,
    log,
    seconds,
    get steps() {
      return steps;
    },

    begin(earlier) {
      if (earlier === undefined) copies.reset();
      else {
        restoreMemory(learner.memory(), earlier.memory);
        copies.restore(earlier.environment);
        episodes.restore(earlier.episodes);
        parameters.set(earlier.parameters);
        random.actions = restore(earlier.random.actions);
        random.updates = restore(earlier.random.updates);
        for (const record of earlier.log) log.push(record);
        ({ steps, iterations, updates } = earlier);
        began -= 1000 * earlier.seconds.elapsed;
        spent = { rollout: earlier.seconds.rollout, update: earlier.seconds.update };
      }
      mark();
    },

    // Hot: once per step.
    step(t) {
      if (t === 0) rolloutBegan = now();
      rollouts.step(parameters, t, random.actions);
      steps += copies.count;
      episodes.see();
    },

    update(remaining) {
      const rollout = rollouts.finish(parameters);
      const updateBegan = now();
      spent.rollout += (updateBegan - rolloutBegan) / 1000;
      const { updates: taken, ...found } = learner.update(parameters, rollout, remaining, random.updates);
      spent.update += (now() - updateBegan) / 1000;
      iterations++;
      updates += taken;
      mark();
      const { reward, length } = episodes.means();
      const deviation = agent.distribution.meanDeviation?.(rollout.laws);
      return {
        ...(Number.isNaN(length) ? {} : { "rollout/ep_rew_mean": reward, "rollout/ep_len_mean": length }),
        "time/iterations": iterations,
        "time/total_timesteps": steps,
        "time/time_elapsed": seconds(),
        "time/fps": steps / seconds(),
        "time/rollout": spent.rollout,
        "time/update": spent.update,
        ...trainingKeys(found),
        ...(deviation === undefined ? {} : { "train/std": deviation }),
        "train/n_updates": updates,
      };
    },

    note(record) {
      log.push(record);
    },

    policy: () => ({
      parameters: parameters.slice(),
      networks,
      observationSpace: copies.observationSpace,
      actionSpace: copies.actionSpace,
      statistics: boundary.environment.statistics,
    }),

    state: () => ({
      run,
      steps: boundary.steps,
      iterations,
      updates,
      seconds: { elapsed: seconds(), ...spent },
      parameters: parameters.slice(),
      memory: learner.memory().map((array) => array.slice()),
      environment: boundary.environment,
      random: { actions: boundary.actions, updates: random.updates.state() },
      episodes: boundary.episodes,
      log: log.slice(),
    }),

    close: () => copies.close(),
  };
}

/** The algorithm's settings for the environment, and the networks they are about. */
function agentFor(definition: AlgorithmDefinition, algorithm: Algorithm, environment: EnvironmentSource) {
  const sample = makeEnvironment(environment);
  try {
    const { observationSpace, actionSpace } = sample;
    const settings = definition.settings(algorithm.options, actionSpace);
    const networks = networksOf(settings);
    const agent = actorCritic(observationSpace, actionSpace, { ...networks, precision: settings.precision });
    refuseHugeRollout(algorithm.kind, settings, agent);
    return { settings, networks, agent };
  } finally {
    sample.close?.();
  }
}

/** Of a rollout's observations: 8 GiB. */
const MOST_NUMBERS = 2 ** 30;

/** Refused before anything is made: what is too large would end the process without a word. */
function refuseHugeRollout(
  kind: string,
  { environments, steps }: { readonly environments: number; readonly steps: number },
  { observations }: ActorCritic,
): void {
  const most = Math.floor(MOST_NUMBERS / observations);
  if (environments > MOST_COPIES) refuse(kind, "environments", `at most ${MOST_COPIES}`, environments);
  if (environments * steps > most) {
    refuse(kind, "environments * steps", `at most ${most} with ${observations} numbers seen`, environments * steps);
  }
}

function trainingKeys(statistics: TrainingStatistics): Record<string, number> {
  return Object.fromEntries(Object.entries(statistics).map(([name, value]) => [`train/${name}`, value]));
}

/** Of an algorithm's settings those of its networks; what was learnt is used in f64, in whatever it was learnt. */
function networksOf(settings: ActorCriticOptions): ActorCriticOptions {
  const names = actorCriticOptionNames.filter((name) => name !== "precision" && settings[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, settings[name]]));
}
