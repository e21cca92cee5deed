// Convolutional networks against loops written out by hand, and at work: losses, training, the LLC.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  adam,
  type CnnOptions,
  cnn,
  likelihoods,
  llc,
  mlp,
  type Network,
  networkLoss,
  train,
} from "../../src/index.js";
import { lossFromSource } from "../../src/networks/index.js";
import { parameterNames } from "../../src/networks/network.js";
import { stream } from "../../src/random/index.js";
import { evaluate, trace } from "../../src/tensor/index.js";
import { assertClose, differences } from "../energies/differences.js";

function outputsOf(network: Network, parameters: Float64Array, rows: Float64Array): Float64Array {
  const count = rows.length / network.inputs;
  const graph = trace(([w, x]) => [network.apply(w, x)], [[network.dim], [count, network.inputs]]);
  assert.deepEqual(graph.instructions[graph.outputs[0]].shape, [count, network.outputs]);
  return evaluate(graph, [parameters, rows])[0] as Float64Array;
}

function normals(length: number, name: string): Float64Array {
  const numbers = new Float64Array(length);
  stream(1, name).fillNormal(numbers);
  return numbers;
}

const relu = (x: number): number => Math.max(0, x);

/** 6 x 5 x 2, 3 filters of 3 x 2, relu, the largest of 2 x 2, 4 hidden, 2 outputs: one image through the layers. */
function byHand(w: Float64Array, image: Float64Array): number[] {
  let next = 0;
  const take = (length: number): Float64Array => w.subarray(next, (next += length));
  const [kernel, bias] = [take(3 * 2 * 2 * 3), take(3)];
  const at = (y: number, x: number, o: number): number => {
    let sum = bias[o];
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 2; j++) {
        for (let c = 0; c < 2; c++) sum += image[((y + i) * 5 + x + j) * 2 + c] * kernel[((i * 2 + j) * 2 + c) * 3 + o];
      }
    }
    return relu(sum);
  };
  // 4 x 4 pixels behind the convolution, 2 x 2 behind the pooling.
  const pooled: number[] = [];
  for (let y = 0; y < 4; y += 2) {
    for (let x = 0; x < 4; x += 2) {
      for (let o = 0; o < 3; o++) {
        pooled.push(Math.max(at(y, x, o), at(y, x + 1, o), at(y + 1, x, o), at(y + 1, x + 1, o)));
      }
    }
  }
  const dense = (values: number[], width: number): number[] => {
    const [weights, biases] = [take(values.length * width), take(width)];
    return Array.from(biases, (b, j) => values.reduce((sum, value, i) => sum + value * weights[i * width + j], b));
  };
  const outputs = dense(dense(pooled, 4).map(relu), 2);
  assert.equal(next, w.length);
  return outputs;
}

const small: CnnOptions = {
  inputs: [6, 5, 2],
  convolutions: [{ filters: 3, size: [3, 2], pool: { window: 2 } }],
  hidden: [4],
  outputs: 2,
};

test("a convolution, pooling and two layers are the loops by hand", () => {
  const network = cnn(small);
  const [parameters, rows] = [normals(network.dim, "w"), normals(3 * 60, "x")];
  const expected = [0, 1, 2].flatMap((i) => byHand(parameters, rows.subarray(60 * i, 60 * i + 60)));
  assertClose(outputsOf(network, parameters, rows), expected, 1e-14);
});

test("without convolutions it is a perceptron on the image's numbers", () => {
  const network = cnn({ inputs: [2, 3, 1], convolutions: [], hidden: [4], outputs: 2, activation: "tanh" });
  const perceptron = mlp({ inputs: 6, hidden: [4], outputs: 2, activation: "tanh" });
  assert.deepEqual(network.layout, perceptron.layout);
  const [w, x] = [normals(network.dim, "w"), normals(18, "x")];
  assert.deepEqual(outputsOf(network, w, x), outputsOf(perceptron, w, x));
  assert.deepEqual(network.initialize(stream(4)), perceptron.initialize(stream(4)));
});

test("with one window as large as the image, a convolution is a layer of a perceptron", () => {
  const network = cnn({ inputs: [3, 2, 2], convolutions: [{ filters: 5, size: [3, 2] }], outputs: 3 });
  const perceptron = mlp({ inputs: 12, hidden: [5], outputs: 3, activation: "relu" });
  const [w, x] = [normals(network.dim, "w"), normals(4 * 12, "x")];
  assert.equal(network.dim, perceptron.dim);
  assertClose(outputsOf(network, w, x), outputsOf(perceptron, w, x), 1e-14);
});

test("the layout says where kernels, biases and layers lie, and every parameter has a name of its own", () => {
  const network = cnn({
    inputs: [28, 28, 1],
    convolutions: [
      { filters: 8, size: 5, stride: 2 },
      { filters: 16, size: 3, stride: 2 },
    ],
    outputs: 10,
  });
  assert.equal(network.inputs, 784);
  assert.equal(network.dim, 5386);
  assert.deepEqual(network.layout, [
    { name: "convolution 1 kernel", shape: [5, 5, 1, 8], start: 0 },
    { name: "convolution 1 bias", shape: [8], start: 200 },
    { name: "convolution 2 kernel", shape: [3, 3, 8, 16], start: 208 },
    { name: "convolution 2 bias", shape: [16], start: 1360 },
    { name: "layer 1 weight", shape: [400, 10], start: 1376, image: [5, 5, 16] },
    { name: "layer 1 bias", shape: [10], start: 5376 },
  ]);
  const names = parameterNames(network.layout);
  assert.equal(new Set(names).size, 5386);
  assert.equal(names[9], "convolution 1 kernel[0,1,0,1]");
  const bare = cnn({ ...small, bias: false });
  assert.deepEqual(
    bare.layout.map(({ shape }) => shape),
    [
      [3, 2, 2, 3],
      [12, 4],
      [4, 2],
    ],
  );
});

test("padding, strides and pooling of either kind change the image as they say", () => {
  const featuresOf = (convolutions: CnnOptions["convolutions"]): number => {
    const { layout } = cnn({ inputs: [9, 8, 2], convolutions, outputs: 1 });
    return layout[layout.length - 2].shape[0];
  };
  assert.equal(featuresOf([{ filters: 3, size: 3 }]), 7 * 6 * 3);
  assert.equal(featuresOf([{ filters: 3, size: 3, padding: "same" }]), 9 * 8 * 3);
  assert.equal(featuresOf([{ filters: 3, size: 3, padding: [2, 0], stride: [2, 1] }]), 6 * 6 * 3);
  assert.equal(featuresOf([{ filters: 3, size: 1, pool: { window: 2 } }]), 4 * 4 * 3);
  assert.equal(
    featuresOf([{ filters: 3, size: 1, pool: { kind: "average", window: 3, stride: 2, padding: "same" } }]),
    5 * 4 * 3,
  );
  const one = (kind: "max" | "average"): Float64Array =>
    outputsOf(
      cnn({ inputs: [2, 2, 1], convolutions: [{ filters: 1, size: 1, pool: { kind, window: 2 } }], outputs: 1 }),
      Float64Array.of(1, 0, 1, 0),
      Float64Array.of(1, 2, 3, 6),
    );
  assert.deepEqual([...one("max"), ...one("average")], [6, 3]);
});

test("kernels start by the law that fits the activation, biases at 0", () => {
  const [channels, filters, size] = [12, 40, 5];
  const expectScale = (activation: CnnOptions["activation"], deviation: number): void => {
    const network = cnn({ inputs: [8, 8, channels], convolutions: [{ filters, size }], outputs: 1, activation });
    const w = network.initialize(stream(2));
    const kernel = w.subarray(0, size * size * channels * filters);
    const found = Math.sqrt(kernel.reduce((sum, entry) => sum + entry ** 2, 0) / kernel.length);
    // The sample standard deviation of m normals has relative error 1 / sqrt(2 m).
    assert.ok(Math.abs(found / deviation - 1) < 4.5 / Math.sqrt(2 * kernel.length), `${activation}: ${found}`);
    assert.ok(w.subarray(kernel.length, kernel.length + filters).every((bias) => bias === 0));
  };
  const [fanIn, fanOut] = [size * size * channels, size * size * filters];
  expectScale(undefined, Math.sqrt(2 / fanIn));
  expectScale("selu", Math.sqrt(1 / fanIn));
  expectScale("tanh", Math.sqrt(2 / (fanIn + fanOut)));
  const orthogonal = cnn({ ...small, initializer: "orthogonal" }).initialize(stream(5));
  const columns = Array.from({ length: 3 }, (_, o) => Array.from({ length: 12 }, (__, i) => orthogonal[3 * i + o]));
  columns.forEach((a, i) => {
    columns.forEach((b, j) => {
      const product = a.reduce((sum, entry, k) => sum + entry * b[k], 0);
      assert.ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-14);
    });
  });
});

/** Images of one bright line in noise: label 1 where it is upright. */
function lines(count: number, size: number): { inputs: number[][]; outputs: number[] } {
  const random = stream(3, "lines");
  const outputs = Array.from({ length: count }, (_, i) => i % 2);
  const inputs = outputs.map((label) => {
    const place = random.integer(size);
    return Array.from({ length: size * size }, (_, k) => {
      const [row, column] = [Math.floor(k / size), k % size];
      return (label === 1 ? column === place : row === place) ? 1 : 0.3 * random.normal();
    });
  });
  return { inputs, outputs };
}

const detector = cnn({
  inputs: [6, 6, 1],
  convolutions: [{ filters: 3, size: 3, padding: "same", pool: { window: 2 } }],
  outputs: 2,
});

test("its loss's gradient is that of differences, in double and, to seven digits, in single precision", () => {
  const data = lines(37, 6);
  // Pooling by means has no kinks, at which differences would be of no use.
  const pool = { kind: "average", window: 2 } as const;
  const smooth = cnn({
    inputs: [6, 6, 1],
    convolutions: [{ filters: 3, size: 3, padding: "same", pool }],
    outputs: 2,
    activation: "softplus",
  });
  const w = smooth.initialize(stream(6));
  const [double, single] = (["f64", "f32"] as const).map((precision) =>
    networkLoss(smooth, data, likelihoods.categorical(), { precision }),
  );
  const [slope, rounded] = [new Float64Array(smooth.dim), new Float64Array(smooth.dim)];
  const value = double.valueAndGradient(w, slope);
  assertClose(
    slope,
    differences((x) => double.value(x), w),
    1e-9,
  );
  assert.ok(Math.abs(single.valueAndGradient(w, rounded) / value - 1) < 1e-6);
  assertClose(rounded, slope, 1e-6 * Math.max(1, Math.hypot(...slope)));
  // The loss travels to workers as plain data.
  const copy = lossFromSource(structuredClone(double.source));
  assert.equal(copy.value(w), value);
});

test("it learns to tell upright lines from level ones, and has an LLC there", async () => {
  const loss = networkLoss(detector, lines(200, 6), likelihoods.categorical(), { precision: "f32" });
  const { parameters } = await train(loss, {
    optimizer: adam({ learningRate: 0.02 }),
    steps: 400,
    batchSize: 50,
    seed: 1,
  });
  assert.ok(loss.value(parameters) < 0.1, `the loss is ${loss.value(parameters)} nats, a coin's is ${Math.log(2)}`);
  const { mean } = await llc(loss, { center: parameters, seed: 1, chains: 2, warmup: 100, draws: 100 });
  // Of a regular model it would be half the number of parameters.
  assert.ok(mean > 0 && mean < detector.dim / 2, `the LLC is ${mean}, of ${detector.dim} parameters`);
});

test("wrong options are refused by name, windows that do not fit with their layer and shapes", () => {
  const make = cnn as (options?: unknown) => Network;
  const good = { inputs: [6, 6, 1], convolutions: [{ filters: 2, size: 3 }], outputs: 2 };
  const layer = (changes: object): object => ({ ...good, convolutions: [{ filters: 2, size: 3, ...changes }] });
  const refuses = (options: unknown, message: RegExp): void => {
    assert.throws(
      () => make(options),
      (error: Error) => error instanceof RangeError && message.test(error.message),
      String(message),
    );
  };
  refuses(undefined, /cnn: options must be an object, got undefined/);
  refuses({ ...good, inputs: 36 }, /cnn: inputs must be \[height, width, channels\], got 36/);
  refuses({ ...good, inputs: [6, 0, 1] }, /cnn: inputs\[1\] must be a positive integer, got 0/);
  refuses({ ...good, outputs: 0 }, /cnn: outputs must be a positive integer, got 0/);
  refuses({ ...good, convolutions: 2 }, /cnn: convolutions must be a list of layers, got 2/);
  refuses({ ...good, convolutions: [null] }, /cnn: convolutions\[0\]: options must be an object, got null/);
  refuses({ ...good, hidden: 3 }, /cnn: hidden must be a list of widths, got 3/);
  refuses({ ...good, hidden: [3, -1] }, /cnn: hidden\[1\] must be a positive integer, got -1/);
  refuses({ ...good, activation: "sin" }, /cnn: activation must be one of "tanh", .*, got "sin"/);
  refuses({ ...good, initializer: "he" }, /cnn: initializer must be one of/);
  refuses({ ...good, outputInitializer: "he" }, /cnn: outputInitializer must be one of/);
  refuses({ ...good, bias: 0 }, /cnn: bias must be true or false, got 0/);
  refuses({ ...good, layers: [] }, /cnn: there is no option "layers"; the options are inputs, convolutions/);
  refuses(layer({ filters: 0 }), /cnn: convolutions\[0\]: filters must be a positive integer, got 0/);
  refuses(
    layer({ size: [3, 3, 3] }),
    /cnn: convolutions\[0\]: size must be a positive integer, got a list of length 3/,
  );
  refuses(layer({ size: 7 }), /cnn: convolutions\[0\]: conv2d: a window of 7 x 7 does not fit an image of 6 x 6/);
  refuses(layer({ stride: 0 }), /cnn: convolutions\[0\]: conv2d: stride must be a positive integer, got 0/);
  refuses(layer({ padding: "full" }), /cnn: convolutions\[0\]: conv2d: padding must be "valid", "same" or/);
  refuses(layer({ kernel: 3 }), /cnn: convolutions\[0\]: there is no option "kernel"; the options are filters, size/);
  refuses(
    layer({ pool: { window: 5 } }),
    /cnn: convolutions\[0\]: maxPool2d: a window of 5 x 5 does not fit an image of 4 x 4/,
  );
  refuses(
    layer({ pool: { size: 2 } }),
    /cnn: convolutions\[0\]\.pool: there is no option "size"; .* kind, window, stride/,
  );
  refuses(layer({ pool: 2 }), /cnn: convolutions\[0\]\.pool: options must be an object, got 2/);
  refuses(
    layer({ pool: { kind: "min", window: 2 } }),
    /cnn: convolutions\[0\]: pool.kind must be one of "max", "average", got "min"/,
  );
});
