// Convolution and pooling against their definitions as loops, and against what is known of them.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  averagePool2d,
  type BackendName,
  conv2d,
  type DType,
  emptyArray,
  evaluate,
  gradient,
  maxPool2d,
  type NumberArray,
  type Padding,
  type RowsAndColumns,
  type Shape,
  sizeOf,
  type Tensor,
  trace,
  vjp,
} from "../../src/tensor/index.js";

const backends: readonly BackendName[] = ["interpreter", "javascript", "wasm"];

/** Small whole numbers, whose sums and products are exact in either precision. */
function whole(length: number, phase: number, dtype: DType = "f64"): NumberArray {
  return emptyArray(dtype, length).map((_, i) => ((i * 37 + phase * 11) % 13) - 6);
}

interface Result {
  readonly shape: Shape;
  readonly numbers: NumberArray;
}

function results(
  f: (inputs: Tensor[]) => Tensor[],
  shapes: readonly Shape[],
  inputs: readonly NumberArray[],
  backend: BackendName = "interpreter",
  dtype: DType = "f64",
): Result[] {
  const graph = trace(
    f,
    shapes.map((shape) => ({ shape, dtype })),
  );
  return evaluate(graph, inputs, { backend }).map((numbers, i) => ({
    shape: graph.instructions[graph.outputs[i]].shape,
    numbers,
  }));
}

// Definitions ----------------------------------------------------------------------------------------------------------

interface Geometry {
  readonly count: number;
  readonly before: number;
}

/** How many windows there are along an axis, and how far the first begins before the image. */
function along(length: number, size: number, stride: number, padding: "valid" | "same" | number): Geometry {
  if (padding === "same") {
    const count = Math.ceil(length / stride);
    const missing = Math.max((count - 1) * stride + size - length, 0);
    return { count, before: Math.floor(missing / 2) };
  }
  const before = padding === "valid" ? 0 : padding;
  return { count: Math.floor((length + 2 * before - size) / stride) + 1, before };
}

interface Windows {
  readonly shape: readonly [number, number, number, number];
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: "valid" | "same" | readonly [number, number];
}

/** Calls `visit` with each window's place in the result, and the entries `[row, column, i, j]` of it that lie in the image. */
function forEachWindow(
  { shape: [batch, height, width], size, stride, padding }: Windows,
  visit: (b: number, y: number, x: number, entries: [number, number, number, number][]) => void,
): [number, number] {
  const of = (i: 0 | 1): "valid" | "same" | number => (typeof padding === "string" ? padding : padding[i]);
  const down = along(height, size[0], stride[0], of(0));
  const across = along(width, size[1], stride[1], of(1));
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < down.count; y++) {
      for (let x = 0; x < across.count; x++) {
        const entries: [number, number, number, number][] = [];
        for (let i = 0; i < size[0]; i++) {
          for (let j = 0; j < size[1]; j++) {
            const [row, column] = [y * stride[0] + i - down.before, x * stride[1] + j - across.before];
            if (row >= 0 && row < height && column >= 0 && column < width) entries.push([row, column, i, j]);
          }
        }
        visit(b, y, x, entries);
      }
    }
  }
  return [down.count, across.count];
}

function convolved(windows: Windows, image: NumberArray, kernel: NumberArray, filters: number): Result {
  const [batch, height, width, channels] = windows.shape;
  const out: number[] = [];
  const counts = forEachWindow(windows, (b, _, __, entries) => {
    for (let o = 0; o < filters; o++) {
      let sum = 0;
      for (const [row, column, i, j] of entries) {
        for (let c = 0; c < channels; c++) {
          const weight = kernel[((i * windows.size[1] + j) * channels + c) * filters + o];
          sum += image[((b * height + row) * width + column) * channels + c] * weight;
        }
      }
      out.push(sum);
    }
  });
  return { shape: [batch, ...counts, filters], numbers: Float64Array.from(out) };
}

function pooled(windows: Windows, image: NumberArray, reduce: (numbers: number[]) => number): Result {
  const [batch, height, width, channels] = windows.shape;
  const out: number[] = [];
  const counts = forEachWindow(windows, (b, _, __, entries) => {
    for (let c = 0; c < channels; c++) {
      out.push(reduce(entries.map(([row, column]) => image[((b * height + row) * width + column) * channels + c])));
    }
  });
  return { shape: [batch, ...counts, channels], numbers: Float64Array.from(out) };
}

// --------------------------------------------------------------------------------------------------------------------

const lengths = fc.integer({ min: 1, max: 9 });
const geometry = fc
  .record({ batch: fc.integer({ min: 1, max: 3 }), height: lengths, width: lengths, channels: lengths })
  .chain(({ batch, height, width, channels }) =>
    fc.record({
      shape: fc.constant([batch, height, width, channels] as const),
      size: fc.tuple(fc.integer({ min: 1, max: Math.min(5, height) }), fc.integer({ min: 1, max: Math.min(5, width) })),
      stride: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      padding: fc.oneof(
        fc.constant("valid" as const),
        fc.constant("same" as const),
        fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
      ),
    }),
  );

/** Exact up to zero's sign: whole numbers are computed without rounding by every back end. */
function assertEqual(actual: Result, expected: Result, what: string): void {
  assert.deepEqual(actual.shape, expected.shape, what);
  actual.numbers.forEach((number, i) => {
    assert.ok(number === expected.numbers[i], `${what}: entry ${i} is ${number}, not ${expected.numbers[i]}`);
  });
}

describe("every back end computes the definition", () => {
  it("of convolution, for all strides, paddings and numbers of channels", () => {
    const holds = (windows: Windows, filters: number, dtype: DType): void => {
      const { shape, size, stride, padding } = windows;
      const kernelShape = [...size, shape[3], filters];
      const inputs = [whole(sizeOf(shape), 1, dtype), whole(sizeOf(kernelShape), 2, dtype)];
      const expected = convolved(windows, inputs[0], inputs[1], filters);
      for (const backend of backends) {
        const f = ([x, k]: Tensor[]): Tensor[] => [conv2d(x, k, { stride, padding })];
        assertEqual(results(f, [shape, kernelShape], inputs, backend, dtype)[0], expected, backend);
      }
    };
    const dtypes = fc.constantFrom<DType>("f64", "f32");
    fc.assert(fc.property(geometry, lengths, dtypes, holds), { numRuns: 150, seed: 1 });
  });

  it("of pooling, where what is added around the image does not count", () => {
    const holds = (windows: Windows, dtype: DType): void => {
      const { shape, size, stride } = windows;
      const { padding: asked } = windows;
      const padding =
        typeof asked === "string"
          ? asked
          : ([Math.min(asked[0], size[0] - 1), Math.min(asked[1], size[1] - 1)] as const);
      const image = whole(sizeOf(shape), 3, dtype);
      const options = { window: size, stride, padding };
      const max = pooled({ ...windows, padding }, image, (numbers) => Math.max(...numbers));
      const mean = pooled(
        { ...windows, padding },
        image,
        (numbers) => numbers.reduce((a, b) => a + b) / numbers.length,
      );
      for (const backend of backends) {
        const f = ([x]: Tensor[]): Tensor[] => [maxPool2d(x, options), averagePool2d(x, options)];
        const [largest, average] = results(f, [shape], [image], backend, dtype);
        assertEqual(largest, max, backend);
        assert.deepEqual(average.shape, mean.shape);
        average.numbers.forEach((number, i) => {
          const error = Math.abs(number - mean.numbers[i]);
          assert.ok(error <= 2 ** (dtype === "f32" ? -20 : -49), `${backend}: mean ${i} is off by ${error}`);
        });
      }
    };
    fc.assert(fc.property(geometry, fc.constantFrom<DType>("f64", "f32"), holds), { numRuns: 150, seed: 2 });
  });

  it("of a convolution's gradients: correlation with the other's entries at every place", () => {
    const holds = (windows: Windows, filters: number): void => {
      const { shape, size, stride, padding } = windows;
      const kernelShape = [...size, shape[3], filters];
      const inputs = [whole(sizeOf(shape), 1), whole(sizeOf(kernelShape), 2)];
      const out = convolved(windows, inputs[0], inputs[1], filters);
      const adjoint = Float64Array.from(whole(out.numbers.length, 4));
      const f = ([x, k, a]: Tensor[]): Tensor[] => vjp([conv2d(x, k, { stride, padding })], [a], [x, k]);
      const shapes = [shape, kernelShape, out.shape];
      // The convolution is bilinear: its derivative by an entry is its value at that entry's unit vector.
      const expected = inputs.map((input, which) =>
        Float64Array.from(input, (_, i) => {
          const unit = inputs.map((other, k) => (k === which ? other.map((__, at) => (at === i ? 1 : 0)) : other));
          const { numbers } = convolved(windows, unit[0], unit[1], filters);
          return adjoint.reduce((sum: number, a: number, k: number) => sum + a * numbers[k], 0);
        }),
      );
      for (const backend of backends) {
        results(f, shapes, [...inputs, adjoint], backend).forEach((slope, which) => {
          assertEqual(slope, { shape: shapes[which], numbers: expected[which] }, `${backend}, input ${which}`);
        });
      }
    };
    const small = geometry.filter(({ shape, size }) => sizeOf(shape) <= 120 && size[0] * size[1] * shape[3] <= 30);
    fc.assert(fc.property(small, fc.integer({ min: 1, max: 5 }), holds), { numRuns: 60, seed: 3 });
  });
});

describe("convolution", () => {
  const image = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  const of = (kernel: number[], shape: Shape, options?: Parameters<typeof conv2d>[2]): Result =>
    results(([x, k]) => [conv2d(x, k, options)], [[1, 3, 3, 1], shape], [image, Float64Array.from(kernel)])[0];

  it("of 1 ... 9 in a square, by hand", () => {
    assert.deepEqual([...of([1, 0, 0, -1], [2, 2, 1, 1]).numbers], [-4, -4, -4, -4]);
    // Not flipped: the kernel's last entry meets the window's last.
    assert.deepEqual([...of([0, 0, 0, 1], [2, 2, 1, 1]).numbers], [5, 6, 8, 9]);
    assert.deepEqual([...of([1, 1, 1, 1], [2, 2, 1, 1], { stride: 2, padding: "same" }).numbers], [12, 9, 15, 9]);
    assert.deepEqual([...of([1, 1, 1, 1], [2, 2, 1, 1], { stride: 2, padding: 1 }).numbers], [1, 5, 11, 28]);
    // Two filters, side by side.
    assert.deepEqual(
      [...of([1, 10], [1, 1, 1, 2], { stride: [2, 1] }).numbers],
      [1, 10, 2, 20, 3, 30, 7, 70, 8, 80, 9, 90],
    );
  });

  it("with a kernel of one entry is a matrix product at every pixel", () => {
    const [x, k] = [whole(2 * 4 * 5 * 3, 1), whole(3 * 4, 2)];
    const f = ([a, b]: Tensor[]): Tensor[] => [
      conv2d(a, b.reshape([1, 1, 3, 4])),
      a.reshape([40, 3]).matmul(b).reshape([2, 4, 5, 4]),
    ];
    const [convolution, product] = results(
      f,
      [
        [2, 4, 5, 3],
        [3, 4],
      ],
      [x, k],
    );
    assert.deepEqual(convolution, product);
  });

  it("with stride 1 and padding same keeps the image's size, and its middle entry the image", () => {
    const x = whole(2 * 6 * 5, 1);
    const kernel = Float64Array.from({ length: 9 }, (_, i) => (i === 4 ? 1 : 0));
    const f = ([a, k]: Tensor[]): Tensor[] => [conv2d(a, k, { padding: "same" })];
    const shapes = [
      [2, 6, 5, 1],
      [3, 3, 1, 1],
    ];
    assertEqual(results(f, shapes, [x, kernel])[0], { shape: shapes[0], numbers: x }, "identity");
  });

  it("commutes with shifts of the image", () => {
    const f = ([a, k]: Tensor[]): Tensor[] => [conv2d(a.slice(1, 7, 1), k), conv2d(a, k).slice(1, 5, 1)];
    const shapes = [
      [1, 7, 6, 2],
      [3, 2, 2, 3],
    ];
    const [shiftedFirst, shiftedLast] = results(
      f,
      shapes,
      shapes.map((shape, i) => whole(sizeOf(shape), i)),
    );
    assert.deepEqual(shiftedFirst, shiftedLast);
  });

  it("looks at its windows where they lie: the only copy is the matrix of its product", () => {
    const graph = trace(
      ([x, k]) => [conv2d(x, k)],
      [
        [2, 8, 8, 3],
        [3, 3, 3, 4],
      ],
    );
    assert.deepEqual(
      graph.instructions.map(({ op }) => op),
      ["input", "input", "windows", "reshape", "reshape", "matmul", "reshape"],
    );
  });
});

describe("pooling", () => {
  it("of 1 ... 9 in a square, by hand", () => {
    const f = ([x]: Tensor[]): Tensor[] => [
      maxPool2d(x, { window: 2, stride: 1 }),
      averagePool2d(x, { window: 2, stride: 1 }),
      maxPool2d(x, { window: 2, padding: "same" }),
      averagePool2d(x, { window: 2, padding: "same" }),
      maxPool2d(x, { window: [1, 3] }),
      averagePool2d(x.neg(), { window: 3, stride: 2, padding: 1 }),
    ];
    const found = results(f, [[1, 3, 3, 1]], [Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)]);
    assert.deepEqual(
      found.map(({ numbers }) => [...numbers]),
      [
        [5, 6, 8, 9],
        [3, 4, 6, 7],
        [5, 6, 8, 9],
        [3, 4.5, 7.5, 9],
        [3, 6, 9],
        [-3, -4, -6, -7],
      ],
    );
  });

  it("passes a window's derivative to its largest entry, to several that are equal in equal parts", () => {
    const f = ([x]: Tensor[]): Tensor[] => gradient(maxPool2d(x, { window: 2 }).sum(), [x]);
    const x = Float64Array.of(1, 2, 5, 5, 3, 0, 4, 5);
    for (const backend of backends) {
      const third = 1 / 3;
      assert.deepEqual([...results(f, [[1, 2, 4, 1]], [x], backend)[0].numbers], [0, 0, third, third, 1, 0, 0, third]);
    }
  });

  it("of negative numbers is not their padding's 0", () => {
    const f = ([x]: Tensor[]): Tensor[] => [maxPool2d(x, { window: 3, stride: 1, padding: "same" })];
    for (const backend of backends) {
      const [{ numbers }] = results(f, [[1, 2, 2, 1]], [Float64Array.of(-4, -3, -2, -5)], backend, "f64");
      assert.deepEqual([...numbers], [-2, -2, -2, -2]);
    }
  });
});

describe("gather and scatterAdd", () => {
  it("choose a mini-batch's rows, and add its derivatives up where a row came twice", () => {
    const f = ([table, rows]: Tensor[]): Tensor[] => {
      const batch = table.gather(rows);
      return [batch, ...gradient(batch.square().sum(), [table]), batch.scatterAdd(rows, 4)];
    };
    const inputs = [Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8), Float64Array.of(2, 0, 2)];
    for (const backend of backends) {
      const [batch, slope, sums] = results(f, [[4, 2], [3]], inputs, backend);
      assert.deepEqual([...batch.numbers], [5, 6, 1, 2, 5, 6], backend);
      assert.deepEqual([...slope.numbers], [2, 4, 0, 0, 20, 24, 0, 0], backend);
      assert.deepEqual([...sums.numbers], [1, 2, 0, 0, 10, 12, 0, 0], backend);
    }
  });

  it("are transposes of each other, as windows and their sums are: <A x, y> = <x, A^T y>", () => {
    const rows = Float64Array.of(1, 4, 4, 0, 2, 1);
    const pairs: readonly [Shape, (x: Tensor, indices: Tensor) => Tensor][] = [
      [[5, 3], (x, indices) => x.gather(indices.reshape([2, 3]))],
      [[6, 3], (x, indices) => x.scatterAdd(indices, 5)],
      [[5, 6], (x) => x.windows([0, 1], [2, 3], [2, 1])],
      [[7], (x) => x.windows([0], [3], [3])],
    ];
    for (const [shape, map] of pairs) {
      const mapped = trace(([x, indices]) => [map(x, indices)], [shape, [6]]);
      const outShape = mapped.instructions[mapped.outputs[0]].shape;
      const [x, y] = [whole(sizeOf(shape), 1), whole(sizeOf(outShape), 2)];
      const f = ([a, b, indices]: Tensor[]): Tensor[] => {
        const out = map(a, indices);
        return [out.mul(b).sum(), a.mul(vjp([out], [b], [a])[0]).sum()];
      };
      for (const backend of backends) {
        const [left, right] = results(f, [shape, outShape, [6]], [x, y, rows], backend);
        assert.equal(left.numbers[0], right.numbers[0], backend);
      }
    }
  });

  it("refuse an index that is not a row", () => {
    const f = ([updates, rows]: Tensor[]): Tensor[] => [updates.scatterAdd(rows, 2)];
    for (const backend of backends) {
      for (const row of [2, -1, 0.5, Number.NaN]) {
        assert.throws(
          () => results(f, [[1], [1]], [Float64Array.of(1), Float64Array.of(row)], backend),
          /scatterAdd: index .* is not one of the 2 entries along axis 0/,
        );
      }
    }
    assert.throws(
      () => results(([x, rows]) => [x.scatterAdd(rows, -1)], [[1], [1]], []),
      /scatterAdd: length must be a non-negative integer, got -1/,
    );
    assert.throws(
      () => results(([x, rows]) => [x.scatterAdd(rows, 3)], [[2, 3], [3]], []),
      /scatterAdd: shape \[2, 3\] does not begin with the indices' \[3\]/,
    );
  });
});

describe("wrong arguments are refused with their shapes", () => {
  const refuses = (f: (x: Tensor, k: Tensor) => Tensor, message: RegExp): void => {
    assert.throws(
      () =>
        trace(
          ([x, k]) => [f(x, k)],
          [
            [2, 4, 3, 1],
            [3, 3, 1, 2],
          ],
        ),
      (error: Error) => error instanceof RangeError && message.test(error.message),
      String(message),
    );
  };

  it("by conv2d", () => {
    refuses(
      (x, k) => conv2d(x.reshape([2, 12]), k),
      /conv2d: input must be \[batch, height, width, channels\], got shape \[2, 12\]/,
    );
    refuses(
      (x, k) => conv2d(x, k.reshape([9, 2])),
      /conv2d: kernel must be \[rows, columns, channels, filters\], got shape \[9, 2\]/,
    );
    refuses((x) => conv2d(x, 3 as never), /conv2d: kernel must be .*, got 3/);
    refuses(
      (x, k) => conv2d(x, k.reshape([3, 3, 2, 1])),
      /conv2d: a kernel of shape \[3, 3, 2, 1\] needs 2 channels, which input of shape \[2, 4, 3, 1\] does not have/,
    );
    refuses(
      (x, k) => conv2d(x, k.reshape([1, 9, 1, 2]), { padding: 2 }),
      /conv2d: a window of 1 x 9 does not fit an image of 8 x 7, shape \[2, 8, 7, 1\] with its padding/,
    );
    refuses((x, k) => conv2d(x, k, { stride: 0 }), /conv2d: stride must be a positive integer, got 0/);
    refuses((x, k) => conv2d(x, k, { stride: [1, 1.5] }), /conv2d: stride\[1\] must be a positive integer, got 1.5/);
    refuses(
      (x, k) => conv2d(x, k, { stride: [1, 2, 3] as never }),
      /conv2d: stride must be .*, got a list of length 3/,
    );
    refuses((x, k) => conv2d(x, k, { padding: -1 }), /conv2d: padding must be a non-negative integer, got -1/);
    refuses(
      (x, k) => conv2d(x, k, { padding: "full" as Padding }),
      /conv2d: padding must be "valid", "same" or .*, got "full"/,
    );
    refuses(
      (x, k) => conv2d(x, k, { strides: 2 } as never),
      /conv2d: there is no option "strides"; the options are stride, padding/,
    );
    refuses((x, k) => conv2d(x.slice(0, 0, 2), k, { padding: "same" }), /does not fit an image of 6 x 2/);
  });

  it("by pooling", () => {
    refuses((x) => maxPool2d(x, {} as { window: RowsAndColumns }), /maxPool2d: window must be .*, got undefined/);
    refuses((x) => maxPool2d(x, { window: 4 }), /maxPool2d: a window of 4 x 4 does not fit an image of 4 x 3/);
    refuses(
      (x) => averagePool2d(x, { window: 2, padding: [0, 2] }),
      /averagePool2d: padding must be below the window's \[2, 2\], got \[0, 2\]/,
    );
    refuses((x) => averagePool2d(x.sum(0), { window: 2 }), /averagePool2d: input must be .*, got shape \[4, 3, 1\]/);
  });

  it("by windows", () => {
    refuses((x) => x.windows([1], [5], [1]), /windows: one of length 5 does not fit axis 1 of shape \[2, 4, 3, 1\]/);
    refuses((x) => x.windows([2, 1], [1, 1], [1, 1]), /windows: axes must ascend, got \[2, 1\]/);
    refuses((x) => x.windows([4], [1], [1]), /windows: shape \[2, 4, 3, 1\] has no axis 4/);
    refuses((x) => x.windows([1, 2], [1], [1]), /windows: 2 axes need as many sizes and steps, got \[1\] and \[1\]/);
    refuses((x) => x.windows([1], [0], [1]), /windows: size\[0\] must be a positive integer, got 0/);
    refuses((x) => x.windows([1], [1], [0]), /windows: step\[0\] must be a positive integer, got 0/);
  });
});
