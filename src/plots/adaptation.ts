// Warmup as it happened: step sizes, which should settle, and the acceptance that they follow.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { type Draws, isDraws } from "../chains/draws.js";
import type { Figure, Trace } from "./figure.js";
import { panelGrid, panelName } from "./panels.js";
import { extent, numberLabel, padded, plainNumber, plainNumbers } from "./plain.js";
import { axis, buttonsAtRight, faint, layout, legendBesideTitle, panelMargin, seriesColor } from "./theme.js";
import { evenly } from "./thinning.js";

export interface AdaptationOptions {
  /** Statistics to draw; of `stepSize`, `acceptance` and `gradients` (or `leapfrogSteps`) those that the sampler reports where left out. */
  names?: readonly string[];
  /** Points per line at most, 1000 where left out; fewer where many lines would make the figure too large. */
  maxPoints?: number;
  title?: string;
}

export interface AdaptationData {
  panels: {
    name: string;
    /** One per chain: warmup transitions from 0, and what was reported. Of `acceptance` means over the last `window` of them. */
    lines: { transition: number[]; value: (number | null)[] }[];
    /** 1 where every transition's own number is drawn. */
    window: number;
    /** What the sampler aims at, where it says. */
    target: number | null;
    /** The values in use after warmup, one per chain; empty where they are not known. */
    final: (number | null)[];
    /** Whether the scale is logarithmic. */
    logarithmic: boolean;
  }[];
  chains: number;
  /** Transitions of the warmup. */
  warmup: number;
}

const chainsDrawn = 16;
const chainsNamed = 6;
const pointsDrawn = 60_000;

/**
 * Step size, acceptance and gradients over the warmup, one line per chain. Needs draws whose warmup was kept
 * (`sample(energy, sampler, { keepWarmup: true })`). What is known only transition by transition is averaged over the last 5 % of the
 * warmup, which the figure says; rings at the right are the values in use afterwards. Throws a RangeError where there is no kept warmup
 * or no such statistic.
 *
 *     plots.adaptation(await sample(energy, nuts(), { keepWarmup: true }))
 */
export function adaptation(draws: Draws, options: AdaptationOptions = {}): Figure {
  const data = adaptationData(draws, options);
  const { panels, height } = panelGrid(data.panels.length, { columns: 1, rowHeight: 200 });
  const axes: Record<string, unknown> = {};
  const traces: Trace[] = [];
  const shapes: unknown[] = [];
  data.panels.forEach((panel, row) => {
    const { x, y, xaxis, yaxis, across, up, isLowest } = panels[row];
    axes[xaxis] = axis(isLowest ? "warmup transition" : "", {
      domain: across,
      anchor: y,
      range: plainNumbers([-0.01 * data.warmup, 1.025 * data.warmup]),
      showticklabels: isLowest,
      ...(row > 0 && { matches: "x" }),
    });
    axes[yaxis] = axis("", { domain: up, anchor: x, ...rangeOf(panel) });
    panel.lines.forEach((line, chain) => {
      traces.push({
        type: "scatter",
        mode: "lines",
        x: line.transition,
        y: line.value,
        xaxis: x,
        yaxis: y,
        name: `chain ${chain}`,
        legendgroup: `chain ${chain}`,
        showlegend: row === 0 && data.chains > 1,
        line: { color: seriesColor(chain), width: 1.1 },
        opacity: 0.85,
      });
    });
    if (panel.final.length > 0) {
      traces.push({
        type: "scatter",
        mode: "markers",
        x: panel.final.map(() => plainNumber(1.01 * data.warmup)),
        y: panel.final,
        xaxis: x,
        yaxis: y,
        name: "after warmup",
        legendgroup: "after warmup",
        showlegend: true,
        marker: {
          symbol: "circle-open",
          size: 8,
          color: panel.final.map((_, chain) => seriesColor(chain)),
          line: { width: 1.8 },
        },
      });
    }
    if (panel.target !== null) {
      shapes.push({
        type: "line",
        xref: `${x} domain`,
        yref: y,
        x0: 0,
        x1: 1,
        y0: panel.target,
        y1: panel.target,
        line: { color: faint, width: 1.3, dash: "dash" },
      });
    }
  });
  const note = [
    ...(data.chains > chainsDrawn ? [`the first ${chainsDrawn} of ${numberLabel(data.chains)} chains`] : []),
    ...data.panels
      .filter((panel) => panel.target !== null)
      .map((panel) => `dashed: the ${panel.name} that is aimed at, ${numberLabel(panel.target!)}`),
  ].join("; ");
  return {
    data: traces,
    layout: layout(
      options.title ?? "Adaptation in the warmup",
      {
        ...axes,
        height,
        shapes,
        annotations: data.panels.map((panel, row) => panelName(panels[row], labelOf(panel))),
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        showlegend: data.chains <= chainsNamed,
        margin: panelMargin(note),
      },
      note,
    ),
  };
}

/** The numbers that `adaptation` draws. */
export function adaptationData(draws: Draws, options: AdaptationOptions = {}): AdaptationData {
  const where = "plots.adaptation";
  knownOptions(where, options, ["names", "maxPoints", "title"]);
  const maxPoints = integerAtLeast(where, "maxPoints", options.maxPoints ?? 1000, 2);
  if (!isDraws(draws)) refuse(where, "draws", "draws, such as sample returns", draws);
  const { warmup } = draws;
  if (warmup === undefined || warmup.draws === 0) {
    throw new RangeError(`${where}: draws must hold a warmup, which sample keeps by keepWarmup: true`);
  }
  const known = Object.keys(warmup.stats);
  const usual = ["stepSize", "acceptance", known.includes("gradients") ? "gradients" : "leapfrogSteps"];
  const names = options.names ?? usual.filter((name) => known.includes(name));
  const wrong = !Array.isArray(names) || names.length === 0 || names.some((name) => !known.includes(name));
  if (wrong) refuse(where, "names", `statistics of the warmup (${known.join(", ")})`, names.join(", "));
  const chains = Math.min(draws.chains, chainsDrawn);
  const most = Math.max(2, Math.min(maxPoints, Math.floor(pointsDrawn / names.length / chains)));
  const target = draws.sampler.options.targetAcceptance;
  return {
    panels: names.map((name) => {
      // A step size is what it is; others are chance, of which the mean is of interest.
      const window = name === "stepSize" ? 1 : Math.max(1, Math.round(0.05 * warmup.draws));
      const lines = Array.from({ length: chains }, (_, chain) => {
        const reported = warmup.stats[name].subarray(chain * warmup.draws, (chain + 1) * warmup.draws);
        const values = averaged(reported, window);
        const transition = evenly(warmup.draws, most);
        return { transition, value: transition.map((t) => plainNumber(values[t])) };
      });
      return {
        name,
        lines,
        window,
        target: name === "acceptance" && typeof target === "number" ? target : null,
        final: draws.adapted[name] === undefined ? [] : plainNumbers(draws.adapted[name].subarray(0, chains)),
        logarithmic: name === "stepSize" || name === "gradients" || name === "leapfrogSteps",
      };
    }),
    chains: draws.chains,
    warmup: warmup.draws,
  };
}

/** Means over the last `window` values, fewer at the start. */
function averaged(values: Float64Array, window: number): Float64Array {
  if (window === 1) return values;
  let sum = 0;
  return values.map((value, i) => {
    sum += value;
    if (i >= window) sum -= values[i - window];
    return sum / Math.min(i + 1, window);
  });
}

function rangeOf({ lines, final, target, logarithmic }: AdaptationData["panels"][number]): Record<string, unknown> {
  const values = [...lines.map((line) => line.value), final, [target]].map((list) =>
    list.map((value) => value ?? Number.NaN),
  );
  if (!logarithmic) return { nticks: 6, range: plainNumbers(padded(extent(values) ?? [0, 1], 0.06)) };
  const exponents = extent(values.map((list) => list.filter((value) => value > 0).map(Math.log10))) ?? [0, 1];
  return {
    type: "log",
    range: plainNumbers(padded(exponents, 0.08)),
    dtick: exponents[1] - exponents[0] > 1.2 ? 1 : "D2",
  };
}

function labelOf({ name, window }: AdaptationData["panels"][number]): string {
  return window === 1 ? name : `${name}, mean of the last ${numberLabel(window)} transitions`;
}
