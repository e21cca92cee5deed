// A rollout: what the actor did in copies of an environment for some steps, with what the critic says of every state on the way.

import type { Random } from "../random/random.js";
import { compile, trace } from "../tensor/index.js";
import { type Actor, actorOf } from "./actor.js";
import type { ActorCritic } from "./actor-critic.js";
import type { Experience } from "./advantages.js";
import type { VectorEnvironment } from "./environments/vector.js";

/** Arrays are `[steps, environments, ...]`: row `step * environments + copy`. They are rewritten by the next rollout. */
export interface Rollout extends Experience {
  readonly steps: number;
  /** steps times environments. */
  readonly rows: number;
  /** `[rows, observations]` */
  readonly observations: Float64Array;
  /** `[rows, size]` of the law of actions. */
  readonly outcomes: Float64Array;
  /** Of the outcomes, under the actor that chose them. */
  readonly logProbabilities: Float64Array;
  /** The law's parameters, `[rows, parameters]`. */
  readonly laws: Float64Array;
  /** What is seen after the last step, `[environments, observations]`. */
  readonly lastObservations: Float64Array;
}

export interface Collector {
  /** Makes step `t` of a rollout, in every copy. */
  step(w: Float64Array, t: number, random: Random): void;
  /** What the steps amount to, once all are made. */
  finish(w: Float64Array): Rollout;
}

/** What makes rollouts of `steps` steps in a vector of environments that begins ended episodes anew in the same step. */
export function collector(agent: ActorCritic, environment: VectorEnvironment, steps: number): Collector {
  const { count } = environment;
  const rows = steps * count;
  const { observations: width, distribution } = agent;
  const actor: Actor = actorOf(agent, environment.actionSpace, count);
  const observations = new Float64Array(rows * width);
  const outcomes = new Float64Array(rows * distribution.size);
  const laws = new Float64Array(rows * distribution.parameters);
  const logProbabilities = new Float64Array(rows);
  const rewards = new Float64Array(rows);
  const terminated = new Uint8Array(rows);
  const truncated = new Uint8Array(rows);
  const values = new Float64Array(rows);
  const nextValues = new Float64Array(rows);
  /** Rows that a limit ended, and what was seen there, one after another. */
  const cutRows: number[] = [];
  let cutObservations = new Float64Array(count * width);
  const assess = assessment(agent, rows);
  const criticValues = criticOf(agent, count);

  return {
    step(w, t, random) {
      const row = t * count;
      observations.set(environment.observations, row * width);
      const chosen = outcomes.subarray(row * distribution.size, (row + count) * distribution.size);
      environment.step(actor.act(w, environment.observations, chosen, random));
      rewards.set(environment.rewards, row);
      terminated.set(environment.terminated, row);
      truncated.set(environment.truncated, row);
      if (t === 0) cutRows.length = 0;
      for (let copy = 0; copy < count; copy++) {
        if (environment.truncated[copy] === 0) continue;
        const place = cutRows.push(row + copy) - 1;
        if ((place + 1) * width > cutObservations.length) {
          // Room for whole blocks of `count`, as the critic takes them.
          const longer = new Float64Array(2 * cutObservations.length);
          longer.set(cutObservations);
          cutObservations = longer;
        }
        const from = copy * width;
        cutObservations.set(environment.finalObservations.subarray(from, from + width), place * width);
      }
    },

    finish(w) {
      assess(w, { observations, outcomes, laws, logProbabilities, values });
      // The value of the next state is that of the next row, and beyond the last step the critic's of what is seen now.
      nextValues.set(values.subarray(count));
      nextValues.set(criticValues(w, environment.observations), rows - count);
      for (let first = 0; first < cutRows.length; first += count) {
        const found = criticValues(w, cutObservations.subarray(first * width, (first + count) * width));
        for (let k = first; k < cutRows.length && k < first + count; k++) nextValues[cutRows[k]] = found[k - first];
      }
      return {
        ...{ steps, rows, environments: count },
        lastObservations: environment.observations,
        ...{ observations, outcomes, logProbabilities, laws, rewards, terminated, truncated, values, nextValues },
      };
    },
  };
}

type Assessed = Pick<Rollout, "observations" | "outcomes" | "laws" | "logProbabilities" | "values">;

/** Writes laws, log-probabilities of outcomes and values of all rows: at once, or for pixels some at a time, because what is between the layers takes memory. */
function assessment(agent: ActorCritic, rows: number): (w: Float64Array, found: Assessed) => void {
  const { distribution, observations: width } = agent;
  let some = rows;
  while (some % 2 === 0 && some * width > MOST_OBSERVED) some /= 2;
  const program = compile(
    trace(
      ([w, seen, outcomes]) => {
        const law = agent.law(w, seen);
        return [law, distribution.logProbability(law, outcomes), agent.value(w, seen)];
      },
      [[agent.dim], [some, width], [some, distribution.size]],
    ),
  );
  return (w, { observations, outcomes, laws, logProbabilities, values }) => {
    for (let first = 0; first < rows; first += some) {
      const part = (x: Float64Array, size: number): Float64Array => x.subarray(first * size, (first + some) * size);
      program.run(
        [w, part(observations, width), part(outcomes, distribution.size)],
        [part(laws, distribution.parameters), part(logProbabilities, 1), part(values, 1)],
      );
    }
  };
}

/** Numbers of observations: 32 MB of them. */
const MOST_OBSERVED = 2 ** 22;

/** The critic's values of so many observations; the array is reused. */
function criticOf(agent: ActorCritic, rows: number): (w: Float64Array, observations: Float64Array) => Float64Array {
  const program = compile(trace(([w, seen]) => [agent.value(w, seen)], [[agent.dim], [rows, agent.observations]]));
  const values = new Float64Array(rows);
  return (w, observations) => {
    program.run([w, observations], [values]);
    return values;
  };
}
