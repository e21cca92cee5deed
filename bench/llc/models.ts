// Singular models whose estimates are known exactly at every temperature, each twice: the bare loss K(w), and the same K as the regression of
// noise on a map that is 0 at the truth, on rows whose Gram matrix is the identity and whose noise is orthogonal to them. Then
// L_n(w) = L_n(0) + K(w) to rounding, whatever the data, and mini-batches of them have the noise that mini-batches have.

import { known, type Loss, loss, stream, type Tensor, tensor } from "../../src/index.js";
import type { KnownAnswer, Moments } from "../../src/llc/known/index.js";

export interface Model {
  readonly name: string;
  /** K(w), without data. */
  readonly bare: Loss;
  /** The same and a constant, as the mean over rows. */
  readonly onRows: Loss;
  readonly center: Float64Array;
  /** The precision of localisation that all estimates are made with. */
  readonly gamma: number;
  /** Moments of nbeta K under the tempered, localised law. */
  expected(nbeta: number): Moments;
  /** The functional variance of `onRows`, sum over rows of Var log p(row | w), where it is an expression of these moments. */
  readonly functionalVariance?: (nbeta: number) => number;
}

/** A model's map M(w), `[outputs, inputs]`: K is half the sum of its squares. */
interface Regression {
  readonly name: string;
  readonly answer: KnownAnswer;
  readonly inputs: number;
  readonly outputs: number;
  map(w: Tensor): Tensor;
  /** Where M has the law of -M, and one number: all that the functional variance needs. */
  readonly symmetricNumber?: boolean;
}

export const DATA_SIZE = 1000;
const GAMMA = 1;
const curvatures = [4, 1, 0.1, 0.01];

const product = (w: Tensor, powers: readonly number[]): Tensor =>
  w
    .unstack()
    .map((x, i) => x.pow(powers[i]))
    .reduce((all, factor) => all.mul(factor))
    .reshape([1, 1]);

const regressions: readonly Regression[] = [
  {
    name: "quadratic, d = 4",
    answer: known.quadratic({ curvatures }),
    ...{ inputs: 4, outputs: 1 },
    map: (w) => w.mul(tensor.constant(curvatures.map(Math.sqrt))).reshape([1, 4]),
  },
  {
    name: "w1^4 + w2^2",
    answer: known.powers({ powers: [4, 2], coefficients: [0.5, 0.5] }),
    ...{ inputs: 2, outputs: 1 },
    map: (w) => tensor.stack([w.at(0).square(), w.at(1)]).reshape([1, 2]),
  },
  {
    name: "w1^6 + w2^2",
    answer: known.powers({ powers: [6, 2], coefficients: [0.5, 0.5] }),
    ...{ inputs: 2, outputs: 1 },
    map: (w) => tensor.stack([w.at(0).pow(3), w.at(1)]).reshape([1, 2]),
  },
  {
    name: "w1^2 w2^2",
    answer: known.normalCrossing({ exponents: [1, 1], coefficient: 0.5 }),
    ...{ inputs: 1, outputs: 1, symmetricNumber: true },
    map: (w) => product(w, [1, 1]),
  },
  {
    name: "w1^2 w2^4",
    answer: known.normalCrossing({ exponents: [1, 2], coefficient: 0.5 }),
    ...{ inputs: 1, outputs: 1, symmetricNumber: true },
    map: (w) => product(w, [1, 2]),
  },
  {
    name: "reduced rank 3-2-4",
    answer: known.reducedRankRegression({ inputs: 3, hidden: 2, outputs: 4 }),
    ...{ inputs: 3, outputs: 4 },
    map: (w) =>
      w
        .slice(6, 14)
        .reshape([4, 2])
        .matmul(w.slice(0, 6).reshape([2, 3])),
  },
  {
    name: "deep linear 1-1-1-1",
    answer: known.deepLinear({ widths: [1, 1, 1, 1] }),
    ...{ inputs: 1, outputs: 1, symmetricNumber: true },
    map: (w) => product(w, [1, 1, 1]),
  },
];

export const models: readonly Model[] = regressions.map(modelOf);

function modelOf({ name, answer, inputs, outputs, map, symmetricNumber = false }: Regression): Model {
  const { x, e } = orthogonalRows(name, inputs, outputs);
  const { loss: bare, center, dim, expected } = answer;
  if (bare === undefined || center === undefined || expected === undefined)
    throw new Error(`bench: ${name} is not known`);
  const onRows = loss(
    dim,
    DATA_SIZE,
    (w, rows) =>
      rows.e
        .sub(rows.x.matmul(map(w).transpose()))
        .square()
        .sum(1)
        .mean()
        .mul(0.5),
    { x: { values: x, shape: [DATA_SIZE, inputs] }, e: { values: e, shape: [DATA_SIZE, outputs] } },
  );
  checkSame(name, bare, onRows);
  const seen = new Map<number, Moments>();
  const moments = (nbeta: number): Moments => {
    const found = seen.get(nbeta) ?? expected({ nbeta, gamma: GAMMA });
    seen.set(nbeta, found);
    return found;
  };
  return {
    ...{ name, bare, onRows, center, gamma: GAMMA, expected: moments },
    ...(symmetricNumber && { functionalVariance: (nbeta: number) => ofNumber(moments(nbeta), nbeta, x, e) }),
  };
}

/**
 * Of log p = -(e - m x)^2 / 2 with a number m of symmetric law: e^2 x^2 Var(m) + x^4 Var(m^2) / 4 of each row, where m^2 = 2 K. The mixed
 * term, of Cov(m, m^2), is 0.
 */
function ofNumber({ mean, variance }: Moments, nbeta: number, x: Float64Array, e: Float64Array): number {
  return x.reduce((sum, xi, i) => sum + (xi * e[i]) ** 2 * ((2 * mean) / nbeta) + xi ** 4 * (variance / nbeta ** 2), 0);
}

/** Normal numbers, column after column made orthogonal to those before and given the mean square 1; all deterministic. */
function orthogonalRows(name: string, inputs: number, outputs: number): { x: Float64Array; e: Float64Array } {
  const random = stream(1, `rows of ${name}`);
  const columns: Float64Array[] = [];
  for (let j = 0; j < inputs + outputs; j++) {
    const column = new Float64Array(DATA_SIZE);
    random.fillNormal(column);
    // Twice, so that rounding is all that is left.
    for (let pass = 0; pass < 2; pass++) {
      for (const before of columns) {
        const along = dot(column, before) / DATA_SIZE;
        for (let i = 0; i < DATA_SIZE; i++) column[i] -= along * before[i];
      }
    }
    const scale = Math.sqrt(DATA_SIZE / dot(column, column));
    columns.push(column.map((value) => scale * value));
  }
  const rows = (from: number, to: number): Float64Array =>
    Float64Array.from(
      { length: DATA_SIZE * (to - from) },
      (_, k) => columns[from + (k % (to - from))][Math.floor(k / (to - from))],
    );
  return { x: rows(0, inputs), e: rows(inputs, inputs + outputs) };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** A wrong model would show as a biased estimator. */
function checkSame(name: string, bare: Loss, onRows: Loss): void {
  const random = stream(2, name);
  const w = new Float64Array(bare.dim);
  const atCenter = onRows.value(w);
  for (let place = 0; place < 5; place++) {
    random.fillNormal(w);
    const K = bare.value(w);
    if (!(Math.abs(onRows.value(w) - atCenter - K) <= 1e-10 * (1 + K)))
      throw new Error(`bench: ${name} has two losses`);
  }
}
