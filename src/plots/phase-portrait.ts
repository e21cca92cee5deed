// Leapfrog in the plane of position and momentum, over the level sets of H that exact trajectories follow. A step that is too large shows at
// once: its orbit leaves the level set, or the picture. (Neal 2011, "MCMC using Hamiltonian dynamics", section 2.)

import { integerAtLeast, knownOptions, oneOf, positiveNumber, refuse } from "../arguments/index.js";
import { type LeapfrogPath, leapfrogPath } from "../chains/leapfrog-path.js";
import type { Energy } from "../energies/energy.js";
import { isEnergy } from "../energies/is-energy.js";
import { checkLevels, contourTrace, type EnergyGrid, sigmaLevels } from "./contours.js";
import type { Figure, Trace } from "./figure.js";
import { range } from "./landscape.js";
import { numberLabel, plainNumbers } from "./plain.js";
import { planeLayout } from "./plane.js";
import { asText, layout, legendAtRight, page, seriesColor } from "./theme.js";
import { evenly } from "./thinning.js";

export interface PhasePortraitOptions {
  stepSize: number;
  /** Steps of each orbit, 50 where left out. */
  steps?: number;
  /** "velocityVerlet", which is leapfrog, where left out. */
  integrator?: (typeof integrators)[number];
  /** 1 where left out. */
  mass?: number;
  /**
   * Where orbits start: `[q, p]` each. Where left out: at every minimum in the range (four at most) with the momentum that lifts H by 1/2 above
   * it, and at the lowest one also by 2 and 4.5.
   */
  starts?: readonly (readonly [number, number])[];
  /** The range of positions; 3.5 standard deviations around the mean where these are known, else from -3 to 3. */
  q?: readonly [number, number];
  /** The range of momenta; as high as the highest level where left out. */
  p?: readonly [number, number];
  /** Levels of H above the least energy in the range; k^2 / 2 for k = 1 ... 5 where left out. */
  levels?: readonly number[];
  title?: string;
}

export interface PhasePortraitData {
  name: string;
  ranges: { q: [number, number]; p: [number, number] };
  /** H above the least energy in the range: `x` are positions, `y` momenta. */
  levels: EnergyGrid;
  orbits: {
    q: (number | null)[];
    p: (number | null)[];
    /** H at the start, above the least energy in the range. */
    start: number;
    /** The largest change of H along it; null where the orbit ran into numbers that are not finite. */
    energyError: number | null;
    /** Points there are. */
    points: number;
  }[];
}

const integrators = ["velocityVerlet", "mcLachlan", "threeStage", "fourStage"] as const;
const places = 161;
const pointsDrawn = 40_000;
const minimaTaken = 4;

/**
 * Orbits of an integrator of Hamilton's equations in the plane of q and p for an energy of one coordinate, over the level sets of
 * `H = U(q) + p^2 / (2 mass)`. The legend says by how much H changes along each. Throws a RangeError where the energy has more
 * coordinates or an option is wrong.
 *
 *     plots.phasePortrait(energies.doubleWell({ dim: 1 }), { stepSize: 0.1, steps: 100 })
 */
export function phasePortrait(energy: Energy, options: PhasePortraitOptions): Figure {
  const data = phasePortraitData(energy, options);
  const traces: Trace[] = [{ ...contourTrace(data.levels, options.levels ?? sigmaLevels), name: "H" }];
  const step = typicalStep(data);
  data.orbits.forEach((orbit, i) => {
    const change = orbit.energyError === null ? "without bound" : `by ${numberLabel(round(orbit.energyError))}`;
    traces.push({
      type: "scatter",
      // Lines between points that lie far apart would show nothing but themselves.
      ...(step < 0.2 ? { mode: "lines+markers", line: { color: seriesColor(i), width: 0.9 } } : { mode: "markers" }),
      x: orbit.q,
      y: orbit.p,
      name: asText(`H = ${numberLabel(round(orbit.start))}, changes ${change}`),
      legendgroup: String(i),
      marker: { color: seriesColor(i), size: 4.5 },
    });
    traces.push({
      type: "scatter",
      mode: "markers",
      x: orbit.q.slice(0, 1),
      y: orbit.p.slice(0, 1),
      name: "start",
      legendgroup: String(i),
      showlegend: false,
      marker: { size: 10, color: page, line: { color: seriesColor(i), width: 2.2 } },
    });
  });
  const { integrator = "velocityVerlet", steps = STEPS, stepSize } = options;
  const words = {
    velocityVerlet: "leapfrog",
    mcLachlan: "McLachlan",
    threeStage: "three-stage",
    fourStage: "four-stage",
  };
  const plane = planeLayout([data.name, `momentum of ${data.name}`], data.ranges.q, data.ranges.p, false);
  return {
    data: traces,
    layout: layout(
      options.title ?? "Phase portrait",
      {
        ...plane,
        width: (plane.width as number) + 40,
        legend: { ...legendAtRight(), itemsizing: "constant" },
      },
      `${steps} ${words[integrator]} steps of ${numberLabel(stepSize)}`,
    ),
  };
}

const STEPS = 50;

/** The numbers that `phasePortrait` draws. */
export function phasePortraitData(energy: Energy, options: PhasePortraitOptions): PhasePortraitData {
  const where = "plots.phasePortrait";
  if (!isEnergy(energy)) refuse(where, "energy", "an energy, such as energy(1, f) makes", energy);
  if (energy.dim !== 1) refuse(where, "energy.dim", "1, for positions and momenta fill the plane then", energy.dim);
  knownOptions(where, options, ["stepSize", "steps", "integrator", "mass", "starts", "q", "p", "levels", "title"]);
  const stepSize = positiveNumber(where, "stepSize", options.stepSize);
  const steps = integerAtLeast(where, "steps", options.steps ?? STEPS, 1);
  const integrator = oneOf(where, "integrator", options.integrator ?? "velocityVerlet", integrators);
  const mass = positiveNumber(where, "mass", options.mass ?? 1);
  const levels = options.levels ?? sigmaLevels;
  checkLevels(where, levels);
  const q = options.q === undefined ? usualRange(energy) : range(where, "q", options.q);
  const along = lineOf(q);
  const values = along.map((position) => energy.value(Float64Array.of(position)));
  const least = Math.min(...values.filter(Number.isFinite));
  if (!Number.isFinite(least)) refuse(where, "q", "a range where the energy is finite somewhere", `[${q.join(", ")}]`);
  const starts = options.starts === undefined ? usualStarts(along, values, mass) : startsOf(where, options.starts);
  const most = Math.sqrt(2 * mass * levels[levels.length - 1]);
  const p = options.p === undefined ? ([-1.08 * most, 1.08 * most] as [number, number]) : range(where, "p", options.p);
  const momenta = lineOf(p);
  return {
    name: energy.names[0],
    ranges: { q, p },
    levels: {
      x: along,
      y: momenta,
      above: momenta.map((momentum) =>
        values.map((value) => (Number.isFinite(value) ? value - least + momentum ** 2 / (2 * mass) : Number.NaN)),
      ),
    },
    orbits: starts.map(([position, momentum]) => {
      const path = leapfrogPath(energy, {
        position: [position],
        momentum: [momentum],
        stepSize,
        steps,
        integrator,
        mass,
      });
      return orbitOf(path, least, steps, Math.floor(pointsDrawn / starts.length));
    }),
  };
}

function orbitOf(
  { position, momentum, hamiltonian }: LeapfrogPath,
  least: number,
  steps: number,
  most: number,
): PhasePortraitData["orbits"][number] {
  const kept = evenly(hamiltonian.length, most);
  const isWhole = hamiltonian.length === steps + 1;
  const changes = hamiltonian.map((value) => Math.abs(value - hamiltonian[0]));
  return {
    q: plainNumbers(kept.map((i) => position[i])),
    p: plainNumbers(kept.map((i) => momentum[i])),
    start: hamiltonian[0] - least,
    energyError: isWhole ? changes.reduce((a, b) => Math.max(a, b), 0) : null,
    points: hamiltonian.length,
  };
}

/** The largest median over orbits of how far a step goes, as a share of the picture. */
function typicalStep({ orbits, ranges }: PhasePortraitData): number {
  const [width, height] = [ranges.q[1] - ranges.q[0], ranges.p[1] - ranges.p[0]];
  const medians = orbits.map(({ q, p }) => {
    const steps = q.slice(1).map((_, i) => Math.hypot((q[i + 1]! - q[i]!) / width, (p[i + 1]! - p[i]!) / height));
    return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  });
  return Math.max(...medians);
}

function usualRange({ exact, transform }: Energy): [number, number] {
  const [mean, variance] = [exact?.mean?.[0], exact?.covariance?.[0][0]];
  if (transform !== undefined || mean === undefined || variance === undefined) return [-3, 3];
  return [mean - 3.5 * Math.sqrt(variance), mean + 3.5 * Math.sqrt(variance)];
}

function usualStarts(along: readonly number[], values: readonly number[], mass: number): [number, number][] {
  const isMinimum = (i: number): boolean =>
    values[i] < (values[i - 1] ?? Number.POSITIVE_INFINITY) && values[i] <= (values[i + 1] ?? Number.POSITIVE_INFINITY);
  const minima = values
    .map((_, i) => i)
    .filter(isMinimum)
    .sort((a, b) => values[a] - values[b])
    .slice(0, minimaTaken);
  const lifted = (i: number, level: number): [number, number] => [along[i], Math.sqrt(2 * mass * level)];
  return [...minima.map((i) => lifted(i, 0.5)), ...[2, 4.5].map((level) => lifted(minima[0], level))];
}

function startsOf(where: string, starts: NonNullable<PhasePortraitOptions["starts"]>): (readonly [number, number])[] {
  if (!Array.isArray(starts) || starts.length === 0) refuse(where, "starts", "a list of at least one [q, p]", starts);
  starts.forEach((start, i) => {
    const isPair = Array.isArray(start) && start.length === 2 && start.every(Number.isFinite);
    if (!isPair) refuse(where, `starts[${i}]`, "[q, p], two finite numbers", start);
  });
  return [...starts];
}

function lineOf([from, to]: readonly [number, number]): number[] {
  return Array.from({ length: places }, (_, i) => from + (i * (to - from)) / (places - 1));
}

/** Two significant digits are enough for a legend. */
function round(value: number): number {
  return Number(value.toPrecision(2));
}
