// The WebAssembly back end computes what the interpreter computes, as far as rounding goes; exactly, where no order of sums and no
// elementary function is involved; and the same bits every time.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compileWasm, wasm } from "../../src/tensor/backends/wasm/loops.js";
import {
  type DType,
  emptyArray,
  evaluate,
  type Graph,
  gradient,
  hessianVectorProduct,
  type NumberArray,
  repeat,
  type Shape,
  sizeOf,
  stack,
  type Tensor,
  trace,
} from "../../src/tensor/index.js";
import { type Example, exampleFrom, runs } from "./graphs.js";
import { errorsFrom, expectationOf, isWithin } from "./perturbed.js";

const dtypes: readonly DType[] = ["f64", "f32"];
/** Around whole vectors, blocks of them, and blocks of rows. */
const lengths = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 127, 128, 129];

function outputsOf(graph: Graph, inputs: readonly NumberArray[], program = wasm.compile(graph)): NumberArray[] {
  const arrays = graph.outputs.map((k) => {
    const { shape, dtype } = graph.instructions[k];
    return emptyArray(dtype, sizeOf(shape)).fill(7);
  });
  program.run(inputs, arrays);
  return arrays;
}

/** Within what rounding may do, on the first run and on one that meets what the first left behind. */
function agrees({ graph, inputs }: Example): void {
  const { values, tolerances } = expectationOf(graph, inputs, [1, 2, 3, 4].map(errorsFrom));
  const program = wasm.compile(graph);
  for (const outputs of [outputsOf(graph, inputs, program), outputsOf(graph, inputs, program)]) {
    outputs.forEach((output, o) => {
      assert.equal(output.length, values[o].length);
      output.forEach((number, i) => {
        const [expected, tolerance] = [values[o][i], tolerances[o][i]];
        const message = `output ${o}[${i}] is ${number}, expected ${expected} up to ${tolerance}`;
        assert.ok(isWithin(number, expected, tolerance), message);
      });
    });
  }
}

function agreesExactly({ graph, inputs }: Example): void {
  const expected = evaluate(graph, inputs, { backend: "interpreter" });
  outputsOf(graph, inputs).forEach((output, o) => {
    output.forEach((number, i) => {
      assert.ok(Object.is(number, expected[o][i]), `output ${o}[${i}] is ${number}, expected ${expected[o][i]}`);
    });
  });
}

function traced(f: (inputs: Tensor[]) => Tensor[], shapes: readonly Shape[], dtype: DType = "f64"): Example {
  const graph = trace(
    f,
    shapes.map((shape) => ({ shape, dtype })),
  );
  const inputs = shapes.map((shape, k) => emptyArray(dtype, sizeOf(shape)).map((_, i) => Math.sin(1.7 * i + k)));
  return { graph, inputs };
}

const activations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  tanh: (x) => x.tanh(),
  relu: (x) => x.relu(),
  sigmoid: (x) => x.sigmoid(),
  softplus: (x) => x.softplus(),
  sine: (x) => x.sin(),
  gelu: (x) => x.mul(x.mul(Math.SQRT1_2).erf().add(1)).mul(0.5),
  silu: (x) => x.mul(x.sigmoid()),
  softmax: (x) => x.softmax(),
};

/** An MLP of the widths 3, 9, 9, `outputs` on flat parameters. */
function networkLoss(rows: number, outputs: number, activation: (x: Tensor) => Tensor) {
  const shapes: Shape[] = [[3, 9], [9], [9, 9], [9], [9, outputs], [outputs]];
  const size = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  const loss = ([x, y, w]: Tensor[]): Tensor => {
    let at = 0;
    const [w1, b1, w2, b2, w3, b3] = shapes.map((shape) => {
      const from = at;
      at += sizeOf(shape);
      return w.slice(from, at).reshape(shape);
    });
    const first = activation(x.matmul(w1).add(b1));
    const second = activation(first.matmul(w2).add(b2));
    const out = second.matmul(w3).add(b3);
    return outputs === 1
      ? out.sub(y).square().mean()
      : out
          .logSoftmax()
          .mul(y)
          .sum()
          .mul(-1 / rows);
  };
  return { loss, inputs: [[rows, 3], [rows, outputs], [size]] as Shape[] };
}

describe("WebAssembly equals the interpreter but for rounding", () => {
  it("on random graphs over all primitives", () => {
    const choices = fc.array(fc.nat(9999), { minLength: 20, maxLength: 160, size: "max" });
    fc.assert(
      fc.property(choices, (list) => agrees(exampleFrom(list))),
      { numRuns: runs ?? 500, seed: 3 },
    );
  });

  it("on matrix products deeper and taller than what is taken at once, exactly", () => {
    for (const dtype of dtypes) {
      for (const [m, k, n] of [
        [2, 257, 3],
        [128, 256, 8],
        [131, 513, 9],
        [261, 300, 2],
        // Rows of the second a multiple of 4096 bytes apart: it is copied panel by panel.
        [9, 530, dtype === "f64" ? 512 : 1024],
      ]) {
        const f = ([a, b, c, d]: Tensor[]): Tensor[] => [
          a.matmul(b),
          c.transpose().matmul(b),
          stack([a, a.mul(2)]).matmul(stack([d, d.neg()]).transpose([0, 2, 1])),
        ];
        const shapes = [
          [m, k],
          [k, n],
          [k, m],
          [n, k],
        ];
        const { graph, inputs } = traced(f, shapes, dtype);
        // Sums of products of small whole numbers are not rounded, in whatever order they are taken.
        inputs.forEach((input, i) => {
          for (let at = 0; at < input.length; at++) input[at] = ((at * 37 + i) % 13) - 6;
        });
        agreesExactly({ graph, inputs });
      }
    }
  });

  it("on sums and maxima along every axis, of every length", () => {
    for (const dtype of dtypes) {
      for (const n of lengths.filter((length) => length > 0)) {
        for (const axes of [[0], [1], [0, 1]]) {
          const f = ([x, y]: Tensor[]): Tensor[] => {
            const terms = x.mul(y).add(0.1);
            return [terms, terms.sum(axes), x.sum(axes), terms.max(axes), terms.logSumExp(axes)];
          };
          agrees(
            traced(
              f,
              [
                [n, 5],
                [n, 1],
              ],
              dtype,
            ),
          );
          agrees(traced(f, [[3, n], [n]], dtype));
        }
      }
      for (const axes of [[0], [1], [2], [0, 2], [1, 2], [0, 1]]) {
        agrees(traced(([x]) => [x.exp().sum(axes), x.max(axes), x.softmax(axes[0])], [[6, 5, 7]], dtype));
      }
    }
  });

  it("on matrix products of every tail, transposed or not, of one row, column or term, and in batches", () => {
    for (const dtype of dtypes) {
      for (const m of [1, 2, 3, 4, 5, 8, 9]) {
        for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 17]) {
          for (const k of [0, 1, 2, 5, 16]) {
            const f = ([a, b, c, d]: Tensor[]): Tensor[] => [
              a.matmul(b),
              c.transpose().matmul(b),
              a.matmul(d.transpose()),
              c.transpose().matmul(d.transpose()),
            ];
            agrees(
              traced(
                f,
                [
                  [m, k],
                  [k, n],
                  [k, m],
                  [n, k],
                ],
                dtype,
              ),
            );
          }
        }
      }
      // Rows a multiple of 4096 bytes apart.
      for (const m of [8, 9])
        agrees(
          traced(
            ([a, b]) => [a.matmul(b)],
            [
              [m, 65],
              [65, dtype === "f64" ? 512 : 1024],
            ],
            dtype,
          ),
        );
      agrees(
        traced(
          ([a, b]) => [a.matmul(b), b.transpose([0, 2, 1]).matmul(b)],
          [
            [3, 5, 4],
            [3, 4, 6],
          ],
          dtype,
        ),
      );
      agrees(
        traced(
          ([a, b]) => [a.transpose([1, 2, 0]).matmul(b)],
          [
            [4, 2, 5],
            [2, 4, 3],
          ],
          dtype,
        ),
      );
      agrees(
        traced(
          ([a]) => [
            a
              .reshape([5, 1])
              .broadcastTo([5, 4])
              .matmul(a.broadcastTo([4, 5])),
          ],
          [[5]],
          dtype,
        ),
      );
    }
  });

  it("on networks with every activation: losses, gradients and Hessian-vector products", () => {
    for (const dtype of dtypes) {
      for (const [i, activation] of Object.values(activations).entries()) {
        const rows = [1, 7, 33][i % 3];
        const { loss, inputs } = networkLoss(rows, i % 2 === 0 ? 1 : 4, activation);
        const derivatives = ([x, y, w, direction]: Tensor[]): Tensor[] => {
          const value = loss([x, y, w]);
          return [value, ...gradient(value, [w]), hessianVectorProduct(value, w, direction)];
        };
        agrees(traced(derivatives, [...inputs, inputs[2]], dtype));
      }
    }
  });

  it("on sums in doubles of terms in single precision", () => {
    const f = ([x, w]: Tensor[]): Tensor[] => {
      const value = x.mul(w.cast("f32")).tanh().cast("f64").sum();
      return [value, ...gradient(value, [w])];
    };
    const graph = trace(f, [
      { shape: [37, 9], dtype: "f32" },
      { shape: [9], dtype: "f64" },
    ]);
    const inputs = [
      new Float32Array(37 * 9).map((_, i) => Math.sin(i)),
      new Float64Array(9).map((_, i) => Math.cos(i)),
    ];
    agrees({ graph, inputs });
  });

  it("on loops within loops, reversed ones, and carries that change places", () => {
    for (const dtype of dtypes) {
      for (const reversed of [false, true]) {
        const f = ([x, noise]: Tensor[]): Tensor[] => {
          const body = ([a, b]: Tensor[], turn: { number: Tensor; entries: readonly Tensor[] }) => {
            const inner = repeat(3, [a], ([c], { number }) => ({
              carries: [c.mul(0.9).add(number)],
              collect: [c.sum()],
            }));
            const next = inner.carries[0].mul(0.1).add(turn.entries[0]).add(turn.number);
            return { carries: [b, next], collect: [a, inner.collected[0]] };
          };
          const { carries, collected } = repeat(4, [x, x.square()], body, { sequences: [noise], reversed });
          const total = carries[0].sum().add(collected[1].sum());
          return [...carries, ...collected, ...gradient(total, [x, noise])];
        };
        agrees(traced(f, [[11], [4, 11]], dtype));
      }
    }
  });
});

describe("WebAssembly equals the interpreter exactly", () => {
  const specials = [
    0,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1,
    -1.5,
    2.5,
    1e-310,
    1e-42,
    3e38,
  ];

  it("in arithmetic, comparisons, choices and rounding, at zeros of both signs, infinities and NaN", () => {
    const pairs = specials.flatMap((a) => specials.map((b) => [a, b]));
    for (const dtype of dtypes) {
      const graph = trace(
        ([x, y]) => [
          ...[
            x.add(y),
            x.sub(y),
            x.mul(y),
            x.div(y),
            x.minimum(y),
            x.maximum(y),
            x.less(y),
            x.lessEqual(y),
            x.equal(y),
          ],
          ...[
            x.neg(),
            x.abs(),
            x.sign(),
            x.floor(),
            x.sqrt(),
            x.relu(),
            x.where(y, x),
            x.cast(dtype === "f64" ? "f32" : "f64"),
          ],
          ...[x.minimum(0), x.mul(-1), stack([x, y]), x.reshape([11, 11]).transpose(), x.reshape([11, 11]).max(1)],
        ],
        [0, 1].map(() => ({ shape: [pairs.length], dtype })),
      );
      const inputs = [0, 1].map((k) => emptyArray(dtype, pairs.length).map((_, i) => pairs[i][k]));
      agreesExactly({ graph, inputs });
    }
  });

  it("in softmax and logSumExp of infinite entries: NaN for these, 0 for the others", () => {
    for (const dtype of dtypes) {
      const { graph } = traced(([x]) => [x.softmax(), x.logSumExp(1), x.max(1)], [[5, 3]], dtype);
      const inf = Number.POSITIVE_INFINITY;
      const rows = [
        [inf, 100, 0],
        [inf, inf, -inf],
        [-inf, -inf, -inf],
        [-inf, 0, -inf],
        [Number.NaN, 1, inf],
      ];
      agreesExactly({ graph, inputs: [emptyArray(dtype, 15).map((_, i) => rows.flat()[i])] });
    }
  });

  it("in elementwise loops of every length, with rows, columns and scalars repeated", () => {
    for (const dtype of dtypes) {
      for (const m of lengths) {
        agreesExactly(traced(([x, y]) => [x.mul(y).add(1).sub(x)], [[m], [m]], dtype));
        for (const n of [1, 2, 3, 5, 8]) {
          const f = ([x, row, column, scalar]: Tensor[]): Tensor[] => {
            const all = x.mul(row).add(column).sub(scalar);
            return [all, all.transpose(), x.transpose().mul(all.transpose()), all.slice(0, Math.min(n, 2), 1)];
          };
          agreesExactly(traced(f, [[m, n], [n], [m, 1], []], dtype));
        }
      }
    }
  });

  it("in gathered and scattered rows, and refuses an index that is out of range as the interpreter does", () => {
    for (const dtype of dtypes) {
      for (const width of [1, 3, 4, 9]) {
        const graph = trace(
          ([table, rows]) => {
            const gathered = table.gather(rows);
            return [gathered, ...gradient(gathered.mul(gathered).sum(), [table])];
          },
          [
            { shape: [5, width], dtype },
            { shape: [6], dtype },
          ],
        );
        const table = emptyArray(dtype, 5 * width).map((_, i) => i);
        const rows = (...numbers: number[]): NumberArray => emptyArray(dtype, 6).map((_, i) => numbers[i]);
        agreesExactly({ graph, inputs: [table, rows(4, 0, 0, 3, 4, -0)] });
        const program = wasm.compile(graph);
        for (const wrong of [5, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32]) {
          const message = `gather: index ${wrong} is not one of the 5 entries along axis 0`;
          const inputs = [table, rows(0, 1, wrong, 2, 3, 4)];
          assert.throws(() => outputsOf(graph, inputs, program), { name: "RangeError", message });
        }
        outputsOf(graph, [table, rows(4, 0, 0, 3, 4, 1)], program);
      }
    }
  });

  it("in sums of pads: -0 only where all terms meet and all are -0", () => {
    const f = ([x]: Tensor[]): Tensor[] => {
      const total = x.slice(0, 5).add(x.slice(1, 6)).mul(x.slice(0, 1).stopGradient()).sum();
      const parts = x.slice(0, 2).neg().sum().add(x.slice(3, 5).mul(-0).sum());
      return [...gradient(total, [x]), ...gradient(parts, [x])];
    };
    for (const dtype of dtypes) {
      const { graph } = traced(f, [[6]], dtype);
      agreesExactly({ graph, inputs: [emptyArray(dtype, 6).map((_, i) => [-0, -0, 1, 2, 3, -0][i])] });
    }
  });
});

describe("compileWasm", () => {
  const rowsLoss = (rows: number): Graph =>
    trace(
      ([x, w, sum]) => {
        const value = x.matmul(w).tanh().sum();
        return [sum.add(value), ...gradient(value, [w])];
      },
      [[rows, 3], [3, 2], []],
    );

  it("runs several graphs on data that stay in one memory, block by block", () => {
    const sizes = [4, 2, 1];
    const graphs = sizes.map(rowsLoss);
    const { memory, programs, allocate } = compileWasm(graphs);
    const data = allocate(7 * 3 * 8);
    const w = allocate(6 * 8);
    const sums = [allocate(8), allocate(8)];
    const slope = allocate(6 * 8);
    const view = (address: number, length: number): Float64Array => new Float64Array(memory.buffer, address, length);
    view(data, 21).forEach((_, i, x) => {
      x[i] = Math.sin(i);
    });
    view(w, 6).set([1, 2, 3, -1, 0.5, 0.2]);
    let first = 0;
    sizes.forEach((rows, k) => {
      programs[k].runAt([data + first * 3 * 8, w, sums[k % 2], sums[(k + 1) % 2], slope]);
      first += rows;
    });
    const whole = evaluate(rowsLoss(7), [view(data, 21), view(w, 6), new Float64Array(1)], { backend: "interpreter" });
    assert.ok(Math.abs(view(sums[1], 1)[0] - whole[0][0]) < 1e-14);
  });

  it("lets memory grow, and keeps what was there", () => {
    const { memory, programs, allocate } = compileWasm([trace(([x]) => [x.mul(2)], [[100]])]);
    const from = allocate(800);
    new Float64Array(memory.buffer, from, 100).fill(21);
    const to = allocate(2 ** 20);
    assert.equal(to % 64, 0);
    programs[0].runAt([from, to]);
    assert.deepEqual([...new Float64Array(memory.buffer, to, 100)], new Array(100).fill(42));
  });

  it("says how much memory was asked for where there is not so much", () => {
    const large = trace(([x]) => [x.broadcastTo([40000, 20000]).exp().transpose().reshape([8e8])], [[20000]]);
    assert.throws(() => compileWasm([large]), /RangeError: wasm: the graph needs \d{10,} bytes of memory/);
    const { allocate } = compileWasm([trace(([x]) => [x.neg()], [[1]])]);
    assert.throws(() => allocate(5e9), /5000000000 bytes/);
  });
});

describe("determinism", () => {
  // Of loss and gradient in both precisions. They change when the order of sums or the vector mathematics does, and then only.
  const digests: Readonly<Record<string, string>> = {
    tanh: "57b0d2ce16372534",
    relu: "ff6f3c24bebfa27e",
    sigmoid: "a9475a2f773b746d",
    softplus: "c6791f9ef076b9b8",
    silu: "fec772703bc3f020",
    softmax: "415b7ce3141d5859",
  };

  it("the bytes of networks' gradients are those of every other machine and run", () => {
    const digestOf = (name: string): string => {
      const hash = createHash("sha256");
      for (const dtype of dtypes) {
        const { loss, inputs } = networkLoss(21, name === "relu" ? 4 : 1, activations[name]);
        const { graph, inputs: numbers } = traced(
          ([x, y, w]) => {
            const value = loss([x, y, w]);
            return [value, ...gradient(value, [w])];
          },
          inputs,
          dtype,
        );
        // Math.sin may differ from machine to machine: inputs are quotients of whole numbers.
        numbers.forEach((array, k) => {
          array.forEach((_, i) => {
            array[i] = (((i * 37 + k * 11) % 101) - 50) / 64;
          });
        });
        for (const output of outputsOf(graph, numbers)) hash.update(new Uint8Array(output.buffer));
      }
      return hash.digest("hex").slice(0, 16);
    };
    const found = Object.fromEntries(Object.keys(digests).map((name) => [name, digestOf(name)]));
    assert.deepEqual(found, digests);
  });
});
