// A training while it goes on, as a figure: what its episodes have returned, and its evaluations, over the steps made.

import type { Figure, Trace } from "../plots/figure.js";
import { numberLabel, plainNumber } from "../plots/plain.js";
import { axis, layout, legendBesideTitle, seriesColor } from "../plots/theme.js";
import type { LogRecord, TrainingEnd } from "../policy-gradients/index.js";
import { duration } from "./progress-state.js";

/** What is known of a training. */
export interface TrainingStanding {
  /** The algorithm's kind, such as "ppo", and what it learns; both empty before the training has begun. */
  readonly algorithm: string;
  readonly environment: string;
  readonly steps: number;
  readonly totalSteps: number;
  /** Since the training began. */
  readonly seconds: number;
  readonly log: readonly LogRecord[];
  readonly end?: TrainingEnd;
}

export const notBegun: TrainingStanding = {
  ...{ algorithm: "", environment: "", steps: 0, totalSteps: 0, seconds: 0, log: [] },
};

/** More points than a panel can show apart. */
const MOST_POINTS = 400;

const NAMES: Readonly<Record<string, string>> = {
  ...{ a2c: "A2C", ppo: "PPO", reinforce: "REINFORCE", trpo: "TRPO", vmpo: "V-MPO" },
};

/** One panel: the mean return of the latest hundred episodes as a line, evaluations as marks. */
export function trainingFigure(standing: TrainingStanding): Figure {
  const { log, steps, totalSteps } = standing;
  const episodes = seriesOf(log, "rollout/ep_rew_mean");
  const evaluations = seriesOf(log, "eval/mean_reward");
  const traces: Trace[] = [
    {
      type: "scatter",
      mode: "lines",
      ...episodes,
      name: "latest 100 episodes",
      line: { color: seriesColor(0), width: 1.6 },
    },
    {
      type: "scatter",
      mode: "lines+markers",
      ...evaluations,
      name: "evaluation",
      line: { color: seriesColor(1), width: 1, dash: "dot" },
      marker: { color: seriesColor(1), size: 6 },
    },
  ];
  return {
    data: traces.filter(({ x }) => (x as unknown[]).length > 0),
    layout: layout(
      titleOf(standing),
      {
        xaxis: axis("steps", { range: [0, 1.01 * Math.max(1, totalSteps, steps)] }),
        yaxis: axis("return"),
        height: 340,
        showlegend: true,
        legend: legendBesideTitle(),
      },
      latestOf(log),
    ),
  };
}

/** Steps and numbers of the records that have this key, thinned where there are many; the latest stays. */
function seriesOf(log: readonly LogRecord[], key: string): { x: number[]; y: (number | null)[] } {
  const records = log.filter((record) => record[key] !== undefined);
  const stride = Math.ceil(records.length / MOST_POINTS);
  const shown = records.filter((_, i) => (records.length - 1 - i) % stride === 0);
  return {
    x: shown.map((record) => record["time/total_timesteps"]),
    y: shown.map((record) => plainNumber(record[key])),
  };
}

/** `PPO on CartPole-v1: 43% of 100000 steps, 12 s, 16 s left`. */
function titleOf({ algorithm, environment, steps, totalSteps, seconds, log, end }: TrainingStanding): string {
  if (algorithm === "") return "Training has not begun";
  // Rounded down: only what is done is 100%.
  const share = `${Math.floor(100 * Math.min(1, steps / totalSteps))}% of ${totalSteps} steps`;
  const left =
    steps === 0 || log.length === 0 ? [] : [`${duration(seconds * Math.max(0, totalSteps / steps - 1))} left`];
  const times = end === undefined ? [duration(seconds), ...left] : [`${ENDS[end]} after ${duration(seconds)}`];
  return `${NAMES[algorithm] ?? algorithm} on ${environment}: ${[share, ...times].join(", ")}`;
}

const ENDS: Readonly<Record<TrainingEnd, string>> = {
  "steps done": "finished",
  callback: "ended by a callback",
  aborted: "aborted",
  failed: "failed",
};

/** The latest numbers in words. */
function latestOf(log: readonly LogRecord[]): string {
  const latest = (key: string): number | undefined => log.filter((record) => record[key] !== undefined).at(-1)?.[key];
  const said: [string, number | undefined][] = [
    ["episodes", latest("rollout/ep_rew_mean")],
    ["evaluation", latest("eval/mean_reward")],
    ["steps per second", latest("time/fps")],
  ];
  return said.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${numberLabel(value)}`])).join(", ");
}
