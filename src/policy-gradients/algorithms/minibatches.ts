// What a rollout is cut into to be learnt from: rows at random, whose worth was found once, or whole unrolls in the order of time, which the critic
// judges anew each time (Brax; Lehmann 2024).

import { integerAtLeast, refuse } from "../../arguments/index.js";
import type { Random } from "../../random/random.js";
import { compile, trace } from "../../tensor/index.js";
import type { ActorCritic } from "../actor-critic.js";
import { type Advantages, advantagesOf } from "../advantages.js";
import type { Rollout } from "../rollout.js";
import type { LearningSettings } from "./algorithm.js";
import { gather, shuffled } from "./minibatch.js";

export interface Minibatches {
  /** Rows in each. */
  readonly size: number;
  /** What the rollout is worth by the critic at its time; the passes that follow are over it. */
  take(rollout: Rollout): Advantages;
  /** All rows once, in random order, with estimates that hold for these rows. `w` may move from one to the next. */
  pass(w: Float64Array, random: Random): Iterable<Chosen>;
}

export interface Chosen {
  readonly rows: Uint32Array;
  readonly estimates: Advantages;
}

type Settings = Pick<
  LearningSettings,
  "environments" | "steps" | "gamma" | "lambda" | "truncation" | "estimator" | "unrolls"
>;

/** So many minibatches of each rollout. A single one is all rows as they lie. */
export function minibatchesOf(agent: ActorCritic, settings: Settings, count: number): Minibatches {
  const { environments, steps, gamma, lambda, truncation, estimator, unrolls } = settings;
  const rows = environments * steps;
  const size = rows / count;
  const options = { gamma, lambda, truncation, estimator };
  const all = Uint32Array.from({ length: rows }, (_, row) => row);
  const judge = unrolls ? unrollJudge(agent, settings, environments / count) : undefined;
  let rollout: Rollout | undefined;
  let estimates: Advantages | undefined;
  return {
    size,
    take(next) {
      rollout = next;
      estimates = advantagesOf(next, options);
      return estimates;
    },
    *pass(w, random) {
      if (rollout === undefined || estimates === undefined) return;
      if (judge !== undefined) {
        for (const copies of shuffled(random.permutation(environments), environments / count)) {
          yield judge(w, rollout, copies);
        }
      } else if (count === 1) {
        yield { rows: all, estimates };
      } else {
        for (const chosen of shuffled(random.permutation(rows), size)) yield { rows: chosen, estimates };
      }
    },
  };
}

/** Throws where a rollout cannot be cut into as many parts as the option of this name says. */
export function checkMinibatches(
  where: string,
  name: string,
  count: number,
  { environments, steps, unrolls, normalizeAdvantages }: Settings & Pick<LearningSettings, "normalizeAdvantages">,
): void {
  integerAtLeast(where, name, count, 1);
  if (unrolls && environments % count !== 0) refuse(where, name, `a divisor of environments, ${environments}`, count);
  const rows = environments * steps;
  if (rows % count !== 0) refuse(where, name, `a divisor of environments * steps, ${rows}`, count);
  // Less its own mean, a row's advantage would be 0, and nothing be learnt of it.
  if (normalizeAdvantages && rows === count) refuse(where, "rows of a minibatch", "2 or more to be normalised", 1);
}

/** What the unrolls of so many copies are worth by the critic of the parameters given. */
function unrollJudge(
  agent: ActorCritic,
  { environments, steps, ...options }: Settings,
  group: number,
): (w: Float64Array, rollout: Rollout, copies: Uint32Array) => Chosen {
  const { observations: width } = agent;
  const size = steps * group;
  const critic = compile(trace(([w, seen]) => [agent.value(w, seen)], [[agent.dim], [size + group, width]]));
  const seen = new Float64Array((size + group) * width);
  const values = new Float64Array(size + group);
  const rows = new Uint32Array(size);
  const some = {
    rewards: new Float64Array(size),
    terminated: new Float64Array(size),
    truncated: new Float64Array(size),
  };
  const { gamma, lambda, truncation, estimator } = options;
  const estimates: Advantages = {
    advantages: new Float64Array(steps * environments),
    returns: new Float64Array(steps * environments),
    // Steps that are masked have advantage 0 and the critic's own value for a target, and count (D5 of `lehmann2024`).
    weights: new Float64Array(steps * environments).fill(1),
  };
  return (w, rollout, copies) => {
    for (let t = 0, k = 0; t < steps; t++) for (const copy of copies) rows[k++] = t * environments + copy;
    gather(rollout.observations, rows, seen.subarray(0, size * width));
    gather(rollout.lastObservations, copies, seen.subarray(size * width));
    critic.run([w, seen], [values]);
    for (const name of ["rewards", "terminated", "truncated"] as const) gather(rollout[name], rows, some[name]);
    const found = advantagesOf(
      { environments: group, ...some, values: values.subarray(0, size), nextValues: values.subarray(group) },
      { gamma, lambda, truncation, estimator },
    );
    for (let k = 0; k < size; k++) {
      estimates.advantages[rows[k]] = found.advantages[k];
      estimates.returns[rows[k]] = found.returns[k];
    }
    return { rows, estimates };
  };
}
