// The tree of the No-U-Turn sampler (Hoffman and Gelman 2014) in its multinomial form (Betancourt 2017, appendix A): a trajectory that
// is doubled, forward or backward in time, until a part of it turns. A doubling is built leaf by leaf: what would be recursion is a
// list of the subtrees that wait for a neighbour of their size, one per level, as the ones of a binary counter.

import type { Random } from "../random/random.js";
import { foursGoOn, type Orbit, pairGoesOn } from "./orbit.js";

/** What the last `grow` found. */
export interface TreeResult {
  /** The point of the orbit that is the new state. */
  selected: number;
  /** Doublings that were completed. */
  depth: number;
  leapfrogSteps: number;
  /** The mean of min(1, exp(H0 - H)) over the leaves, all that were built. */
  acceptance: number;
  diverging: boolean;
}

export interface Tree {
  readonly result: Readonly<TreeResult>;
  /** Grows a tree from the orbit's point 0. */
  grow(random: Random): void;
}

/** Points that a tree of such depth may have in hand: three for each waiting subtree, and those of the trajectory and of the newest leaf. */
export function pointsOf(maxTreeDepth: number): number {
  return 3 * (maxTreeDepth + 2);
}

/** Sums of momenta: two for each level, of which the lowest two need none and lend the trajectory one. */
export function sumsOf(maxTreeDepth: number): number {
  return 2 * (maxTreeDepth + 1);
}

/** The sum of the trajectory's momenta. */
const TRAJECTORY = 0;

/** Weights are exp(H0 - H); beyond exp of this they are counted from another energy. */
const MOST_LOG_WEIGHT = 600;

export function nutsTree(orbit: Orbit, maxTreeDepth: number, maxEnergyError: number): Tree {
  const { points, potential, kinetic } = orbit;
  const result: TreeResult = { selected: 0, depth: 0, leapfrogSteps: 0, acceptance: 0, diverging: false };

  // The waiting subtree of 2^level leaves: its first and last leaf, the one drawn from it, and its weight.
  const first = new Int32Array(maxTreeDepth + 1);
  const last = new Int32Array(maxTreeDepth + 1);
  const drawn = new Int32Array(maxTreeDepth + 1);
  const weight = new Float64Array(maxTreeDepth + 1);

  // Points in use, by how many parts they play (first, last, drawn), and those that are free.
  const parts = new Int32Array(points);
  const free = new Int32Array(points);
  let freePoints = 0;

  // In an array, because numbers that closures share are boxed anew at each write.
  const now = new Float64Array(5);
  const [START, LOG_UNIT, TRAJECTORY_WEIGHT, ACCEPTANCES, NEW_WEIGHT] = [0, 1, 2, 3, 4];

  function release(point: number): void {
    if (--parts[point] === 0) free[freePoints++] = point;
  }

  /** A new leaf beside `from`, of weight `newWeight`, or -1 where the energy is lost there. */
  function leaf(from: number, forward: boolean): number {
    const point = free[--freePoints];
    parts[point] = 3;
    orbit.leap(from, point, forward);
    const error = potential[point] + kinetic[point] - now[START];
    result.leapfrogSteps++;
    if (!(Math.abs(error) <= maxEnergyError)) {
      if (Number.isFinite(error)) now[ACCEPTANCES] += Math.min(1, Math.exp(-error));
      result.diverging = true;
      return -1;
    }
    const ratio = Math.exp(-error);
    now[ACCEPTANCES] += ratio < 1 ? ratio : 1;
    if (-error - now[LOG_UNIT] > MOST_LOG_WEIGHT) countFrom(-error);
    now[NEW_WEIGHT] = now[LOG_UNIT] === 0 ? ratio : Math.exp(-error - now[LOG_UNIT]);
    return point;
  }

  /** From now on weights are exp(H0 - H - log): such an energy is met where a trajectory comes down from a bad start. */
  function countFrom(log: number): void {
    const factor = Math.exp(now[LOG_UNIT] - log);
    now[TRAJECTORY_WEIGHT] *= factor;
    for (let level = 0; level <= maxTreeDepth; level++) weight[level] *= factor;
    now[LOG_UNIT] = log;
  }

  /**
   * Builds the 2^depth leaves beside the point `edge` and leaves them as the waiting subtree of that level. False where a part of them
   * turns or diverges. Hot: beside the leaves themselves, one test of a U-turn per leaf on average.
   */
  function double(depth: number, edge: number, forward: boolean, random: Random): boolean {
    const leaves = 2 ** depth;
    let tip = edge;
    for (let n = 0; n < leaves; n++) {
      tip = leaf(tip, forward);
      if (tip < 0) return false;
      let begin = tip;
      let chosen = tip;
      let own = now[NEW_WEIGHT];
      let level = 0;
      // Bit k of n says whether a subtree waits at level k.
      for (; ((n >> level) & 1) === 1; level++) {
        const total = weight[level] + own;
        if (random.uniform() * total < own) release(drawn[level]);
        else {
          release(chosen);
          chosen = drawn[level];
        }
        own = total;
        const sum = 2 * (level + 1) + ((n >> (level + 1)) & 1);
        const goesOn =
          level === 0
            ? pairGoesOn(orbit, first[0], tip)
            : level === 1
              ? foursGoOn(orbit, first[1], last[1], last[1], begin, tip, sum)
              : orbit.goesOn(first[level], last[level], 2 * level, begin, tip, 2 * level + 1, sum);
        if (!goesOn) return false;
        release(last[level]);
        release(begin);
        begin = first[level];
      }
      first[level] = begin;
      last[level] = tip;
      drawn[level] = chosen;
      weight[level] = own;
    }
    return true;
  }

  return {
    result,
    grow(random) {
      parts[0] = 3;
      freePoints = 0;
      for (let point = points - 1; point > 0; point--) free[freePoints++] = point;
      now[START] = potential[0] + kinetic[0];
      now[LOG_UNIT] = 0;
      now[TRAJECTORY_WEIGHT] = 1;
      now[ACCEPTANCES] = 0;
      result.leapfrogSteps = 0;
      result.diverging = false;

      let [left, right, selected, depth] = [0, 0, 0, 0];
      for (let goesOn = true; goesOn && depth < maxTreeDepth; ) {
        const forward = random.uniform() < 0.5;
        const near = forward ? right : left;
        const far = forward ? left : right;
        if (!double(depth, near, forward, random)) break;
        const [begin, tip] = [first[depth], last[depth]];
        // Biased towards the new half (Betancourt 2017, A.3.2): taken with probability min(1, new weight / old weight).
        if (random.uniform() * now[TRAJECTORY_WEIGHT] < weight[depth]) {
          release(selected);
          selected = drawn[depth];
        } else release(drawn[depth]);
        now[TRAJECTORY_WEIGHT] += weight[depth];
        goesOn =
          depth === 0
            ? pairGoesOn(orbit, near, tip)
            : depth === 1
              ? foursGoOn(orbit, far, near, near === 0 ? far : near, begin, tip, TRAJECTORY)
              : orbit.goesOn(far, near, TRAJECTORY, begin, tip, 2 * depth, TRAJECTORY);
        release(near);
        release(begin);
        if (forward) right = tip;
        else left = tip;
        depth++;
      }
      result.selected = selected;
      result.depth = depth;
      result.acceptance = now[ACCEPTANCES] / result.leapfrogSteps;
    },
  };
}
