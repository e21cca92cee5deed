// A loss is the plain mean over its rows, however they are cut into blocks.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Column, type Loss, loss, lossFromSource, type Rows } from "../../src/networks/index.js";
import { stream } from "../../src/random/index.js";
import type { Tensor } from "../../src/tensor/index.js";
import { assertClose, differences } from "../energies/differences.js";

/** Robust regression: the mean of log cosh of the residuals of `w0 + w1 x + w2 x^2`. */
function regression(n: number): { readonly loss: Loss; readonly x: Float64Array; readonly y: Float64Array } {
  const random = stream(6, "rows", n);
  const [x, y] = [new Float64Array(n), new Float64Array(n)];
  random.fillNormal(x);
  random.fillNormal(y);
  const f = (w: Tensor, rows: Rows): Tensor => {
    const [w0, w1, w2] = w.unstack();
    const residual = rows.y.sub(rows.x.mul(w1).add(rows.x.square().mul(w2)).add(w0));
    // log cosh r = |r| + log(1 + exp(-2 |r|)) - log 2, written without a kink.
    return residual.add(residual.mul(-2).softplus()).sub(Math.LN2).mean();
  };
  return { loss: loss(3, n, f, { x, y }), x, y };
}

const w = Float64Array.of(0.3, -0.7, 0.2);

function meanByHand(x: Float64Array, y: Float64Array, rows: ArrayLike<number>): { value: number; gradient: number[] } {
  const gradient = [0, 0, 0];
  let value = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    const residual = y[row] - (w[0] + w[1] * x[row] + w[2] * x[row] ** 2);
    value += Math.log(Math.cosh(residual)) / rows.length;
    for (let k = 0; k < 3; k++) gradient[k] -= (Math.tanh(residual) * x[row] ** k) / rows.length;
  }
  return { value, gradient };
}

const everyRow = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i);

for (const n of [1, 2, 127, 128, 129, 300]) {
  test(`over ${n} rows value and gradient are the mean's`, () => {
    const { loss: fit, x, y } = regression(n);
    const expected = meanByHand(x, y, everyRow(n));
    const gradient = new Float64Array(3).fill(Number.NaN);
    assertClose([fit.value(w)], [expected.value], 1e-13);
    assertClose([fit.valueAndGradient(w, gradient)], [expected.value], 1e-13);
    assertClose(gradient, expected.gradient, 1e-13);
    assertClose(gradient, differences(fit.value, w), 1e-10);
  });

  test(`all ${n} rows in their order are the whole loss, bit for bit`, () => {
    const { loss: fit } = regression(n);
    const [all, chosen] = [new Float64Array(3), new Float64Array(3).fill(Number.NaN)];
    assert.equal(fit.onRows(w, everyRow(n), chosen), fit.valueAndGradient(w, all));
    assert.deepEqual(chosen, all);
  });
}

test("over any rows, in any order and more than once, value and gradient are their mean's", () => {
  const { loss: fit, x, y } = regression(300);
  const gradient = new Float64Array(3);
  fc.assert(
    fc.property(fc.array(fc.nat(299), { minLength: 1, maxLength: 400 }), (numbers) => {
      const rows = Uint32Array.from(numbers);
      const expected = meanByHand(x, y, rows);
      assertClose([fit.onRows(w, rows, gradient)], [expected.value], 1e-13);
      assertClose(gradient, expected.gradient, 1e-13);
    }),
    { seed: 1, numRuns: 40 },
  );
});

test("the mean over all batches of a partition is the whole loss", () => {
  const { loss: fit } = regression(300);
  const order = stream(2).permutation(300);
  const [whole, part, sum] = [new Float64Array(3), new Float64Array(3), new Float64Array(3)];
  let total = 0;
  for (let first = 0; first < 300; first += 50) {
    total += fit.onRows(w, order.subarray(first, first + 50), part) / 6;
    part.forEach((g, i) => {
      sum[i] += g / 6;
    });
  }
  assertClose([total], [fit.valueAndGradient(w, whole)], 1e-14);
  assertClose(sum, whole, 1e-14);
});

test("without data the expression itself is the loss, whatever the rows", () => {
  const well = loss(2, 1000, (q) => q.square().sum().mul(0.5));
  const [at, gradient] = [Float64Array.of(3, 4), new Float64Array(2)];
  assert.deepEqual([well.dim, well.dataSize, well.value(at)], [2, 1000, 12.5]);
  assert.equal(well.valueAndGradient(at, gradient), 12.5);
  assert.deepEqual(gradient, Float64Array.of(3, 4));
  assert.equal(well.onRows(at, Uint32Array.of(1, 7, 8), gradient.fill(0)), 12.5);
  assert.deepEqual(gradient, Float64Array.of(3, 4));
});

test("columns may have any number of axes", () => {
  const values = Float64Array.from({ length: 5 * 2 * 3 }, (_, i) => i);
  const total = loss(1, 5, (q, { x }) => x.sum([1, 2]).mean().mul(q.sum()), { x: { values, shape: [5, 2, 3] } });
  assert.equal(total.value(Float64Array.of(1)), values.reduce((a, b) => a + b) / 5);
});

test("a loss in single precision is returned in double", () => {
  const single = loss(1, 2, (q, { x }) => x.sub(q).cast("f32").square().mean(), { x: [1, 2] });
  const gradient = new Float64Array(1);
  assert.equal(single.valueAndGradient(Float64Array.of(0), gradient), 2.5);
  assert.equal(gradient[0], -3);
});

test("a loss survives structuredClone of its source bit for bit, over the same memory", () => {
  const { loss: fit } = regression(300);
  const source = structuredClone(fit.source);
  const rebuilt = lossFromSource(source);
  assert.deepEqual([rebuilt.dim, rebuilt.dataSize, rebuilt.names], [fit.dim, fit.dataSize, fit.names]);
  assert.equal(rebuilt.value(w), fit.value(w));
  const [ours, theirs] = [new Float64Array(3), new Float64Array(3)];
  assert.equal(rebuilt.valueAndGradient(w, ours), fit.valueAndGradient(w, theirs));
  assert.deepEqual(ours, theirs);
  const rows = stream(1).permutation(300).subarray(0, 77);
  assert.equal(rebuilt.onRows(w, rows, ours), fit.onRows(w, rows, theirs));
  assert.deepEqual(ours, theirs);
  for (const column of ["x", "y"]) assert.ok(source.data[column].values.buffer instanceof SharedArrayBuffer);
});

test("the data is copied when the loss is made", () => {
  const y = [1, 2, 6];
  const fit = loss(1, 3, (q, rows) => rows.y.sub(q).square().mean().mul(0.5), { y });
  y[0] = 100;
  assertClose([fit.value(Float64Array.of(3))], [14 / 6], 1e-15);
});

test("parameters have names", () => {
  const f = (q: Tensor): Tensor => q.sum();
  assert.deepEqual(loss(2, 1, f).names, ["w[0]", "w[1]"]);
  assert.deepEqual(loss(2, 1, f, {}, { names: ["a", "b"] }).names, ["a", "b"]);
});

const make = loss as (...parts: unknown[]) => Loss;
const square = (q: Tensor): Tensor => q.square().sum();
const withColumn = (y: unknown, n = 3): (() => Loss) => {
  return () => make(1, n, (q: Tensor, rows: Rows) => rows.y.sub(q.reshape([])).square().mean(), { y: y as Column });
};

const refusals: readonly (readonly [string, () => unknown, RegExp])[] = [
  ["dim 0", () => make(0, 1, square), /^loss: dim must be a positive integer, got 0/],
  ["dataSize 0", () => make(1, 0, square), /^loss: dataSize must be a positive integer, got 0/],
  ["dataSize left out", () => make(1, square), /^loss: dataSize must be a positive integer, got a function/],
  ["no function", () => make(1, 1, 7), /^loss: f must be a function of parameters and rows, got 7/],
  ["a value that is no tensor", () => make(1, 1, () => 0), /^loss: the value of f must be a tensor, got 0/],
  [
    "a value for every row",
    () => make(1, 3, (q: Tensor, rows: Rows) => rows.y.sub(q), { y: [1, 2, 3] }),
    /^loss: the value of f must be a scalar, the mean over the rows, got shape \[2\]/,
  ],
  ["data null", () => make(1, 1, square, null), /^loss: data must be a record of columns, got null/],
  ["options null", () => make(1, 1, square, {}, null), /^loss: options must be an object, got null/],
  ["an unknown option", () => make(1, 1, square, {}, { init: 1 }), /^loss: there is no option "init"; the options are/],
  ["too few names", () => make(2, 1, square, {}, { names: ["a"] }), /^loss: names must be 2 strings, got a list/],
  [
    "a column that is not there",
    () => make(1, 2, (w: Tensor, { z }: Rows) => w.sum().mul(z.mean()), { y: [1, 2] }),
    /^loss: there is no column "z"; the columns are y$/,
  ],
  ["names that are none", () => make(1, 1, square, {}, { names: [7] }), /^loss: names must be 1 strings/],
  ["initialize", () => make(1, 1, square, {}, { initialize: [0] }), /^loss: initialize must be a function/],
  ["no rows", withColumn([]), /^loss: y must have at least one row, got none/],
  ["another number of rows", withColumn([1, 2]), /^loss: y must have 3 rows, got 2/],
  ["NaN", withColumn([1, Number.NaN, 3]), /^loss: y\[1\] must be a finite number, got NaN/],
  [
    "infinity in a row",
    withColumn([
      [1, 2],
      [3, 4],
      [5, 1 / 0],
    ]),
    /^loss: y\[2\]\[1\] must be a finite number, got Infinity/,
  ],
  [
    "NaN in a block",
    withColumn({ values: [0, 0, 0, 0, 0, Number.NaN, 0, 0], shape: [2, 2, 2] }, 2),
    /^loss: y\[1\]\[0\]\[1\] must be a finite number, got NaN/,
  ],
  ["a hole", withColumn([1, undefined, 3]), /^loss: y\[1\] must be a finite number, got undefined/],
  ["missing values", withColumn([null, 1, 2]), /^loss: y\[0\] must be a number or a list of numbers, got null/],
  ["text", withColumn(["1", "2", "3"]), /^loss: y\[0\] must be a number or a list of numbers, got "1"/],
  ["whole numbers of another kind", withColumn(new BigInt64Array(3)), /^loss: y\[0\] must be a number or a list/],
  ["ragged rows", withColumn([[1, 2], [3], [4, 5]]), /^loss: y\[1\] must have 2 numbers like the first row, got 1/],
  ["a row that is none", withColumn([[1], 2, [3]]), /^loss: y\[1\] must have 1 numbers like the first row, got 2/],
  ["empty rows", withColumn([[], [], []]), /^loss: y must have a shape .* of positive integers, got \[3, 0\]/],
  ["a record", withColumn({}), /^loss: y must be a list of rows, got an object/],
  ["a number", withColumn(3), /^loss: y must be a list of rows, got 3/],
  [
    "a shape that does not fit",
    withColumn({ values: [1, 2], shape: [3] }),
    /^loss: y\.values must hold 3 numbers for shape \[3\], got 2/,
  ],
  [
    "a shape without values",
    withColumn({ shape: [3] }),
    /^loss: y\.values must hold 3 numbers for shape \[3\], got undefined/,
  ],
  ["a scalar's shape", withColumn({ values: [1], shape: [] }), /^loss: y must have a shape \[rows, \.\.\.\]/],
  [
    "a negative shape",
    withColumn({ values: [1, 2, 3], shape: [-3, -1] }),
    /^loss: y must have a shape \[rows, \.\.\.\]/,
  ],
];

for (const [name, attempt, message] of refusals) {
  test(`refused: ${name}`, () => {
    assert.throws(attempt, { name: "RangeError", message });
  });
}

test("parameters, gradients and rows that do not fit are refused", () => {
  const { loss: fit } = regression(10);
  const gradient = new Float64Array(3);
  const rows = everyRow(3);
  assert.throws(
    () => fit.value(new Float64Array(2)),
    /^RangeError: loss: w must be 3 parameters, got a list of length 2/,
  );
  assert.throws(() => fit.valueAndGradient(w, new Float64Array(4)), /loss: gradient must be an array of length 3, got/);
  assert.throws(() => fit.onRows(new Float64Array(4), rows, gradient), /loss: w must be 3 parameters/);
  assert.throws(
    () => fit.onRows(w, new Uint32Array(0), gradient),
    /loss: rows must be at least one row, got a list of/,
  );
  assert.throws(() => fit.onRows(w, Uint32Array.of(0, 10), gradient), /loss: rows\[1\] must be below 10, got 10/);
});
