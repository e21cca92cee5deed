// Draws of two coordinates over the energy that they were drawn from: whether a chain went everywhere it should.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import type { Draws } from "../chains/draws.js";
import type { Energy } from "../energies/energy.js";
import { isEnergy } from "../energies/is-energy.js";
import { divergencesOf } from "./chains.js";
import { checkLevels, contourTrace, type EnergyGrid, energyGrid, sigmaLevels } from "./contours.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { extent, numberLabel, padded, plainNumber } from "./plain.js";
import { coordinateOf, type PairOfNames, planeLayout, selectPair } from "./plane.js";
import { layout, legendAtRight, seriesColor, warning } from "./theme.js";
import { evenly } from "./thinning.js";

export interface PairOptions {
  /** Two coordinates (by name or index) or statistics (by name); the first two coordinates where left out. */
  names?: PairOfNames;
  /** Drawn as contours; where it has more than two coordinates the others stay at their mean over the draws. */
  energy?: Energy;
  /** Energies above the least on the grid at which contours run; k^2 / 2 for k = 1 ... 5 where left out. */
  levels?: readonly number[];
  /** Points at most, 3000 where left out. */
  maxPoints?: number;
  /** Equal scales on both axes; where the ranges are alike if left out. */
  equalAxes?: boolean;
  title?: string;
}

export interface PairData {
  names: [string, string];
  /** One cloud per chain. */
  clouds: { x: (number | null)[]; y: (number | null)[] }[];
  /** The draws at which a chain diverged; they are in no cloud. */
  divergences: { x: (number | null)[]; y: (number | null)[] };
  ranges: { x: [number, number]; y: [number, number] };
  contours?: EnergyGrid;
  /** Draws there are. */
  draws: number;
  thinned: boolean;
}

const divergencesDrawn = 1000;
const chainsNamed = 6;

/**
 * The draws of two coordinates, a colour per chain where there are few, over contours of the energy if it is given; divergences in
 * red. Throws a RangeError where a name is not there or the energy does not fit the draws.
 *
 *     plots.pair(draws, { energy: energies.banana() })
 */
export function pair(draws: Draws, options: PairOptions = {}): Figure {
  const data = pairData(draws, options);
  const named = data.clouds.length > 1 && data.clouds.length <= chainsNamed;
  const total = data.clouds.reduce((sum, cloud) => sum + cloud.x.length, 0);
  const traces: Trace[] =
    data.contours === undefined ? [] : [contourTrace(data.contours, options.levels ?? sigmaLevels)];
  data.clouds.forEach((cloud, chain) => {
    traces.push({
      type: "scatter",
      mode: "markers",
      ...cloud,
      name: `chain ${chain}`,
      showlegend: named,
      marker: {
        color: seriesColor(named ? chain : 0),
        size: total > 1000 ? 3.5 : 5,
        opacity: total > 1000 ? 0.4 : 0.6,
      },
    });
  });
  if (data.divergences.x.length > 0) {
    traces.push({
      type: "scatter",
      mode: "markers",
      ...data.divergences,
      name: "divergence",
      marker: { color: warning, size: 6, symbol: "x-thin", line: { color: warning, width: 1.6 } },
    });
  }
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? `${data.names[0]} and ${data.names[1]}`,
      {
        ...planeLayout(data.names, data.ranges.x, data.ranges.y, options.equalAxes),
        legend: { ...legendAtRight(), itemsizing: "constant" },
      },
      data.thinned ? `${numberLabel(total)} of ${numberLabel(data.draws)} draws` : "",
    ),
  });
}

/** The numbers that `pair` draws. */
export function pairData(draws: Draws, options: PairOptions = {}): PairData {
  const where = "plots.pair";
  knownOptions(where, options, ["names", "energy", "levels", "maxPoints", "equalAxes", "title"]);
  const maxPoints = integerAtLeast(where, "maxPoints", options.maxPoints ?? 3000, 1);
  checkLevels(where, options.levels ?? sigmaLevels);
  const [first, second] = selectPair(where, draws, options.names);
  const diverging = divergencesOf(draws).map((chain) => new Set(chain));
  const ordinary: [number, number][] = [];
  const diverged: [number, number][] = [];
  draws.lengths.forEach((length, chain) => {
    for (let draw = 0; draw < length; draw++) (diverging[chain]?.has(draw) ? diverged : ordinary).push([chain, draw]);
  });
  const kept = evenly(ordinary.length, maxPoints).map((i) => ordinary[i]);
  const keptDiverged = evenly(diverged.length, divergencesDrawn).map((i) => diverged[i]);
  const valueAt = ({ chains }: { chains: readonly ArrayLike<number>[] }, [chain, draw]: [number, number]): number =>
    chains[chain][draw];
  const cloudOf = (places: [number, number][]): { x: (number | null)[]; y: (number | null)[] } => ({
    x: places.map((place) => plainNumber(valueAt(first, place))),
    y: places.map((place) => plainNumber(valueAt(second, place))),
  });
  const places = [...kept, ...keptDiverged];
  const rangeOf = (quantity: typeof first): [number, number] =>
    padded(extent([places.map((place) => valueAt(quantity, place))]) ?? [0, 1], 0.08);
  const ranges = { x: rangeOf(first), y: rangeOf(second) };
  const grid = options.energy && gridOf(where, draws, options.energy, options.names ?? [0, 1], ranges);
  return {
    names: [first.name, second.name],
    clouds: draws.lengths.map((_, chain) => cloudOf(kept.filter((place) => place[0] === chain))),
    divergences: cloudOf(keptDiverged),
    ranges,
    ...(grid && { contours: grid }),
    draws: ordinary.length,
    thinned: kept.length < ordinary.length,
  };
}

function gridOf(
  where: string,
  draws: Draws,
  energy: Energy,
  names: PairOfNames,
  ranges: PairData["ranges"],
): EnergyGrid {
  if (!isEnergy(energy)) refuse(where, "energy", "an energy, such as energy(dim, f) makes", energy);
  if (energy.dim !== draws.dim) {
    refuse(where, "energy.dim", `the draws' number of coordinates, ${draws.dim}`, energy.dim);
  }
  const coordinates = [coordinateOf(draws, names[0]), coordinateOf(draws, names[1])] as const;
  if (coordinates[0] < 0 || coordinates[1] < 0)
    refuse(where, "names", "two coordinates where an energy is drawn", names.join(", "));
  const mean = new Float64Array(draws.dim);
  const kept = draws.lengths.reduce((sum, length) => sum + length, 0);
  draws.lengths.forEach((length, chain) => {
    for (let i = 0; i < length * draws.dim; i++) {
      mean[i % draws.dim] += draws.position[chain * draws.draws * draws.dim + i] / kept;
    }
  });
  return energyGrid(energy, mean, coordinates, ranges.x, ranges.y);
}
