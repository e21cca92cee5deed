// The JavaScript back end computes what the interpreter computes, bit for bit: written out into scalars, as loops, and mapped
// over columns.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { interpreter } from "../../src/tensor/backends/interpreter.js";
import { compileJavaScript } from "../../src/tensor/backends/javascript.js";
import {
  concat,
  constant,
  emptyArray,
  type Graph,
  gradient,
  mapColumns,
  type NumberArray,
  type Program,
  repeat,
  sizeOf,
  stack,
  type Tensor,
  trace,
} from "../../src/tensor/index.js";
import { type Example, exampleFrom, runs } from "./graphs.js";

/** Budgets of scalar operations that force each mode: everything written out, everything as loops. */
const modes = { scalars: 50000, loops: 0 };

const choices = fc.array(fc.nat(9999), { minLength: 20, maxLength: 160, size: "max" });

function outputsOf(program: Program, inputs: readonly NumberArray[], fill = 0): NumberArray[] {
  const { instructions, outputs } = program.graph;
  const arrays = outputs.map((k) => emptyArray(instructions[k].dtype, sizeOf(instructions[k].shape)).fill(fill));
  program.run(inputs, arrays);
  return arrays;
}

function assertSameBits(graph: Graph, actual: readonly NumberArray[], expected: readonly NumberArray[]): void {
  actual.forEach((array, o) => {
    assert.equal(array.length, expected[o].length);
    array.forEach((number, i) => {
      const same = Object.is(number, expected[o][i]);
      assert.ok(same, `output ${o}[${i}] is ${number}, expected ${expected[o][i]}, of\n${textOf(graph)}`);
    });
  });
}

function textOf({ instructions, outputs }: Graph): string {
  const lines = instructions.map(({ op, inputs, shape, dtype, attributes }, k): string => {
    const { loop, ...rest } = attributes;
    const body = loop === undefined ? "" : ` ${loop.count} times {\n${textOf(loop.body)}\n}`;
    return `${k}: ${op}(${inputs}) ${dtype}[${shape}] ${JSON.stringify(rest)}${body}`;
  });
  return [...lines, `returns ${outputs}`].join("\n");
}

function agrees({ graph, inputs }: Example): void {
  const given = inputs.map((input) => input.slice());
  const expected = outputsOf(interpreter.compile(graph), inputs);
  for (const budget of Object.values(modes)) {
    const program = compileJavaScript(graph, budget);
    assertSameBits(graph, outputsOf(program, inputs, 8), expected);
    // A second run meets what the first left in the program's arrays.
    assertSameBits(graph, outputsOf(program, inputs, 9), expected);
  }
  assertSameBits(graph, inputs, given);
}

function wave(length: number, phase = 0): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin(1.7 * i + phase));
}

function traced(
  f: (inputs: Tensor[]) => Tensor[],
  shapes: readonly (readonly number[])[],
  dtype: "f64" | "f32" = "f64",
): Example {
  const graph = trace(
    f,
    shapes.map((shape) => ({ shape, dtype })),
  );
  const inputs = shapes.map((shape, i) => emptyArray(dtype, sizeOf(shape)).map((_, at) => Math.sin(1.7 * at + i)));
  return { graph, inputs };
}

describe("the JavaScript back end equals the interpreter, bit for bit", () => {
  it("on random graphs over all primitives, in both modes", () => {
    fc.assert(
      fc.property(choices, (list) => agrees(exampleFrom(list))),
      { numRuns: runs ?? 800, seed: 1 },
    );
  });

  it("on random graphs mapped over columns: a column does not see its neighbours", () => {
    const width = 3;
    const holds = (list: number[]): void => {
      const { graph, inputs } = exampleFrom(list);
      // Column c holds the inputs turned by c places, so that columns differ.
      const turned = (c: number): NumberArray[] =>
        inputs.map((input) => input.map((_, i) => input[(i + c) % input.length]));
      const mapped = mapColumns(graph, width);
      const columns = inputs.map((input, k) => {
        const array = emptyArray(graph.inputs[k].dtype, input.length * width);
        return array.map((_, at) => turned(at % width)[k][Math.floor(at / width)]);
      });
      const single = compileJavaScript(graph, modes.scalars);
      for (const budget of Object.values(modes)) {
        const outputs = outputsOf(compileJavaScript(mapped, budget), columns);
        for (let c = 0; c < width; c++) {
          const column = outputs.map((output) => output.filter((_, at) => at % width === c));
          assertSameBits(graph, column, outputsOf(single, turned(c)));
        }
      }
    };
    fc.assert(fc.property(choices, holds), { numRuns: runs ?? 200, seed: 2 });
  });

  it("on matrix products of every block shape, transposed or not", () => {
    for (const dtype of ["f64", "f32"] as const) {
      for (const [m, k, n] of [
        [1, 1, 1],
        [4, 4, 4],
        [5, 3, 9],
        [8, 17, 1],
        [1, 6, 13],
        [3, 0, 2],
        [11, 600, 7],
      ]) {
        agrees(
          traced(
            ([a, b]) => [a.matmul(b)],
            [
              [m, k],
              [k, n],
            ],
            dtype,
          ),
        );
        agrees(
          traced(
            ([a, b]) => [a.transpose().matmul(b)],
            [
              [k, m],
              [k, n],
            ],
            dtype,
          ),
        );
        agrees(
          traced(
            ([a, b]) => [a.matmul(b.transpose())],
            [
              [m, k],
              [n, k],
            ],
            dtype,
          ),
        );
        agrees(
          traced(
            ([a, b]) => [a.transpose([1, 2, 0]).matmul(b)],
            [
              [k, 2, m],
              [2, k, n],
            ],
            dtype,
          ),
        );
      }
    }
  });

  it("on sums over leading, middle and trailing axes of expressions", () => {
    for (const dtype of ["f64", "f32"] as const) {
      for (const axes of [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]) {
        const expression = ([x, y]: Tensor[]): Tensor => x.mul(y.reshape([6, 1])).tanh();
        agrees(
          traced((inputs) => [expression(inputs).sum(axes), expression(inputs).max(axes)], [[5, 6, 7], [6]], dtype),
        );
        agrees(traced((inputs) => [expression(inputs).logSumExp(axes)], [[5, 6, 7], [6]], dtype));
      }
    }
  });

  it("on the gradient of a network", () => {
    const network = ([x, y, w1, b1, w2, b2]: Tensor[]): Tensor[] => {
      const error = x.matmul(w1).add(b1).tanh().matmul(w2).add(b2).logSoftmax().mul(y).mean();
      return [error, ...gradient(error, [w1, b1, w2, b2])];
    };
    for (const dtype of ["f64", "f32"] as const)
      agrees(traced(network, [[70, 5], [70, 3], [5, 13], [13], [13, 3], [3]], dtype));
  });
});

describe("loops", () => {
  it("swap carries, read and collect turn by turn, forwards and backwards", () => {
    for (const reversed of [false, true]) {
      agrees(
        traced(
          ([x, noise]) => {
            const body = ([a, b]: Tensor[], entry: Tensor, number: Tensor) => ({
              carries: [b, a.mul(0.5).add(entry).add(number)],
              collect: [a, entry.sum()],
            });
            const result = repeat(
              6,
              [x, x.square()],
              (carries, { entries, number }) => body(carries, entries[0], number),
              {
                sequences: [noise],
                reversed,
              },
            );
            return [...result.carries, ...result.collected];
          },
          [[20], [6, 20]],
        ),
      );
    }
  });

  it("hold bodies of hundreds of operations and further loops", () => {
    agrees(
      traced(
        ([x]) => {
          const { carries, collected } = repeat(3, [x], ([q], { number }) => {
            let sum = q.sum();
            for (const [i, part] of q.unstack().entries()) sum = sum.add(part.mul(i).sin().mul(number.add(i)));
            const inner = repeat(4, [q], ([r], turn) => ({
              carries: [r.mul(0.9).add(turn.number.add(number))],
              collect: [r.sum()],
            }));
            return { carries: [inner.carries[0].add(sum.mul(1e-3))], collect: [inner.collected[0], sum] };
          });
          const total = carries[0].sum().add(collected[0].sum()).add(collected[1].sum());
          return [total, ...collected, ...gradient(total, [x])];
        },
        [[90]],
      ),
    );
  });

  it("of no turns return what they started with", () => {
    agrees(
      traced(
        ([x]) => {
          const { carries, collected } = repeat(0, [x], ([q]) => ({ carries: [q.mul(2)], collect: [q] }));
          return [...carries, ...collected];
        },
        [[3]],
      ),
    );
  });

  it("compute what only the last turn needs after it: a trajectory ends with its energy", () => {
    const energy = (q: Tensor): Tensor => {
      const wells = [-2, 2].map((center) => q.sub(center).square().sum().div(-1.5).exp());
      return wells[0].add(wells[1]).log().neg();
    };
    const trajectory = ([q, p, g, stepSize]: Tensor[]): Tensor[] =>
      repeat(7, [q, p, g, energy(q)], ([position, momentum, slope]) => {
        const middle = momentum.sub(slope.mul(stepSize.mul(0.5)));
        const next = position.add(middle.mul(stepSize));
        const value = energy(next);
        const [nextSlope] = gradient(value, [next]);
        return { carries: [next, middle.sub(nextSlope.mul(stepSize.mul(0.5))), nextSlope, value] };
      }).carries;
    for (const dtype of ["f64", "f32"] as const) agrees(traced(trajectory, [[2], [2], [2], []], dtype));
  });
});

describe("programs", () => {
  it("return inputs, constants, and one value twice", () => {
    agrees(traced(([x]) => [x, x, constant([1, -0, 2]), x.mul(2), x.mul(2), x.like(3), x.reshape([1, 3])], [[3]]));
    agrees(traced(([x]) => [concat([x.exp(), x, x.exp()]), x.exp(), stack([x.sum(), 2, x.sum()])], [[20]]));
  });

  it("keep the signs of zeros and do not multiply NaN or infinity away", () => {
    const graph = trace(
      ([x]) => [x.mul(0), x.add(0), x.sub(x), x.mul(-1), x.div(-4), x.where(x, x.neg()).relu(), x.minimum(0)],
      [[6]],
    );
    // A sum of pads: -0 only where all terms meet and all are -0.
    const pads = trace(
      ([x]) => gradient(x.slice(0, 5).add(x.slice(1, 6)).mul(x.slice(0, 1).stopGradient()).sum(), [x]),
      [[6]],
    );
    agrees({ graph: pads, inputs: [Float64Array.of(-0, -0, 1, 2, 3, -0)] });
    agrees({
      graph,
      inputs: [Float64Array.of(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324)],
    });
  });

  it("refuse an index that is out of range, as the interpreter does, and work again after it", () => {
    const graph = trace(([table, rows]) => [table.gather(rows)], [[4, 2], [3]]);
    const table = wave(8);
    for (const budget of Object.values(modes)) {
      const program = compileJavaScript(graph, budget);
      for (const row of [4, -1, 0.5, Number.NaN]) {
        const inputs = [table, Float64Array.of(0, row, 1)];
        let message = "";
        try {
          outputsOf(interpreter.compile(graph), inputs);
        } catch (error) {
          message = (error as Error).message;
        }
        assert.throws(() => outputsOf(program, inputs), { name: "RangeError", message });
      }
      const [picked] = outputsOf(program, [table, Float64Array.of(3, 0, 3)]);
      assert.deepEqual([...picked], [...table.slice(6, 8), ...table.slice(0, 2), ...table.slice(6, 8)]);
    }
  });

  it("compute Rosenbrock's gradient in 1000 dimensions, written with slices or coordinate by coordinate", () => {
    const n = 1000;
    const withSlices = (q: Tensor): Tensor => {
      const [x, y] = [q.slice(0, n - 1), q.slice(1, n)];
      return y.sub(x.square()).square().mul(100).add(x.sub(1).square()).sum();
    };
    const oneByOne = (q: Tensor): Tensor => {
      const x = q.unstack();
      const terms = x.slice(1).map((y, i) => y.sub(x[i].square()).square().mul(100).add(x[i].sub(1).square()));
      return terms.reduce((sum, each) => sum.add(each));
    };
    const q = wave(n);
    const expected = new Float64Array(n);
    for (let i = 0; i + 1 < n; i++) {
      const r = q[i + 1] - q[i] ** 2;
      expected[i] += -400 * r * q[i] + 2 * (q[i] - 1);
      expected[i + 1] += 200 * r;
    }
    for (const f of [withSlices, oneByOne]) {
      const graph = trace(([x]) => gradient(f(x), [x]), [[n]]);
      const [actual] = outputsOf(compileJavaScript(graph), [q]);
      actual.forEach((number, i) => {
        assert.ok(Math.abs(number - expected[i]) <= 1e-12 * (1 + Math.abs(expected[i])), `coordinate ${i}`);
      });
    }
  });
});
