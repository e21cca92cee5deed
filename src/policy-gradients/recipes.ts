// Settings that learn their task, by algorithm and task, as RL-Zoo keeps them for Stable-Baselines3: where to begin. What they reach over several
// seeds is in bench/policy-gradients.md; they were found on seeds from 100 up, which are not recorded there.

import { type Algorithm, a2c, ppo, trpo, vmpo } from "./algorithms/index.js";
import type { EnvironmentRecord } from "./environments/environment.js";
import { environments } from "./environments/index.js";

/** All that `trainPolicy` needs but a seed. Plain data. */
export interface Recipe {
  readonly algorithm: Algorithm;
  /** The task with the wrappers it is learnt in. Returns of its episodes are those of the task. */
  readonly environment: EnvironmentRecord;
  readonly totalSteps: number;
}

/**
 * For a cheetah. Actions that begin less random than a deviation of 1, which is all the motors have, were worth more than anything else in pilot runs.
 */
const running = { gamma: 0.98, lambda: 0.92, initialLogScale: -1 } as const;

/**
 * Recipes by algorithm and task.
 * @example
 * const { algorithm, environment, totalSteps } = recipes.ppo.mountainCarContinuous;
 * (await trainPolicy(algorithm, environment, { totalSteps, seed: 1 })).evaluation.meanReturn // about 95
 */
export const recipes: {
  readonly ppo: Readonly<Record<PpoTask, Recipe>>;
  readonly trpo: Readonly<Record<"halfCheetah", Recipe>>;
  readonly vmpo: Readonly<Record<"halfCheetah", Recipe>>;
  readonly a2c: Readonly<Record<"halfCheetah", Recipe>>;
} = {
  ppo: {
    cartPole: { algorithm: ppo(), environment: environments.cartPole(), totalSteps: 500_000 },
    acrobot: { algorithm: ppo(), environment: environments.acrobot(), totalSteps: 500_000 },
    pendulum: {
      algorithm: ppo({ gamma: 0.95, learningRate: 1e-3 }),
      environment: normalized(environments.pendulum(), 0.95),
      totalSteps: 300_000,
    },
    mountainCarContinuous: {
      // What counts is at the top, a few hundred steps away.
      algorithm: ppo({ gamma: 0.999, learningRate: 1e-3 }),
      environment: normalized(environments.mountainCarContinuous(), 0.999),
      totalSteps: 100_000,
    },
    invertedPendulum: {
      algorithm: ppo({ targetKl: Infinity }),
      environment: normalized(environments.invertedPendulum({ version: 4 }), 0.99),
      totalSteps: 300_000,
    },
    halfCheetah: cheetah(ppo({ ...running, targetKl: Infinity })),
    hopper: {
      algorithm: ppo({ targetKl: Infinity }),
      environment: normalized(environments.hopper({ version: 4 }), 0.99),
      totalSteps: 1_000_000,
    },
    walker2d: {
      algorithm: ppo({ environments: 1, steps: 2048, initialLogScale: -1, targetKl: Infinity }),
      environment: normalized(environments.walker2d({ version: 4 }), 0.99),
      totalSteps: 1_000_000,
    },
  },
  trpo: { halfCheetah: cheetah(trpo(running)) },
  vmpo: { halfCheetah: cheetah(vmpo(running)) },
  a2c: {
    // Short rollouts of few copies, and actions that begin less random still.
    halfCheetah: cheetah(
      a2c({ environments: 4, steps: 8, lambda: 0.9, initialLogScale: -2, learningRate: 1e-3 }),
      0.99,
    ),
  },
};

type PpoTask =
  | "cartPole"
  | "acrobot"
  | "pendulum"
  | "mountainCarContinuous"
  | "invertedPendulum"
  | "halfCheetah"
  | "hopper"
  | "walker2d";

function cheetah(algorithm: Algorithm, gamma: number = running.gamma): Recipe {
  const task = environments.halfCheetah({ version: 4 });
  return { algorithm, environment: normalized(task, gamma), totalSteps: 1_000_000 };
}

/** What CleanRL puts around continuous tasks: actions cut off at their bounds, observations and rewards scaled and cut off at 10. */
function normalized(task: EnvironmentRecord, gamma: number): EnvironmentRecord {
  const { clipAction, clipObservation, clipReward, normalizeObservation, normalizeReward, recordEpisodeStatistics } =
    environments;
  const observed = clipObservation(normalizeObservation(clipAction(recordEpisodeStatistics(task))));
  return clipReward(normalizeReward(observed, { gamma }));
}
