// Loss and gradient of a small convolutional network on 64 images, beside the same by @tensorflow/tfjs on its CPU back end, which
// danfojs-node brings along. Both run in turns, and are held to the same loss and gradient.

import { cnn, type Loss, likelihoods, networkLoss, stream } from "../src/index.js";
import { report } from "./report.js";

const batch = 64;
const turns = 8;
/** About as long as one call of tfjs takes, so that whatever else the machine does falls on both alike. */
const callsPerTurn = 600;

const network = cnn({
  inputs: [28, 28, 1],
  convolutions: [
    { filters: 8, size: 5, stride: 2 },
    { filters: 16, size: 3, stride: 2 },
  ],
  outputs: 10,
});
const random = stream(1, "cnn");
const images = new Float64Array(batch * network.inputs);
random.fillNormal(images);
const labels = Array.from({ length: batch }, (_, i) => i % network.outputs);
const w = network.initialize(random);
const losses = (["f32", "f64"] as const).map((precision) => {
  const inputs = { values: images, shape: [batch, network.inputs] };
  return {
    precision,
    loss: networkLoss(network, { inputs, outputs: labels }, likelihoods.categorical(), { precision }),
  };
});

const reference = await byTfjs();
if (reference === undefined) console.log("  no @tensorflow/tfjs here: times are given without the ratio to it");
const best = losses.map(() => Number.POSITIVE_INFINITY);
let referenceBest = Number.POSITIVE_INFINITY;
losses.forEach(({ loss }) => agree(loss));
for (let turn = 0; turn < turns; turn++) {
  losses.forEach(({ loss }, i) => {
    const gradient = new Float64Array(network.dim);
    const turnTime = milliseconds(() => {
      for (let call = 0; call < callsPerTurn; call++) loss.valueAndGradient(w, gradient);
    });
    best[i] = Math.min(best[i], turnTime / callsPerTurn);
  });
  if (reference !== undefined) referenceBest = Math.min(referenceBest, milliseconds(reference));
}
losses.forEach(({ precision }, i) => {
  const name = `CNN, ${batch} images of 28 x 28, ${precision}:`;
  report({ what: `${name} loss and gradient`, value: best[i], unit: "ms" });
  if (reference === undefined) return;
  report({
    what: `${name} tfjs on its CPU back end, relative to that`,
    value: referenceBest / best[i],
    unit: "x",
    limit: precision === "f32" ? { atLeast: 50 } : undefined,
    note: `${referenceBest.toPrecision(3)} ms`,
  });
});

function milliseconds(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function agree(loss: Loss): void {
  if (reference === undefined) return;
  const gradient = new Float64Array(network.dim);
  const value = loss.valueAndGradient(w, gradient);
  const expected = reference();
  const size = Math.hypot(...gradient);
  const error = Math.hypot(...gradient.map((slope, i) => slope - expected.gradient[i]));
  if (!(Math.abs(value - expected.value) < 1e-4 * value && error < 1e-4 * size)) {
    throw new Error(
      `bench: the loss is ${value} and tfjs's ${expected.value}; the gradients differ by ${error} of ${size}`,
    );
  }
}

type Reference = () => { readonly value: number; readonly gradient: Float64Array };

/** What we use of tfjs, whose own types would be checked along with ours. */
interface TensorOfTfjs {
  dataSync(): Float32Array;
}
interface Tfjs {
  setBackend(name: string): Promise<boolean>;
  enableProdMode(): void;
  tensor(numbers: Float32Array, shape: readonly number[]): TensorOfTfjs;
  tidy<T>(run: () => T): T;
  valueAndGrads(f: (...xs: TensorOfTfjs[]) => TensorOfTfjs): (xs: TensorOfTfjs[]) => {
    value: TensorOfTfjs;
    grads: TensorOfTfjs[];
  };
  conv2d(x: TensorOfTfjs, kernel: TensorOfTfjs, stride: number, padding: "valid"): TensorOfTfjs;
  matMul(a: TensorOfTfjs, b: TensorOfTfjs): TensorOfTfjs;
  add(a: TensorOfTfjs, b: TensorOfTfjs): TensorOfTfjs;
  mul(a: TensorOfTfjs, b: TensorOfTfjs): TensorOfTfjs;
  relu(x: TensorOfTfjs): TensorOfTfjs;
  reshape(x: TensorOfTfjs, shape: readonly number[]): TensorOfTfjs;
  logSoftmax(x: TensorOfTfjs): TensorOfTfjs;
  sum(x: TensorOfTfjs, axis: number): TensorOfTfjs;
  mean(x: TensorOfTfjs): TensorOfTfjs;
  neg(x: TensorOfTfjs): TensorOfTfjs;
}

/** The same loss and gradient by tfjs; undefined where it is not installed. */
async function byTfjs(): Promise<Reference | undefined> {
  // A name in a variable: the types of a package that only comes along are none of the compiler's business.
  const name: string = "@tensorflow/tfjs";
  const tf: Tfjs | undefined = await import(name).catch(() => undefined);
  if (tf === undefined) return undefined;
  await tf.setBackend("cpu");
  tf.enableProdMode();
  const x = tf.tensor(Float32Array.from(images), [batch, 28, 28, 1]);
  const hot = Float32Array.from({ length: batch * 10 }, (_, i) => (labels[Math.floor(i / 10)] === i % 10 ? 1 : 0));
  const y = tf.tensor(hot, [batch, 10]);
  const parameters = network.layout.map(({ start, shape }) =>
    tf.tensor(Float32Array.from(w.subarray(start, start + shape.reduce((size, length) => size * length, 1))), shape),
  );
  const run = tf.valueAndGrads((k1, b1, k2, b2, weights, bias) => {
    const first = tf.relu(tf.add(tf.conv2d(x, k1, 2, "valid"), b1));
    const second = tf.relu(tf.add(tf.conv2d(first, k2, 2, "valid"), b2));
    const logits = tf.add(tf.matMul(tf.reshape(second, [batch, 400]), weights), bias);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), y), 1)));
  });
  return () =>
    tf.tidy(() => {
      const { value, grads } = run(parameters);
      const gradient = Float64Array.from(grads.flatMap((grad) => [...grad.dataSync()]));
      return { value: value.dataSync()[0], gradient };
    });
}
