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

/** Learning curves by name, over the seeds of each; one figure for each environment. */
export function figuresOfTrainings(groups: Readonly<Record<string, readonly StoredPolicy[]>>): Figures {
  const all = Object.values(groups).flat();
  const environments = [...new Set(all.map(({ metrics }) => metrics.environment))];
  return Object.assign(
    {},
    ...environments.map((environment): Figures => {
      const runs = Object.fromEntries(
        Object.entries(groups).flatMap(([name, policies]) => {
          const logs = policies.filter(({ metrics }) => metrics.environment === environment).map(({ log }) => log);
          return logs.length > 0 && logs.every((log) => has(log, EPISODES, 2)) ? [[name, logs]] : [];
        }),
      );
      if (Object.keys(runs).length === 0) return {};
      const name = environments.length === 1 ? "learning_curves" : `learning_curves_${environment}`;
      return { [name]: () => plots.learningCurves(runs, { key: EPISODES, title: `Learning on ${environment}` }) };
    }),
  );
}

function has(log: readonly LogRecord[], key: string, atLeast: number): boolean {
  return log.filter((record) => Number.isFinite(record[key])).length >= atLeast;
}
