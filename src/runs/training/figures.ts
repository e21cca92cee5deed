// The figures of trainings: how one learnt, and how several did, over their seeds.

import * as plots from "../../plots/index.js";
import type { LogRecord } from "../../policy-gradients/index.js";
import type { Figures } from "../figures.js";
import type { StoredPolicy } from "./policies.js";

const EPISODES = "rollout/ep_rew_mean";
const EVALUATIONS = "eval/mean_reward";

/** Names of the figures of a training. */
export const policyFigureNames: readonly string[] = ["learning_curve", "evaluations"];

/** The figures of one training; without those that a training as short as this has nothing for. */
export function figuresOfPolicy({ log, metrics }: StoredPolicy): Figures {
  const { algorithm, environment, seed } = metrics;
  const runs = { [algorithm]: [log] };
  const titled = `${algorithm} on ${environment}, seed ${seed}`;
  return {
    ...(has(log, EPISODES, 2) && {
      learning_curve: () => plots.learningCurves(runs, { key: EPISODES, title: titled }),
    }),
    ...(has(log, EVALUATIONS, 2) && {
      evaluations: () => plots.learningCurves(runs, { key: EVALUATIONS, title: titled }),
    }),
  };
}

/** Policies that differ by their seeds alone. */
export interface SeedGroup {
  readonly name: string;
  /** How it is called among those of the same task. */
  readonly nameInTask: string;
  readonly policies: readonly StoredPolicy[];
}

/** Learning curves over the seeds of each group; one figure for each environment. */
export function figuresOfTrainings(groups: readonly SeedGroup[]): Figures {
  const all = groups.flatMap(({ policies }) => policies);
  const environments = [...new Set(all.map(({ metrics }) => metrics.environment))];
  const figures: Record<string, () => plots.Figure> = {};
  for (const environment of environments) {
    const runs: Record<string, (readonly LogRecord[])[]> = {};
    for (const { name, nameInTask, policies } of groups) {
      const logs = policies.filter(({ metrics }) => metrics.environment === environment).map(({ log }) => log);
      if (logs.length === 0 || !logs.every((log) => has(log, EPISODES, 2))) continue;
      runs[Object.hasOwn(runs, nameInTask) ? name : nameInTask] = logs;
    }
    if (Object.keys(runs).length === 0) continue;
    const figure = environments.length === 1 ? "learning_curves" : `learning_curves_${environment}`;
    figures[figure] = () => plots.learningCurves(runs, { key: EPISODES, title: `Learning on ${environment}` });
  }
  return figures;
}

function has(log: readonly LogRecord[], key: string, atLeast: number): boolean {
  return log.filter((record) => Number.isFinite(record[key])).length >= atLeast;
}
