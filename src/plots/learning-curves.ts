// How several algorithms learn, over seeds: the interquartile mean of the seeds at each step, what it might have been with other seeds, and every
// seed by itself (after the sample efficiency curves of rliable, Agarwal et al. 2021, arXiv:2108.13264).

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { bootstrapInterval, interquartileMean } from "../diagnostics/index.js";
import type { LogRecord } from "../policy-gradients/index.js";
import { bandTraces } from "./band.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { legendPlace } from "./legend-place.js";
import { numberLabel, plainNumber, plainNumbers } from "./plain.js";
import { checkReferences, type Reference, referenceColor, referenceName } from "./reference.js";
import { checkResampling, type ResamplingOptions, resamplingOptions, runsOf } from "./scores.js";
import { asText, axis, buttonsAtRight, layout, seriesColor, translucent } from "./theme.js";
import { evenly } from "./thinning.js";

/** The log of a training, or what has one, such as what `trainPolicy` returns. */
export type LearningRun = readonly LogRecord[] | { readonly log: readonly LogRecord[] };

export interface LearningCurvesOptions extends ResamplingOptions {
  /** Of the log; `rollout/ep_rew_mean`, the mean return of the latest hundred episodes, where left out. */
  key?: string;
  /** Steps at which seeds are put together, 100 where left out. */
  places?: number;
  /** Values to compare with, drawn as dashed lines: `[{ label: "solved", value: 475 }]`. */
  reference?: readonly Reference[];
  title?: string;
}

export interface LearningCurve {
  name: string;
  /** Evenly spread over what all seeds have in common. */
  step: (number | null)[];
  /** Interquartile mean of the seeds, each between its records on a straight line. */
  middle: (number | null)[];
  /** Of bootstrap intervals over seeds; null where there is only one. */
  lower: (number | null)[];
  upper: (number | null)[];
  /** As recorded, thinned where there are many records. */
  seeds: { step: (number | null)[]; value: (number | null)[] }[];
}

const where = "plots.learningCurves";
const seedPointsDrawn = 200;
const width = 760;

const titlesOfKeys: Readonly<Record<string, string>> = {
  "rollout/ep_rew_mean": "return, latest 100 episodes",
  "rollout/ep_len_mean": "length, latest 100 episodes",
  "eval/mean_reward": "return in evaluations",
  "eval/mean_ep_length": "length in evaluations",
};

/**
 * One curve per algorithm over the steps of the environment: interquartile mean over seeds with 95 % bootstrap bands, the seeds as thin lines.
 * `runs`: a list of trainings for each name. Throws a RangeError where a run has no record with the key, or the runs of a name no step in common.
 *
 *     plots.learningCurves({ PPO: [await trainPolicy(ppo(), environments.cartPole(), { totalSteps, seed: 1 }), ...], A2C: [...] })
 */
export function learningCurves(
  runs: Readonly<Record<string, readonly LearningRun[]>>,
  options: LearningCurvesOptions = {},
): Figure {
  const curves = learningCurvesData(runs, options);
  const { key = "rollout/ep_rew_mean", probability = 0.95, reference = [] } = options;
  const group = ({ name }: LearningCurve) => ({ legendgroup: asText(name) });
  const steps = curves.flatMap(({ seeds }) => seeds.flatMap(({ step }) => step.map(Number)));
  // Bands lowest, then seeds, then what is to be read.
  const traces: Trace[] = [
    ...curves.flatMap((curve, i) => bandTraces({ ...curve, x: curve.step }, i, group(curve))),
    ...curves.flatMap((curve, i) =>
      curve.seeds.map(
        ({ step, value }): Trace => ({
          type: "scatter",
          mode: "lines",
          x: step,
          y: value,
          ...group(curve),
          showlegend: false,
          hoverinfo: "skip",
          line: { color: translucent(seriesColor(i), 0.35), width: 0.8 },
        }),
      ),
    ),
    ...curves.map(
      (curve, i): Trace => ({
        type: "scatter",
        mode: "lines",
        x: curve.step,
        y: curve.middle,
        name: asText(curve.name),
        ...group(curve),
        line: { color: seriesColor(i), width: 2.4 },
      }),
    ),
    ...reference.map(
      (line, i): Trace => ({
        type: "scatter",
        mode: "lines",
        x: [0, Math.max(...steps)],
        y: [plainNumber(line.value), plainNumber(line.value)],
        name: referenceName(line),
        line: { color: referenceColor(i), width: 1.4, dash: "dash" },
      }),
    ),
  ];
  const counts = curves.map(({ seeds }) => seeds.length);
  const note =
    Math.max(...counts) === 1
      ? "1 seed"
      : `interquartile mean of ${runsOf(counts, "seed")}, ${numberLabel(100 * probability)} % bootstrap intervals; thin: each seed`;
  const title = options.title ?? "Learning curves";
  const names = [...curves.map(({ name }) => name), ...reference.map(referenceName)];
  const { legend, below } = legendPlace(names, title, width);
  return drawn({
    data: traces,
    layout: layout(
      title,
      {
        xaxis: axis("steps", { range: [0, plainNumber(1.01 * Math.max(...steps))], exponentformat: "SI" }),
        yaxis: axis(titlesOfKeys[key] ?? key),
        legend,
        modebar: { ...buttonsAtRight },
        width,
        height: 430 + below,
        ...(below > 0 && { margin: { l: 64, r: 36, t: 70, b: 56 + below } }),
      },
      note,
    ),
  });
}

/** The numbers that `learningCurves` draws. */
export function learningCurvesData(
  runs: Readonly<Record<string, readonly LearningRun[]>>,
  options: LearningCurvesOptions = {},
): LearningCurve[] {
  knownOptions(where, options, [...resamplingOptions, "key", "places", "reference", "title"]);
  const resampling = checkResampling(where, options);
  const places = integerAtLeast(where, "places", options.places ?? 100, 2);
  checkReferences(where, options.reference ?? []);
  const { key = "rollout/ep_rew_mean" } = options;
  if (typeof key !== "string") refuse(where, "key", "a key of the log", key);
  if (typeof runs !== "object" || runs === null || Object.keys(runs).length === 0) {
    refuse(where, "runs", "lists of trainings by name", runs);
  }
  return Object.entries(runs).map(([name, ofName]) => {
    if (!Array.isArray(ofName) || ofName.length === 0) refuse(where, name, "a list of at least one training", ofName);
    const seeds = ofName.map((run, i) => courseOf(`${name}[${i}]`, run, key));
    const first = Math.max(...seeds.map(({ step }) => step[0]));
    const last = Math.min(...seeds.map(({ step }) => step[step.length - 1]));
    if (first > last) refuse(where, name, "trainings with a step in common", `${first} after ${last}`);
    const step = Array.from({ length: places }, (_, k) => first + (k * (last - first)) / (places - 1));
    const values = seeds.map((seed) => along(seed, step));
    const at = step.map((_, k) => Float64Array.from(values, (value) => value[k]));
    // Every place draws the same seeds, so that the bands are those of whole curves.
    const intervals = at.map((x) => (x.length > 1 ? bootstrapInterval(x, resampling) : [Number.NaN, Number.NaN]));
    return {
      name,
      step: plainNumbers(step),
      middle: plainNumbers(at.map(interquartileMean)),
      lower: plainNumbers(intervals.map(([lower]) => lower)),
      upper: plainNumbers(intervals.map(([, upper]) => upper)),
      seeds: seeds.map((seed) => {
        const kept = evenly(seed.step.length, seedPointsDrawn);
        return {
          step: plainNumbers(kept.map((k) => seed.step[k])),
          value: plainNumbers(kept.map((k) => seed.value[k])),
        };
      }),
    };
  });
}

interface Course {
  readonly step: readonly number[];
  readonly value: readonly number[];
}

/** The records that have the key. */
function courseOf(name: string, run: LearningRun, key: string): Course {
  const log = Array.isArray(run) ? run : (run as { readonly log?: readonly LogRecord[] })?.log;
  if (!Array.isArray(log)) refuse(where, name, "a log, or a training that has one", run);
  const records = (log as readonly LogRecord[]).filter(
    (record) => Number.isFinite(record?.[key]) && Number.isFinite(record["time/total_timesteps"]),
  );
  if (records.length === 0) refuse(where, name, `a training with a record of ${key}`, `${log.length} records`);
  const step = records.map((record) => record["time/total_timesteps"]);
  if (step.some((at, k) => k > 0 && at <= step[k - 1])) refuse(where, name, "a log whose steps ascend", step);
  return { step, value: records.map((record) => record[key]) };
}

/** On a straight line between records, at ascending steps within them. */
function along({ step, value }: Course, at: readonly number[]): number[] {
  let k = 0;
  return at.map((x) => {
    while (k < step.length - 2 && step[k + 1] < x) k++;
    if (step.length === 1) return value[0];
    const share = Math.min(1, Math.max(0, (x - step[k]) / (step[k + 1] - step[k])));
    return (1 - share) * value[k] + share * value[k + 1];
  });
}
