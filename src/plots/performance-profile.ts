// Which share of a method's runs scores more than a threshold, for every threshold: the whole law of the scores, not its middle alone
// (Agarwal et al. 2021, arXiv:2108.13264, section 4.2, after Dolan and Moré 2002).

import { knownOptions } from "../arguments/index.js";
import { bootstrapInterval } from "../diagnostics/index.js";
import { bandTraces } from "./band.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { extent, numberLabel, padded, plainNumbers } from "./plain.js";
import {
  checkResampling,
  checkScores,
  type ResamplingOptions,
  resamplingOptions,
  runsOf,
  type Scores,
} from "./scores.js";
import { asText, axis, buttonsAtRight, layout, legendBesideTitle, seriesColor } from "./theme.js";

export interface PerformanceProfileOptions extends ResamplingOptions {
  title?: string;
}

export interface PerformanceProfileData {
  name: string;
  runs: number;
  threshold: (number | null)[];
  /** Of runs that score more than the threshold. */
  share: (number | null)[];
  lower: (number | null)[];
  upper: (number | null)[];
}

const where = "plots.performanceProfile";
const places = 121;

/**
 * A falling curve per method, with 95 % bootstrap bands over runs; where one lies above the other everywhere, its runs are better throughout.
 * Throws a RangeError where a score is not a finite number or an option is wrong.
 *
 *     plots.performanceProfile({ PPO: [500, 480, 497], A2C: [410, 500, 233] })
 */
export function performanceProfile(scores: Scores, options: PerformanceProfileOptions = {}): Figure {
  const data = performanceProfileData(scores, options);
  const { probability = 0.95 } = options;
  const curves = data.map(
    ({ name, threshold, share }, i): Trace => ({
      type: "scatter",
      mode: "lines",
      x: threshold,
      y: share,
      name: asText(name),
      legendgroup: asText(name),
      line: { color: seriesColor(i), width: 2, shape: "hv" },
    }),
  );
  const bands = data.flatMap((profile, i) =>
    bandTraces({ ...profile, x: profile.threshold }, i, { legendgroup: asText(profile.name) }),
  );
  return drawn({
    data: [...bands, ...curves],
    layout: layout(
      options.title ?? "Performance profile",
      {
        xaxis: axis("score"),
        yaxis: axis("share of runs above it", { range: [-0.02, 1.02] }),
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        width: 640,
        height: 400,
      },
      `${runsOf(
        data.map(({ runs }) => runs),
        "run",
      )} each, ${numberLabel(100 * probability)} % bootstrap intervals`,
    ),
  });
}

/** The numbers that `performanceProfile` draws. */
export function performanceProfileData(
  scores: Scores,
  options: PerformanceProfileOptions = {},
): PerformanceProfileData[] {
  knownOptions(where, options, [...resamplingOptions, "title"]);
  const resampling = checkResampling(where, options);
  const methods = checkScores(where, scores);
  const [from, to] = padded(extent(methods.flatMap(({ tasks }) => tasks)) as [number, number]);
  const threshold = Array.from({ length: places }, (_, k) => from + (k * (to - from)) / (places - 1));
  return methods.map(({ name, tasks }) => {
    const all = Float64Array.from(tasks.flatMap((task) => Array.from(task)));
    const intervals = threshold.map((tau) =>
      bootstrapInterval(tasks, { ...resampling, statistic: (x) => shareAbove(x, tau) }),
    );
    return {
      name,
      runs: all.length,
      threshold: plainNumbers(threshold),
      share: plainNumbers(threshold.map((tau) => shareAbove(all, tau))),
      lower: plainNumbers(intervals.map(([lower]) => lower)),
      upper: plainNumbers(intervals.map(([, upper]) => upper)),
    };
  });
}

function shareAbove(scores: Float64Array, threshold: number): number {
  let above = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i] > threshold) above++;
  return above / scores.length;
}
