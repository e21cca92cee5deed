// Weights in and out: NumPy's and PyTorch's files, byte by byte, and their way into a network.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { zipSync } from "fflate";
import { cnn, fromNpy, fromNpz, fromSafetensors, mlp, parametersFrom, toSafetensors } from "../../src/index.js";
import { constant, evaluate, trace } from "../../src/tensor/index.js";

/** A file as numpy.save writes it. */
function npy(
  descr: string,
  shape: readonly number[],
  data: Uint8Array,
  options: { fortran?: boolean; version?: number } = {},
): Uint8Array {
  const { fortran = false, version = 1 } = options;
  const wide = version > 1;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${tuple}, }`;
  const start = wide ? 12 : 10;
  const header = dictionary.padEnd(Math.ceil((start + dictionary.length + 1) / 64) * 64 - start - 1) + "\n";
  const bytes = new Uint8Array(start + header.length + data.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), version, 0]);
  const view = new DataView(bytes.buffer);
  if (wide) view.setUint32(8, header.length, true);
  else view.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), start);
  bytes.set(data, start + header.length);
  return bytes;
}

const bytesOf = (values: { readonly buffer: ArrayBufferLike }): Uint8Array => new Uint8Array(values.buffer);

describe("NumPy's files", () => {
  test("of every type are read as the numbers they hold", () => {
    const cases: [string, Uint8Array, number[]][] = [
      ["<f8", bytesOf(Float64Array.of(0.1, -2)), [0.1, -2]],
      ["<f4", bytesOf(Float32Array.of(0.5, -2)), [0.5, -2]],
      ["<f2", bytesOf(Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7c00)), [1, -2.5, 2 ** -24, Number.POSITIVE_INFINITY]],
      ["<i8", bytesOf(BigInt64Array.of(-5n, 7n)), [-5, 7]],
      ["<i4", bytesOf(Int32Array.of(-5, 7)), [-5, 7]],
      ["|u1", Uint8Array.of(3, 255), [3, 255]],
      ["|b1", Uint8Array.of(1, 0), [1, 0]],
      [">f4", Uint8Array.of(0x3f, 0x80, 0, 0), [1]],
    ];
    for (const [descr, data, expected] of cases) {
      const { shape, values } = fromNpy(npy(descr, [expected.length], data));
      assert.deepEqual([[...shape], [...values]], [[expected.length], expected], descr);
    }
  });

  test("in Fortran's order become row-major, and of version 2 are read alike", () => {
    // [[1, 2, 3], [4, 5, 6]] column by column.
    const { shape, values } = fromNpy(
      npy("<f8", [2, 3], bytesOf(Float64Array.of(1, 4, 2, 5, 3, 6)), { fortran: true, version: 2 }),
    );
    assert.deepEqual(
      [shape, [...values]],
      [
        [2, 3],
        [1, 2, 3, 4, 5, 6],
      ],
    );
    assert.deepEqual([...fromNpy(npy("<f8", [], bytesOf(Float64Array.of(7)))).values], [7]);
  });

  test("zipped, stored or deflated, come by name", () => {
    const files = {
      "a.npy": npy("<f8", [2], bytesOf(Float64Array.of(1, 2))),
      "layer.weight.npy": npy("<f4", [1, 2], bytesOf(Float32Array.of(3, 4))),
    };
    for (const level of [0, 9] as const) {
      const arrays = fromNpz(zipSync(files, { level }));
      assert.deepEqual(Object.keys(arrays), ["a", "layer.weight"]);
      assert.deepEqual([...arrays["layer.weight"].values], [3, 4]);
    }
  });

  test("that are broken are refused", () => {
    assert.throws(() => fromNpz(Uint8Array.of(1, 2, 3)), /^RangeError: fromNpz: bytes are no zip archive/);
    assert.throws(() => fromNpy(new Uint8Array(100)), /fromNpy: not an array as numpy.save writes it/);
    assert.throws(
      () => fromNpy(npy("<f8", [3], new Uint8Array(16))),
      /cut short: 3 numbers of 8 bytes, but 16 bytes are left/,
    );
    assert.throws(() => fromNpy(npy("<c16", [1], new Uint8Array(16))), /numbers of type <c16 are not understood/);
    assert.throws(() => fromNpz(zipSync({ "x.npy": new Uint8Array(20) })), /fromNpz: x: not an array/);
    assert.throws(() => fromNpy("x" as never), /fromNpy: bytes must be the bytes of a file/);
  });
});

describe("safetensors", () => {
  const arrays = {
    "fc1.weight": { shape: [2, 3], values: Float64Array.of(1, 2, 3, 4, 5, 6.1) },
    bias: { shape: [1], values: Float64Array.of(-0.1) },
    scalar: { shape: [], values: Float64Array.of(9) },
  };

  test("come back as they were written, and single precision as rounded", () => {
    assert.deepEqual(fromSafetensors(toSafetensors(arrays)), arrays);
    const single = fromSafetensors(toSafetensors(arrays, { precision: "f32" }));
    assert.equal(single["fc1.weight"].values[5], Math.fround(6.1));
  });

  test("lie where the specification says: length, JSON, numbers in little-endian order", () => {
    const bytes = toSafetensors({ x: { shape: [1], values: Float64Array.of(1) } });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    assert.equal(length % 8, 0);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))), {
      x: { dtype: "F64", shape: [1], data_offsets: [0, 8] },
    });
    assert.deepEqual([...bytes.subarray(8 + length)], [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
  });

  test("of half precision, bfloat16 and with metadata are read", () => {
    const header = JSON.stringify({
      __metadata__: { format: "pt" },
      h: { dtype: "F16", shape: [1], data_offsets: [0, 2] },
      b: { dtype: "BF16", shape: [1], data_offsets: [2, 4] },
    });
    const bytes = new Uint8Array(8 + header.length + 4);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(new TextEncoder().encode(header), 8);
    bytes.set([0x00, 0x3e, 0xc0, 0x3f], 8 + header.length);
    const { h, b } = fromSafetensors(bytes);
    assert.deepEqual([h.values[0], b.values[0]], [1.5, 1.5]);
  });

  test("that are broken are refused", () => {
    assert.throws(() => fromSafetensors(new Uint8Array(4)), /4 bytes hold no header/);
    assert.throws(() => fromSafetensors(toSafetensors(arrays).subarray(0, 30)), /its header should have \d+ bytes/);
    const bytes = toSafetensors(arrays);
    assert.throws(
      () => fromSafetensors(bytes.subarray(0, bytes.length - 1)),
      /scalar: 1 numbers of 8 bytes do not lie from byte 56 to 64 of 63/,
    );
    assert.throws(
      () => toSafetensors({ x: { shape: [2], values: new Float64Array(3) } }),
      /x.values must be 2 numbers, as its shape says/,
    );
  });
});

describe("parametersFrom", () => {
  const apply = (network: ReturnType<typeof mlp>, parameters: Float64Array, row: number[]): number[] => {
    const graph = trace(
      ([w]) => [network.apply(w, constant(row, { shape: [1, row.length] }))],
      [{ shape: [network.dim] }],
    );
    return [...evaluate(graph, [parameters])[0]];
  };

  test("a network with PyTorch's weights computes what PyTorch's does", () => {
    const network = mlp({ inputs: 2, hidden: [3], outputs: 1, activation: "relu" });
    const weights = {
      "0.weight": { shape: [3, 2], values: [1, 2, -1, 0.5, 0, 1] },
      "0.bias": { shape: [3], values: [0.1, 0.2, -10] },
      "2.weight": { shape: [1, 3], values: [2, -1, 5] },
      "2.bias": { shape: [1], values: [0.5] },
    };
    const parameters = parametersFrom(network, weights);
    // relu(W x + b) at x = (3, -1): (1.1, 0, 0), so 2 * 1.1 + 0.5.
    assert.ok(Math.abs(apply(network, parameters, [3, -1])[0] - 2.7) < 1e-12);
    const reordered = Object.fromEntries(Object.entries(weights).reverse());
    assert.deepEqual(parametersFrom(network, reordered, { names: Object.keys(weights) }), parameters);
  });

  test("convolution kernels are turned from [out, in, rows, columns]", () => {
    const network = cnn({ inputs: [2, 2, 1], convolutions: [{ filters: 1, size: 2 }], outputs: 1, activation: "relu" });
    const [kernel] = network.layout;
    const sizes = network.layout.map(({ name, shape }) => [
      name,
      {
        shape: shape.length === 4 ? [1, 1, 2, 2] : [...shape].reverse(),
        values: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(1),
      },
    ]);
    const weights = Object.fromEntries(sizes) as Record<string, { shape: number[]; values: Float64Array }>;
    weights[kernel.name].values.set([1, 2, 3, 4]);
    const parameters = parametersFrom(network, weights);
    assert.deepEqual([...parameters.subarray(kernel.start, kernel.start + 4)], [1, 2, 3, 4]);
  });

  test("a convolutional network with PyTorch's weights computes what PyTorch's does, whose images have their channels first", () => {
    const [side, channels, filters, outputs] = [4, 2, 3, 2];
    const network = cnn({
      inputs: [side, side, channels],
      convolutions: [{ filters, size: 3 }],
      outputs,
      activation: "relu",
    });
    const numbers = (length: number, of: number) => Float64Array.from({ length }, (_, i) => Math.sin(of + 1.7 * i));
    const kernel = numbers(filters * channels * 9, 1);
    const dense = numbers(outputs * filters * 4, 2);
    const parameters = parametersFrom(network, {
      "conv.weight": { shape: [filters, channels, 3, 3], values: kernel },
      "conv.bias": { shape: [filters], values: [0.1, 0.2, 0.3] },
      "fc.weight": { shape: [outputs, filters * 4], values: dense },
      "fc.bias": { shape: [outputs], values: [-1, 1] },
    });
    const image = numbers(channels * side * side, 3);
    const hidden = Array.from({ length: filters * 4 }, (_, at) => {
      const [filter, y, x] = [at >> 2, (at >> 1) & 1, at & 1];
      let sum = [0.1, 0.2, 0.3][filter];
      for (let c = 0; c < channels; c++)
        for (let i = 0; i < 3; i++)
          for (let j = 0; j < 3; j++)
            sum += image[(c * side + y + i) * side + x + j] * kernel[((filter * channels + c) * 3 + i) * 3 + j];
      return Math.max(0, sum);
    });
    const expected = [-1, 1].map((bias, o) =>
      hidden.reduce((sum, h, at) => sum + h * dense[o * filters * 4 + at], bias),
    );
    const channelsLast = Array.from({ length: image.length }, (_, k) => {
      const [place, c] = [Math.floor(k / channels), k % channels];
      return image[c * side * side + place];
    });
    const made = apply(network, parameters, channelsLast);
    for (let o = 0; o < outputs; o++) assert.ok(Math.abs(made[o] - expected[o]) < 1e-12, `${made} is not ${expected}`);
  });

  test("what does not fit is refused by the block's name", () => {
    const network = mlp({ inputs: 2, hidden: [], outputs: 1 });
    const good = { w: { shape: [1, 2], values: [1, 2] }, b: { shape: [1], values: [0] } };
    assert.throws(
      () => parametersFrom(network, { w: good.w }),
      /the network has 2 blocks \(layer 1 weight, layer 1 bias\), the weights have 1 arrays/,
    );
    assert.throws(
      () => parametersFrom(network, { ...good, w: { shape: [2, 1], values: [1, 2] } }),
      /w must have shape \[1, 2\] for layer 1 weight, got \[2, 1\]/,
    );
    assert.throws(() => parametersFrom(network, good, { names: ["w", "c"] }), /there is no array "c" for layer 1 bias/);
  });
});
