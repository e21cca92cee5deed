// Softmax and its kin on every back end: what holds of them whatever the numbers, however large.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type BackendName,
  type DType,
  emptyArray,
  evaluate,
  gradient,
  type NumberArray,
  type Tensor,
  trace,
} from "../../src/tensor/index.js";

const backends: readonly BackendName[] = ["interpreter", "javascript", "wasm"];
const unit = { f64: 2 ** -52, f32: 2 ** -23 } as const;

/** Rows of 1 to 40 columns whose entries are spread over so many orders of magnitude that exp of most overflows or vanishes. */
function rowsOf(dtype: DType, rows: number, columns: number, scale: number): NumberArray {
  return emptyArray(dtype, rows * columns).map((_, i) => scale * Math.sin(1.7 * i + 0.3));
}

for (const backend of backends) {
  for (const dtype of ["f64", "f32"] as const) {
    const run = (f: (x: Tensor) => Tensor[], x: NumberArray, shape: readonly number[]): NumberArray[] =>
      evaluate(
        trace(([input]) => f(input), [{ shape, dtype }]),
        [x],
        { backend },
      );

    describe(`${backend}, ${dtype}`, () => {
      for (const scale of [0.1, 30, 1e4]) {
        it(`softmax is positive and sums to 1, and exp of logSoftmax, for entries up to ${scale}`, () => {
          for (const columns of [1, 2, 3, 4, 5, 8, 17, 40]) {
            const x = rowsOf(dtype, 6, columns, scale);
            const [softmax, sums, logs] = run((t) => [t.softmax(), t.softmax().sum(1), t.logSoftmax()], x, [
              6,
              columns,
            ]);
            for (const sum of sums)
              assert.ok(Math.abs(sum - 1) <= 64 * unit[dtype], `a row of ${columns} sums to ${sum}`);
            softmax.forEach((p, i) => {
              assert.ok(p >= 0 && p <= 1 && logs[i] <= 0, `entry ${i}: ${p}, its logarithm ${logs[i]}`);
              // The logarithm is off by a unit of the entries, which exp multiplies.
              const tolerance = 64 * unit[dtype] * (1 + scale) * p + 1e-37;
              assert.ok(Math.abs(Math.exp(logs[i]) - p) <= tolerance, `entry ${i}: ${Math.exp(logs[i])}, not ${p}`);
            });
          }
        });

        it(`logSumExp lies between the largest entry and that plus log n, for entries up to ${scale}`, () => {
          for (const columns of [1, 2, 3, 4, 5, 8, 17, 40]) {
            const x = rowsOf(dtype, 6, columns, scale);
            const [sums, largest] = run((t) => [t.logSumExp(1), t.max(1)], x, [6, columns]);
            const slack = 8 * unit[dtype] * (scale + Math.log(columns));
            sums.forEach((sum, i) => {
              const above = sum - largest[i];
              assert.ok(above >= -slack && above <= Math.log(columns) + slack, `row ${i}: ${above} above its largest`);
            });
          }
        });
      }

      it("logSumExp of equal entries is their number's logarithm above them, its gradient softmax", () => {
        const x = emptyArray(dtype, 5).fill(80);
        const [sum, slope, softmax] = run((t) => [t.logSumExp(), ...gradient(t.logSumExp(), [t]), t.softmax()], x, [5]);
        assert.ok(Math.abs(sum[0] - 80 - Math.log(5)) <= 100 * unit[dtype]);
        for (const p of [...slope, ...softmax]) assert.ok(Math.abs(p - 0.2) <= 4 * unit[dtype]);
      });

      it("cross-entropy of a confident network is finite, with a gradient of softmax less the label", () => {
        const x = emptyArray(dtype, 3);
        x.set([1000, 0, -1000]);
        const [loss, slope] = run(
          (t) => {
            const value = t.logSoftmax().at(1).neg();
            return [value, ...gradient(value, [t])];
          },
          x,
          [3],
        );
        assert.deepEqual([loss[0], ...slope], [1000, 1, -1, 0]);
      });
    });
  }
}
