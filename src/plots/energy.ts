// Whether a Hamiltonian sampler's momenta take it to all energies: the energies of the draws beside their changes from draw to draw, and
// the ratio of the two, E-BFMI (Betancourt 2016, "Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte Carlo").

import { knownOptions, refuse } from "../arguments/index.js";
import { chainsOf, type Draws, isDraws } from "../chains/draws.js";
import { ebfmi } from "../diagnostics/index.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { kernelDensity } from "./kernel-density.js";
import { extent, plainNumber, plainNumbers } from "./plain.js";
import { shownRange } from "./shown-range.js";
import {
  axis,
  buttonsAtRight,
  faint,
  layout,
  legendBesideTitle,
  line as lineColor,
  seriesColor,
  translucent,
  warning,
} from "./theme.js";

export interface EnergyOptions {
  /** The statistic that holds the energies; "hamiltonian" where the draws have it, else "energy", where left out. */
  statistic?: string;
  title?: string;
}

export interface EnergyData {
  statistic: string;
  /** E - mean(E), all chains together, each about its own mean. */
  marginal: { energy: (number | null)[]; density: (number | null)[] };
  /** E_n - E_(n-1), at the same places. */
  transition: { energy: (number | null)[]; density: (number | null)[] };
  /** One per chain; null where it has fewer than two draws, or all are equal. */
  ebfmi: (number | null)[];
}

/** Below this the tails are explored too slowly (Betancourt 2016; Stan's and ArviZ's limit). */
const leastEbfmi = 0.3;

/**
 * The density of the energies about their mean and of their changes from draw to draw: alike where each transition can reach any energy,
 * the second much narrower where it cannot. At the right E-BFMI of every chain, in red below 0.3; where the draws have the potential energy alone,
 * the same ratio without a judgement, which is about 2 of independent draws. Throws a RangeError where `draws` are none or have no such statistic.
 *
 *     plots.energy(draws)
 */
export function energy(draws: Draws, options: EnergyOptions = {}): Figure {
  const data = energyData(draws, options);
  const { marginal, transition } = data;
  const curve = (name: string, { energy: x, density: y }: EnergyData["marginal"], color: string): Trace => ({
    type: "scatter",
    mode: "lines",
    x,
    y,
    name,
    fill: "tozeroy",
    fillcolor: translucent(color, 0.22),
    line: { color, width: 1.8 },
  });
  // The potential energy alone changes little in each transition of many a kernel that is well: MCLMC's, SGLD's.
  const isJudged = data.statistic !== "energy" || options.statistic !== undefined;
  const isLow = data.ebfmi.map((value) => isJudged && (value === null || value < leastEbfmi));
  const rows = data.ebfmi.length;
  const most = extent([data.ebfmi.map((value) => value ?? Number.NaN)])?.[1] ?? 1;
  return drawn({
    data: [
      curve("energies, about their mean", marginal, seriesColor(0)),
      curve("changes from draw to draw", transition, seriesColor(1)),
      {
        type: "scatter",
        mode: "markers",
        xaxis: "x2",
        yaxis: "y2",
        x: data.ebfmi,
        y: data.ebfmi.map((_, chain) => chain),
        showlegend: false,
        hovertemplate: `chain %{y}: ${isJudged ? "E-BFMI " : ""}%{x}<extra></extra>`,
        marker: { size: rows > 20 ? 5 : 9, color: isLow.map((low) => (low ? warning : seriesColor(0))) },
      },
    ],
    layout: layout(
      options.title ?? (isJudged ? "Energies and E-BFMI" : "Energies"),
      {
        xaxis: axis(data.statistic === "hamiltonian" ? "Hamiltonian" : data.statistic, {
          domain: [0, 0.64],
          zeroline: true,
          zerolinecolor: lineColor,
        }),
        yaxis: axis("density", { rangemode: "tozero", showticklabels: false, ticks: "", showgrid: false }),
        xaxis2: axis(isJudged ? "E-BFMI" : "squared changes / variance", {
          domain: [0.74, 1],
          anchor: "y2",
          range: [0, plainNumber(1.12 * Math.max(1, most))],
        }),
        yaxis2: axis("", {
          anchor: "x2",
          range: [rows - 0.4, -0.6],
          showgrid: rows <= 20,
          ticks: "",
          ...(rows <= 20
            ? {
                tickvals: data.ebfmi.map((_, chain) => chain),
                ticktext: data.ebfmi.map((_, chain) => `chain ${chain}`),
              }
            : { title: { text: "chain" }, nticks: 8 }),
        }),
        ...(isJudged && limit()),
        legend: legendBesideTitle(),
        modebar: { ...buttonsAtRight },
        height: 400,
      },
      noteOf(isLow),
    ),
  });
}

/** The least that E-BFMI should be, as a line with its number. */
function limit(): Record<string, unknown> {
  const place = { xref: "x2", yref: "y2 domain" };
  const line = { color: faint, width: 1.3, dash: "dash" };
  return {
    shapes: [{ type: "line", ...place, x0: leastEbfmi, x1: leastEbfmi, y0: 0, y1: 1, line }],
    annotations: [
      {
        text: String(leastEbfmi),
        ...place,
        x: leastEbfmi,
        y: 1,
        yanchor: "bottom",
        showarrow: false,
        font: { size: 11, color: faint },
      },
    ],
  };
}

/** The numbers that `energy` draws. */
export function energyData(draws: Draws, options: EnergyOptions = {}): EnergyData {
  const where = "plots.energy";
  knownOptions(where, options, ["statistic", "title"]);
  if (!isDraws(draws)) refuse(where, "draws", "draws, such as sample returns", draws);
  const statistic = options.statistic ?? ("hamiltonian" in draws.stats ? "hamiltonian" : "energy");
  if (!Object.hasOwn(draws.stats, statistic)) {
    refuse(where, "statistic", `a statistic of the draws (${Object.keys(draws.stats).join(", ")})`, statistic);
  }
  const chains = chainsOf(draws, statistic);
  const about = chains.map((E) => {
    const mean = E.reduce((sum, value) => sum + value, 0) / E.length;
    return E.map((value) => value - mean);
  });
  const changes = chains.map((E) =>
    Float64Array.from({ length: Math.max(0, E.length - 1) }, (_, n) => E[n + 1] - E[n]),
  );
  const ranges = [about, changes].map((values) => shownRange(values).range);
  const range = extent(ranges) ?? [0, 1];
  // A rejected transition changes the energy by exactly 0: ties, on which the kernel shall not fit itself.
  const curve = (values: Float64Array[]): EnergyData["marginal"] => {
    const { x, density } = kernelDensity(values, range, 256, 0.5);
    return { energy: plainNumbers(x), density: plainNumbers(density) };
  };
  return {
    statistic,
    marginal: curve(about),
    transition: curve(changes),
    ebfmi: plainNumbers(chains.map((E) => ebfmi(E))),
  };
}

function noteOf(isLow: readonly boolean[]): string {
  const low = isLow.filter(Boolean).length;
  if (low === 0) return "";
  const chains = isLow.length === 1 ? "the chain" : `${low} of ${isLow.length} chains`;
  return `E-BFMI of ${chains} is below ${leastEbfmi} or unknown: the momenta reach too few energies`;
}
