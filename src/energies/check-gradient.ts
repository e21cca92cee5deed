// Whether a gradient is that of the energy: central differences extrapolated to step 0 (Ridders 1982, "Accurate computation of F'(x) and
// F'(x) F''(x)", Advances in Engineering Software 4(2)), which know how far they can be trusted.

import { finiteVector, knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import { stream } from "../random/index.js";
import type { Energy } from "./energy.js";
import { isEnergy } from "./is-energy.js";

const where = "checkGradient";

/** Positions tried where none is given. */
const POSITIONS = 3;

export interface CheckGradientOptions {
  /** Largest relative error of a right gradient; 1e-6 where left out. */
  readonly tolerance?: number;
}

/** One coordinate of a gradient beside what differences say of it. */
export interface GradientEntry {
  readonly index: number;
  readonly name: string;
  /** What valueAndGradient wrote. */
  readonly given: number;
  /** What differences of the value give. */
  readonly expected: number;
  /** The difference of both over the larger of them, or over a thousandth of the gradient's largest entry where both are smaller. */
  readonly relativeError: number;
  /** How uncertain `expected` is, in the same measure. */
  readonly uncertainty: number;
  /** Where, in the coordinates that samplers see. */
  readonly position: readonly number[];
}

/** What was found; plain data. */
export interface GradientCheck {
  readonly ok: boolean;
  readonly worst: GradientEntry;
  /** How many positions were looked at. */
  readonly positions: number;
  readonly tolerance: number;
  /** The finding as a sentence. */
  readonly message: string;
}

/**
 * Compares an energy's gradient with differences of its value, coordinate by coordinate, at one position or a list of them (three random
 * ones where left out), and names the worst coordinate. About 20 values per coordinate and position.
 *
 * Positions are the user's: with constraints they lie inside them, while the gradient is that of the free coordinates. Throws where
 * a position does not fit, or the energy is not finite there; where none is given, if it is finite at no position tried.
 * @example
 * const wrong = energyFromGradient(2, (q, g) => { g[0] = q[0]; g[1] = 2 * q[1]; return 0.5 * (q[0] ** 2 + q[1] ** 2); });
 * checkGradient(wrong).message // "the gradient is wrong in q[1]: ..."
 */
export function checkGradient(
  energy: Energy,
  at?: ArrayLike<number> | readonly ArrayLike<number>[],
  options: CheckGradientOptions = {},
): GradientCheck {
  if (!isEnergy(energy)) refuse(where, "energy", "an energy", energy);
  knownOptions(where, options, ["tolerance"]);
  const tolerance = positiveNumber(where, "tolerance", options.tolerance ?? 1e-6);
  const positions = at === undefined ? somePositions(energy) : readPositions(energy, at);
  const entries = positions.flatMap((z) => entriesAt(energy, z));
  // A difference within the differences' own uncertainty is no evidence, but an uncertainty above 1 % is no check.
  const excess = ({ relativeError, uncertainty }: GradientEntry): number =>
    Number.isFinite(relativeError) && Number.isFinite(uncertainty)
      ? Math.max(relativeError - 4 * Math.min(uncertainty, 1e-2), uncertainty > 1e-2 ? uncertainty : 0)
      : Number.POSITIVE_INFINITY;
  const isWorse = (a: GradientEntry, b: GradientEntry): boolean =>
    excess(a) === excess(b) ? a.relativeError > b.relativeError : excess(a) > excess(b);
  const worst = entries.reduce((most, entry) => (isWorse(entry, most) ? entry : most));
  const ok = excess(worst) <= tolerance;
  return { ok, worst, positions: positions.length, tolerance, message: sentence(worst, ok, entries.length, tolerance) };
}

function sentence(worst: GradientEntry, ok: boolean, count: number, tolerance: number): string {
  const { name, given, expected, relativeError, uncertainty, position } = worst;
  const place = position.length <= 10 ? ` at [${position.map((x) => Number(x.toPrecision(6))).join(", ")}]` : "";
  const error = `relative error ${relativeError.toExponential(1)}`;
  if (ok) {
    return `the gradient is right: ${count} entries agree with differences to ${tolerance}; the worst, ${name}, has ${error}`;
  }
  if (Number.isNaN(given)) return `the gradient is wrong in ${name}: it is not a number, or was not written${place}`;
  if (!(uncertainty <= 1e-2)) {
    return `the gradient could not be checked in ${name}: differences of the value do not settle, as at a kink or a jump; ${given} was given${place}`;
  }
  return `the gradient is wrong in ${name}: ${given} was given, differences of the value say ${expected} (${error})${place}`;
}

function entriesAt(energy: Energy, z: Float64Array): GradientEntry[] {
  const { dim, names } = energy;
  // Entries that the energy forgets to write stay NaN and are found.
  const gradient = new Float64Array(dim).fill(Number.NaN);
  const value = energy.valueAndGradient(Float64Array.from(z), gradient);
  const again = energy.value(Float64Array.from(z));
  if (!Number.isFinite(value)) refuse(where, "the energy at a position", "finite", value);
  if (!(Math.abs(again - value) <= 1e-9 * Math.max(1, Math.abs(value)))) {
    throw new RangeError(`${where}: value and valueAndGradient disagree: ${again} and ${value} at one position`);
  }
  const differences = Array.from({ length: dim }, (_, i) => differentiate(energy.value, z, i, value));
  const largest = differences.reduce((most, { slope }) => Math.max(most, Math.abs(slope)), 0);
  return differences.map(({ slope, uncertainty }, index) => {
    const given = gradient[index];
    // At a minimum everything is rounding, which the energy's own size decides.
    const floor = Math.max(1e-3 * largest, 1e-9 * Math.max(1, Math.abs(value)));
    const scale = Math.max(Math.abs(given), Math.abs(slope), floor);
    return {
      index,
      name: names[index],
      given,
      expected: slope,
      relativeError: Math.abs(given - slope) / scale,
      uncertainty: uncertainty / scale,
      position: Array.from(z),
    };
  });
}

/** Ridders' tableau: differences at steps that shrink by 2, extrapolated; the entry that changes least is taken. */
function differentiate(
  value: Energy["value"],
  z: Float64Array,
  index: number,
  center: number,
): { slope: number; uncertainty: number } {
  const moved = Float64Array.from(z);
  const at = (x: number): number => {
    moved[index] = x;
    return value(moved);
  };
  const x = z[index];
  let best = { slope: Number.NaN, uncertainty: Number.POSITIVE_INFINITY };
  let last: number[] = [];
  // Powers of two, so that the step is what it says.
  let step = 2 ** Math.floor(Math.log2(0.25 * Math.max(Math.abs(x), 0.5)));
  for (let row = 0; row < 16; row++, step /= 2) {
    const [low, high] = [at(x - step), at(x + step)];
    const slope = (high - low) / (2 * step);
    // Outside of the support nothing is learned; smaller steps may stay within.
    if (!Number.isFinite(slope)) {
      last = [];
      continue;
    }
    const rounding = (2 ** -52 * (Math.abs(center) + Math.abs(low) + Math.abs(high))) / step;
    const next = [slope];
    let power = 1;
    for (let k = 1; k <= last.length; k++) {
      power *= 4;
      next.push((power * next[k - 1] - last[k - 1]) / (power - 1));
      const change = Math.max(Math.abs(next[k] - next[k - 1]), Math.abs(next[k] - last[k - 1]));
      if (change + rounding < best.uncertainty) best = { slope: next[k], uncertainty: change + rounding };
    }
    last = next;
  }
  return best;
}

/** Starts as `sample` makes them: standard normal in the free coordinates, where the energy is finite. */
function somePositions(energy: Energy): Float64Array[] {
  const random = stream(0, where);
  const positions: Float64Array[] = [];
  for (let attempt = 0; attempt < 100 && positions.length < POSITIONS; attempt++) {
    const z = new Float64Array(energy.dim);
    random.fillNormal(z);
    if (Number.isFinite(energy.value(z))) positions.push(z);
  }
  if (positions.length === 0) {
    throw new RangeError(`${where}: the energy is finite at none of 100 random positions; give one where it is`);
  }
  return positions;
}

function readPositions(energy: Energy, at: ArrayLike<number> | readonly ArrayLike<number>[]): Float64Array[] {
  const { dim, transform } = energy;
  const isList = Array.isArray(at) && at.length > 0 && typeof at[0] === "object";
  const list = isList ? (at as readonly ArrayLike<number>[]) : [at as ArrayLike<number>];
  return list.map((position, k) => {
    const q = finiteVector(where, isList ? `at[${k}]` : "at", position, dim);
    if (transform === undefined) return q;
    const z = new Float64Array(dim);
    transform.unconstrain(q, z);
    return z;
  });
}
