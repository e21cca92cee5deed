// How much better than expected each action turned out: generalised advantage estimation (Schulman et al. 2015, arXiv:1506.02438) and
// lambda-returns, with a choice of what an episode that was cut short counts as.

import { closedUnit, knownOptions, oneOf } from "../arguments/index.js";

/**
 * What a step means that a limit ended, where the task would have gone on:
 * "bootstrap" expects from there what the critic says of the final observation (Pardo et al. 2017, arXiv:1712.00378; SB3);
 * "mask" leaves the step out, and sums of earlier steps end with the critic's value of the state it was taken in (Brax, Lehmann 2024);
 * "terminal" expects nothing after it, as after an end of the task's own (CleanRL), which biases values where time is not observed.
 */
export type TruncationPolicy = "bootstrap" | "mask" | "terminal";

export const truncationPolicies: readonly TruncationPolicy[] = ["bootstrap", "mask", "terminal"];

/** Steps of several environments side by side; every array is `[steps, environments]`. */
export interface Experience {
  readonly environments: number;
  readonly rewards: Float64Array;
  /** 1 where the task itself ended with this step, else 0. */
  readonly terminated: ArrayLike<number>;
  /** 1 where a limit ended the episode with this step, else 0. */
  readonly truncated: ArrayLike<number>;
  /** The critic's value of the state that the step was taken in. */
  readonly values: Float64Array;
  /** Of the state it led to; at an end that of the final observation, not of the next episode's first. Not read where terminated. */
  readonly nextValues: Float64Array;
}

export interface AdvantageOptions {
  /** Discount factor, 0.99 where left out. */
  readonly gamma?: number;
  /** From 0, one step and the critic, to 1, all rewards; 0.95 where left out. */
  readonly lambda?: number;
  /** "bootstrap" where left out. */
  readonly truncation?: TruncationPolicy;
  /**
   * "gae", the default, is `sum_k (gamma lambda)^k delta_(t+k)`. "lambdaReturn" is `r_t + gamma G_(t+1) - V_t` with the lambda-return G, what Brax and
   * Lehmann 2024 compute: residuals after the first weigh 1 / lambda more.
   */
  readonly estimator?: "gae" | "lambdaReturn";
}

/** What the steps of a rollout were worth. */
export interface Advantages {
  /** `[steps, environments]`, as all of these. */
  readonly advantages: Float64Array;
  /** The lambda-returns, which the critic learns: `G_t = r_t + gamma ((1 - lambda) V_(t+1) + lambda G_(t+1))`. */
  readonly returns: Float64Array;
  /** 0 where a step is masked and counts in no mean, else 1. */
  readonly weights: Float64Array;
}

/**
 * Advantages and lambda-returns of a rollout. At its last step an episode that goes on is continued by `nextValues`. Throws where an option is not one or arrays differ in length.
 * @example
 * const one = { environments: 1, rewards: Float64Array.of(1), terminated: [1], truncated: [0], values: Float64Array.of(0.25), nextValues: Float64Array.of(9) };
 * advantagesOf(one).advantages // [0.75]: nothing follows a terminal step
 */
export function advantagesOf(experience: Experience, options: AdvantageOptions = {}): Advantages {
  knownOptions("advantagesOf", options, ["gamma", "lambda", "truncation", "estimator"]);
  const gamma = closedUnit("advantagesOf", "gamma", options.gamma ?? 0.99);
  const lambda = closedUnit("advantagesOf", "lambda", options.lambda ?? 0.95);
  const policy = oneOf("advantagesOf", "truncation", options.truncation ?? "bootstrap", truncationPolicies);
  const estimator = oneOf("advantagesOf", "estimator", options.estimator ?? "gae", ["gae", "lambdaReturn"]);
  const { environments, rewards, terminated, truncated, values, nextValues } = experience;
  const size = rewards.length;
  for (const [name, array] of Object.entries({ terminated, truncated, values, nextValues })) {
    if (array.length !== size || size % environments !== 0) {
      throw new RangeError(
        `advantagesOf: ${name} must be [steps, ${environments}] as rewards of ${size} numbers are, got ${array.length} numbers`,
      );
    }
  }
  const advantages = new Float64Array(size);
  const returns = new Float64Array(size);
  const weights = new Float64Array(size).fill(1);
  // Backwards through time, one step of every environment after another.
  for (let i = size - 1; i >= 0; i--) {
    const cut = truncated[i] !== 0 && terminated[i] === 0;
    if (cut && policy === "mask") {
      returns[i] = values[i];
      weights[i] = 0;
      continue;
    }
    const over = terminated[i] !== 0 || (cut && policy === "terminal");
    const continues = !over && !cut && i + environments < size;
    const following = over ? 0 : nextValues[i];
    const residual = rewards[i] + gamma * following - values[i];
    const later = continues ? returns[i + environments] - values[i + environments] : 0;
    const advantage = residual + gamma * lambda * later;
    returns[i] = values[i] + advantage;
    advantages[i] = estimator === "gae" ? advantage : residual + gamma * later;
  }
  return { advantages, returns, weights };
}
