// The No-U-Turn transition as the papers write it, by recursion over halves: what the iterative tree is held to. Follows Hoffman and Gelman
// 2014, algorithm 6, with the multinomial weights of Betancourt 2017 and the further checks across the join of two halves.

import type { Energy } from "../../src/energies/energy.js";
import type { Random } from "../../src/random/random.js";
import type { Metric } from "../../src/samplers/metric.js";

interface Point {
  readonly q: Float64Array;
  readonly p: Float64Array;
  readonly g: Float64Array;
  readonly energy: number;
  readonly h: number;
}

/** A stretch of the trajectory, from the end where it was begun to the end where it was finished. */
interface Stretch {
  readonly first: Point;
  readonly last: Point;
  readonly drawn: Point;
  readonly logWeight: number;
  readonly momenta: readonly number[];
}

export interface RecursiveResult {
  readonly position: Float64Array;
  readonly energy: number;
  readonly depth: number;
  readonly leapfrogSteps: number;
  readonly acceptance: number;
  readonly diverging: boolean;
  readonly hamiltonian: number;
  readonly energyError: number;
}

export function recursiveNuts(
  energy: Energy,
  metric: Metric,
  from: Float64Array,
  stepSize: number,
  { maxTreeDepth, maxEnergyError }: { maxTreeDepth: number; maxEnergyError: number },
  random: Random,
): RecursiveResult {
  let leapfrogSteps = 0;
  let acceptances = 0;
  let diverging = false;

  const velocity = (p: Float64Array): Float64Array => {
    const v = new Float64Array(p.length);
    metric.velocity(p, v);
    return v;
  };
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    Array.from(a, (value, i) => value * b[i]).reduce((sum, term) => sum + term, 0);
  const plus = (a: ArrayLike<number>, b: ArrayLike<number>): number[] => Array.from(a, (value, i) => value + b[i]);
  const at = (q: Float64Array, g: Float64Array, p: Float64Array, value: number): Point => ({
    q,
    p,
    g,
    energy: value,
    h: value + dot(p, velocity(p)) / 2,
  });
  const leapfrog = ({ q, p, g }: Point, eps: number): Point => {
    const half = p.map((each, i) => each - (eps / 2) * g[i]);
    const v = velocity(half);
    const next = q.map((each, i) => each + eps * v[i]);
    const slope = new Float64Array(q.length);
    const value = energy.valueAndGradient(next, slope);
    const momentum = half.map((each, i) => each - (eps / 2) * slope[i]);
    return at(next, slope, momentum, value);
  };
  /** Betancourt 2017, A.4.2: the ends still move along the sum of momenta. */
  const movesApart = (a: Point, b: Point, momenta: readonly number[]): boolean =>
    dot(velocity(a.p), momenta) > 0 && dot(velocity(b.p), momenta) > 0;
  const goesOn = (left: Stretch, right: Stretch): boolean =>
    movesApart(left.first, right.last, plus(left.momenta, right.momenta)) &&
    movesApart(left.first, right.first, plus(left.momenta, right.first.p)) &&
    movesApart(left.last, right.last, plus(right.momenta, left.last.p));
  const logSum = (a: number, b: number): number => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));

  const g = new Float64Array(energy.dim);
  const value = energy.valueAndGradient(from, g);
  const p = new Float64Array(energy.dim);
  random.fillNormal(p);
  metric.momentum(p, p);
  const start = at(from.slice(), g, p, value);

  const build = (tip: Point, depth: number, eps: number): Stretch | undefined => {
    if (depth === 0) {
      const leaf = leapfrog(tip, eps);
      const error = leaf.h - start.h;
      leapfrogSteps++;
      acceptances += Number.isFinite(error) ? Math.min(1, Math.exp(-error)) : 0;
      if (!(Math.abs(error) <= maxEnergyError)) {
        diverging = true;
        return undefined;
      }
      return { first: leaf, last: leaf, drawn: leaf, logWeight: -error, momenta: Array.from(leaf.p) };
    }
    const left = build(tip, depth - 1, eps);
    if (left === undefined) return undefined;
    const right = build(left.last, depth - 1, eps);
    if (right === undefined) return undefined;
    const logWeight = logSum(left.logWeight, right.logWeight);
    const drawn = random.uniform() < Math.exp(right.logWeight - logWeight) ? right.drawn : left.drawn;
    if (!goesOn(left, right)) return undefined;
    const momenta = plus(left.momenta, right.momenta);
    return { first: left.first, last: right.last, drawn, logWeight, momenta };
  };

  let whole: Stretch = { first: start, last: start, drawn: start, logWeight: 0, momenta: Array.from(start.p) };
  let depth = 0;
  while (depth < maxTreeDepth) {
    const forward = random.uniform() < 0.5;
    const half = build(forward ? whole.last : whole.first, depth, forward ? stepSize : -stepSize);
    if (half === undefined) break;
    // Seen from where the new half begins, so that it is always the second of the two.
    const old = forward ? whole : { ...whole, first: whole.last, last: whole.first };
    const drawn = random.uniform() < Math.exp(half.logWeight - whole.logWeight) ? half.drawn : whole.drawn;
    const both: Stretch = {
      first: old.first,
      last: half.last,
      drawn,
      logWeight: logSum(whole.logWeight, half.logWeight),
      momenta: plus(whole.momenta, half.momenta),
    };
    depth++;
    const moves = goesOn(old, half);
    whole = forward ? both : { ...both, first: both.last, last: both.first };
    if (!moves) break;
  }
  return {
    position: whole.drawn.q,
    energy: whole.drawn.energy,
    depth,
    leapfrogSteps,
    acceptance: acceptances / leapfrogSteps,
    diverging,
    hamiltonian: whole.drawn.h,
    energyError: whole.drawn.h - start.h,
  };
}
