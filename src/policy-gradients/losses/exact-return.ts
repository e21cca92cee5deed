// The exact return of a finite decision process as an expression of its policy, so that it has derivatives of every order: Bellman's equations
// (I - discount P) V = r, solved by elimination for all parts of the process at once that do not lead into each other.

import { constant, type Tensor } from "../../tensor/index.js";
import type { DecisionProcess } from "../environments/decision-process.js";

/** What can be met from the states that episodes begin in, in parts that no transition joins. */
export interface ReachableParts {
  /** Numbers of the states that can be met, ascending. */
  readonly states: Int32Array;
  /** Of each of them: its part, and its place in it. */
  readonly part: Int32Array;
  readonly place: Int32Array;
  readonly parts: number;
  /** States of the largest part. */
  readonly size: number;
}

/** The parts of a process that begins in the states of positive weight. */
export function reachableParts(process: DecisionProcess, start: ArrayLike<number>): ReachableParts {
  const { states: count, actions, outcomes, next, probability } = process;
  const reached = new Uint8Array(count);
  const open = Array.from({ length: count }, (_, s) => s).filter((s) => start[s] > 0);
  for (const s of open) reached[s] = 1;
  /** Forests of states that belong together: each points towards its root. */
  const root = Int32Array.from({ length: count }, (_, s) => s);
  const rootOf = (s: number): number => {
    let at = s;
    while (root[at] !== at) at = root[at] = root[root[at]];
    return at;
  };
  while (open.length > 0) {
    const s = open.pop()!;
    for (let k = s * actions * outcomes; k < (s + 1) * actions * outcomes; k++) {
      const to = next[k];
      if (to < 0 || probability[k] === 0) continue;
      root[rootOf(to)] = rootOf(s);
      if (reached[to] === 1) continue;
      reached[to] = 1;
      open.push(to);
    }
  }
  const states = Int32Array.from(reached.keys()).filter((s) => reached[s] === 1);
  const numbers = new Map<number, number>();
  const sizes: number[] = [];
  const part = new Int32Array(states.length);
  const place = new Int32Array(states.length);
  states.forEach((s, i) => {
    const tree = rootOf(s);
    if (!numbers.has(tree)) numbers.set(tree, sizes.push(0) - 1);
    part[i] = numbers.get(tree)!;
    place[i] = sizes[part[i]]++;
  });
  return { states, part, place, parts: sizes.length, size: Math.max(0, ...sizes) };
}

/**
 * The mean discounted return, a scalar, under `policy`, probabilities `[reachable.states, actions]`, of episodes whose first states have these
 * weights; `bonus`, `[reachable.states]`, is added to the reward of every step made in a state.
 *
 * It is the Schur complement of the matrix bordered by rewards and starts, [[I - discount P, r], [-start', 0]], which elimination leaves in the
 * corner. The parts lie side by side along the last axis. Nothing is exchanged: the matrix is dominated by its diagonal and stays so.
 */
export function exactReturn(
  process: DecisionProcess,
  reachable: ReachableParts,
  start: ArrayLike<number>,
  policy: Tensor,
  bonus?: Tensor,
): Tensor {
  const { actions, outcomes, next, probability, reward, discount } = process;
  const { states, part, place, parts, size } = reachable;
  const order = size + 1;
  const entry = (row: number, column: number, p: number): number => (row * order + column) * parts + p;
  const indexOf = new Map(Array.from(states, (s, i) => [s, i]));

  // A part with fewer states than the largest has rows of the identity that nothing enters.
  const fixed = new Float64Array(order * order * parts);
  for (let i = 0; i < size; i++) for (let p = 0; p < parts; p++) fixed[entry(i, i, p)] = 1;
  const [from, to, factor]: [number[], number[], number[]] = [[], [], []];
  states.forEach((s, i) => {
    fixed[entry(size, place[i], part[i])] = -start[s];
    for (let a = 0, k = s * actions * outcomes; a < actions; a++) {
      for (let outcome = 0; outcome < outcomes; outcome++, k++) {
        const p = probability[k];
        if (next[k] >= 0 && p > 0) {
          from.push(i * actions + a);
          to.push(entry(place[i], place[indexOf.get(next[k])!], part[i]));
          factor.push(-discount * p);
        }
        if (reward[k] !== 0 && p > 0) {
          from.push(i * actions + a);
          to.push(entry(place[i], size, part[i]));
          factor.push(p * reward[k]);
        }
      }
    }
  });
  const added = (values: Tensor, places: readonly number[]): Tensor =>
    values.scatterAdd(constant(places), fixed.length);
  let bordered = constant(fixed);
  if (from.length > 0) {
    const chosen = policy.reshape([states.length * actions]).gather(constant(from));
    bordered = bordered.add(added(chosen.mul(constant(factor)), to));
  }
  if (bonus !== undefined) {
    const column = Array.from(states, (_, i) => entry(place[i], size, part[i]));
    bordered = bordered.add(added(bonus, column));
  }
  let rest = bordered.reshape([order, order, parts]);
  for (let left = order; left > 1; left--) {
    const pivotRow = rest.slice(0, 1);
    const below = rest.slice(1, left);
    const multipliers = below.slice(0, 1, 1).div(pivotRow.slice(0, 1, 1));
    rest = below.slice(1, left, 1).sub(multipliers.mul(pivotRow.slice(1, left, 1)));
  }
  return rest.sum();
}
