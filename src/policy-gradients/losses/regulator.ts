// The linear-quadratic regulator: x' = A x + B u at a cost of x'Qx + u'Ru a step. Its best policy is linear (Riccati), the cost of any
// linear policy is exact (Lyapunov), and near the best gain the regret of a deep linear policy is equivalent to that of the one-step linear
// task: the same learning coefficient.

import { integerAtLeast, knownOptions, positiveNumber, refuse } from "../../arguments/index.js";
import { loss } from "../../networks/index.js";
import { parameterNames } from "../../networks/network.js";
import { constant, type Tensor } from "../../tensor/index.js";
import { checkHidden, factorsOf, gainOf, linearPolicy, type Matrix, matrixOf } from "./linear-policy.js";
import type { LinearPolicyLoss } from "./linear-task.js";

export interface RegulatorOptions {
  /** `[states, states]`: where a state goes by itself. */
  readonly A: Matrix;
  /** `[states, actions]` */
  readonly B: Matrix;
  /** `[states, states]`, symmetric and not negative: what a state costs. */
  readonly Q: Matrix;
  /** `[actions, actions]`, symmetric and positive: what an action costs. */
  readonly R: Matrix;
  /** In (0, 1]; 1 where left out. */
  readonly discount?: number;
  /** Second moments `[states, states]` of the first state; the identity where left out. */
  readonly covariance?: Matrix;
  /** Widths between the state and the action; `[]`, where left out, is a policy of one layer. */
  readonly hidden?: readonly number[];
  /** The n that decides temperatures; 1000 where left out. */
  readonly dataSize?: number;
}

/** The exact regret of linear policies in it. */
export interface RegulatorLoss extends LinearPolicyLoss {
  /** The mean discounted cost of the best policy, `trace(P covariance)`. */
  readonly optimalCost: number;
  /** P of Riccati's equation, `[states, states]`: the best cost from x is x'Px. */
  readonly costMatrix: readonly (readonly number[])[];
}

/** 2^30 steps: a closed loop whose slowest part shrinks by a millionth a step is summed to the last digit. */
const DOUBLINGS = 30;
const MOST_ITERATIONS = 100_000;

/**
 * The regret of the policy `u = W_L ... W_1 x` without a horizon: its mean discounted cost less the least one, as `trace(S (K - K*)' (R +
 * discount B'PB) (K - K*))` with S the discounted second moments of the states that K meets (Fazel et al. 2018, arXiv:1801.05039), so that
 * nothing cancels near the best gain. It is infinite where K does not stabilise. Throws where shapes do not fit or the best gain cannot be
 * found, as where no gain stabilises.
 * @example
 * const { optimalGain } = regulatorLoss({ A: [[1]], B: [[1]], Q: [[1]], R: [[1]] }); // -0.618: the golden ratio
 */
export function regulatorLoss(options: RegulatorOptions): RegulatorLoss {
  const where = "regulatorLoss";
  knownOptions(where, options, ["A", "B", "Q", "R", "discount", "covariance", "hidden", "dataSize"]);
  const states = options.A?.length;
  const A = matrixOf(where, "A", options.A, states, states);
  const B = matrixOf(where, "B", options.B, states);
  const actions = B[0].length;
  const Q = symmetric(where, "Q", matrixOf(where, "Q", options.Q, states, states));
  const R = symmetric(where, "R", matrixOf(where, "R", options.R, actions, actions));
  const identity = A.map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
  const covariance = matrixOf(where, "covariance", options.covariance ?? identity, states, states);
  const discount = positiveNumber(where, "discount", options.discount ?? 1);
  if (discount > 1) refuse(where, "discount", "a number above 0 and at most 1", discount);
  const hidden = checkHidden(where, options.hidden ?? []);
  const dataSize = integerAtLeast(where, "dataSize", options.dataSize ?? 1000, 1);

  const { costMatrix, optimalGain } = riccati(where, A, B, Q, R, discount);
  const network = linearPolicy(states, hidden, actions);
  const [stateMap, actionMap, best] = [A, B, optimalGain].map((matrix) => constant(matrix));
  const weight = constant(sum(R, scaled(discount, product(transposed(B), product(costMatrix, B)))));
  const regret = (w: Tensor): Tensor => {
    const gain = gainOf(network, w);
    const apart = gain.sub(best);
    let step = stateMap.add(actionMap.matmul(gain)).mul(Math.sqrt(discount));
    let met: Tensor = constant(covariance);
    // Smith 1968: after k doublings the sum has 2^k steps.
    for (let k = 0; k < DOUBLINGS; k++) {
      met = met.add(step.matmul(met).matmul(step.transpose()));
      step = step.matmul(step);
    }
    const cost = apart.transpose().matmul(weight).matmul(apart).mul(met).sum();
    return step.square().sum().less(1).where(cost, Number.POSITIVE_INFINITY);
  };
  const names = parameterNames(network.layout);
  const initialize: LinearPolicyLoss["initialize"] = (random) => network.initialize(random);
  return {
    ...loss(network.dim, dataSize, regret, {}, { names, initialize }),
    network,
    optimalGain,
    ...factorsOf(where, optimalGain, hidden),
    costMatrix,
    optimalCost: trace(product(costMatrix, covariance)),
  };
}

type Rows = number[][];

/** Value iteration of P = Q + discount A'PA - discount^2 A'PB (R + discount B'PB)^-1 B'PA, and the gain at its end. */
function riccati(
  where: string,
  A: Rows,
  B: Rows,
  Q: Rows,
  R: Rows,
  discount: number,
): { costMatrix: Rows; optimalGain: Rows } {
  const gainAt = (P: Rows): Rows => {
    const PA = scaled(discount, product(transposed(B), product(P, A)));
    const weight = sum(R, scaled(discount, product(transposed(B), product(P, B))));
    return scaled(-1, solved(where, weight, PA));
  };
  let P = Q;
  for (let k = 0; k < MOST_ITERATIONS; k++) {
    const K = gainAt(P);
    const closed = sum(A, product(B, K));
    // Joseph's form keeps P symmetric and not negative.
    const effort = product(transposed(K), product(R, K));
    const next = sum(sum(Q, effort), scaled(discount, product(transposed(closed), product(P, closed))));
    const moved = Math.max(...next.flat().map((x, i) => Math.abs(x - P.flat()[i])));
    const size = Math.max(...next.flat().map(Math.abs));
    P = next;
    if (!Number.isFinite(size)) break;
    if (moved <= 1e-14 * size) return { costMatrix: P, optimalGain: gainAt(P) };
  }
  throw new RangeError(`${where}: no best gain was found; is there a gain that stabilises A + B K?`);
}

function symmetric(where: string, name: string, matrix: Rows): Rows {
  matrix.forEach((row, i) => {
    row.forEach((x, j) => {
      if (x !== matrix[j][i]) refuse(where, `${name}[${i}][${j}]`, `equal to ${name}[${j}][${i}]`, x);
    });
  });
  return matrix;
}

function product(a: Rows, b: Rows): Rows {
  return a.map((row) => b[0].map((_, j) => row.reduce((total, x, k) => total + x * b[k][j], 0)));
}

function transposed(a: Rows): Rows {
  return a[0].map((_, j) => a.map((row) => row[j]));
}

function sum(a: Rows, b: Rows): Rows {
  return a.map((row, i) => row.map((x, j) => x + b[i][j]));
}

function scaled(factor: number, a: Rows): Rows {
  return a.map((row) => row.map((x) => factor * x));
}

function trace(a: Rows): number {
  return a.reduce((total, row, i) => total + row[i], 0);
}

/** X of M X = Y for a symmetric positive M, whose pivots then are positive. */
function solved(where: string, M: Rows, Y: Rows): Rows {
  const left = M.map((row) => [...row]);
  const right = Y.map((row) => [...row]);
  const n = left.length;
  for (let k = 0; k < n; k++) {
    if (!(left[k][k] > 0)) refuse(where, "R", "positive definite", M);
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = left[i][k] / left[k][k];
      for (let j = k; j < n; j++) left[i][j] -= factor * left[k][j];
      right[i] = right[i].map((x, j) => x - factor * right[k][j]);
    }
  }
  return right.map((row, k) => row.map((x) => x / left[k][k]));
}
