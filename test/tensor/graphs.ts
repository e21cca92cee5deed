// Random graphs over all primitives: a list of numbers decides everything, so that fast-check can shrink a failing graph.

import {
  averagePool2d,
  concat,
  constant,
  conv2d,
  type DType,
  type Graph,
  gradient,
  maxPool2d,
  type NumberArray,
  type Padding,
  repeat,
  type Shape,
  sizeOf,
  stack,
  type Tensor,
  trace,
  vjp,
} from "../../src/tensor/index.js";
import { pad } from "../../src/tensor/structural-derivatives.js";

/** How many graphs to try where one wants more than the usual: 10,000 every night. */
export const runs: number | undefined =
  process.env.ERGODIC_RANDOM_GRAPHS === undefined ? undefined : Number(process.env.ERGODIC_RANDOM_GRAPHS);

export interface Example {
  readonly graph: Graph;
  readonly inputs: readonly NumberArray[];
}

/** The graph that these choices make, with inputs for it. Choices beyond the last are 0. */
export function exampleFrom(choices: readonly number[]): Example {
  const choose = chooser(choices);
  const dtype: DType = choose(3) === 2 ? "f32" : "f64";
  const count = 1 + choose(3);
  const specs = Array.from({ length: count }, () => ({ shape: shapeFrom(choose), dtype }));
  const graph = trace((inputs) => {
    const pool = [...inputs];
    const steps = 1 + choose(12);
    for (let i = 0; i < steps; i++) grow(choose, pool, 0);
    const outputs = pool.slice(-1 - choose(4));
    // Derivatives make graphs that nobody would write: pads, transposes, reversed loops.
    if (choose(3) === 0) {
      const total = outputs.map((output) => output.sum()).reduce((sum, each) => sum.add(each.cast(sum.dtype)));
      return [...outputs, ...gradient(total, inputs)];
    }
    return outputs;
  }, specs);
  return { graph, inputs: graph.inputs.map((slot) => numbersFrom(choose, slot.dtype, sizeOf(slot.shape))) };
}

type Choose = (below: number) => number;

function chooser(choices: readonly number[]): Choose {
  let next = 0;
  // After the last choice a fixed sequence of further ones, so that short lists still make varied numbers.
  return (below) => (next < choices.length ? choices[next++] % below : Math.trunc(next++ / 3) % below);
}

// The long one makes values that are worth placing in shared memory.
const lengths = [2, 3, 1, 4, 0, 5, 19];

function shapeFrom(choose: Choose): number[] {
  return Array.from({ length: choose(4) }, () => lengths[choose(choose(3) === 0 ? 7 : 4)]);
}

const specials = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-310, 1e300];

function numbersFrom(choose: Choose, dtype: DType, length: number): NumberArray {
  const odd = choose(4) === 0;
  const numbers = Array.from({ length }, (_, i) =>
    odd && choose(5) === 0 ? specials[choose(specials.length)] : (choose(1000) - 500) / 250 + Math.sin(i + 1) / 7,
  );
  return dtype === "f64" ? Float64Array.from(numbers) : Float32Array.from(numbers);
}

/** Adds one tensor to the pool. */
function grow(choose: Choose, pool: Tensor[], depth: number): void {
  const x = pool[pool.length - 1 - choose(Math.min(pool.length, 6))];
  const made = makers[choose(makers.length)](choose, x, pool, depth);
  if (sizeOf(made.shape) <= 300) pool.push(made);
}

type Maker = (choose: Choose, x: Tensor, pool: readonly Tensor[], depth: number) => Tensor;

const unary: readonly ((x: Tensor) => Tensor)[] = [
  (x) => x.neg(),
  (x) => x.abs(),
  (x) => x.sign(),
  (x) => x.floor(),
  (x) => x.exp(),
  (x) => x.log(),
  (x) => x.log1p(),
  (x) => x.expm1(),
  (x) => x.sqrt(),
  (x) => x.sin(),
  (x) => x.cos(),
  (x) => x.tanh(),
  (x) => x.sigmoid(),
  (x) => x.softplus(),
  (x) => x.relu(),
  (x) => x.erf(),
  (x) => x.lgamma(),
  (x) => x.digamma(),
  (x) => x.trigamma(),
  (x) => x.stopGradient(),
  (x) => x.square(),
  (x) => x.reciprocal(),
  (x) => x.pow(3),
  (x) => x.mul(-0.5),
  (x) => x.add(1.5),
  (x) => x.div(4),
  (x) =>
    x
      .add(0.1)
      .cast(x.dtype === "f64" ? "f32" : "f64")
      .mul(0.3)
      .cast(x.dtype),
];

const binary: readonly ((x: Tensor, y: Tensor) => Tensor)[] = [
  (x, y) => x.add(y),
  (x, y) => x.sub(y),
  (x, y) => x.mul(y),
  (x, y) => x.div(y),
  (x, y) => x.pow(y),
  (x, y) => x.minimum(y),
  (x, y) => x.maximum(y),
  (x, y) => x.less(y),
  (x, y) => x.lessEqual(y),
  (x, y) => x.equal(y),
  (x, y) => x.where(y, x.mul(2)),
  (x, y) => x.less(y).where(x, y),
];

const makers: readonly Maker[] = [
  (choose, x) => unary[choose(unary.length)](x),
  (choose, x) => unary[choose(unary.length)](x),
  (choose, x, pool) => binary[choose(binary.length)](x, partnerOf(choose, x, pool)),
  (choose, x, pool) => binary[choose(binary.length)](x, partnerOf(choose, x, pool)),
  (choose, x) => x.sum(axesOf(choose, x)),
  (choose, x) => (sizeOf(x.shape) === 0 ? x : x.max(axesOf(choose, x))),
  (choose, x) => (sizeOf(x.shape) === 0 || x.rank === 0 ? x : x.logSumExp(axesOf(choose, x))),
  (choose, x) => (x.rank === 0 ? x : x.softmax(choose(x.rank))),
  (choose, x) => reshaped(choose, x),
  (choose, x) => x.transpose(orderOf(choose, x.rank)),
  (choose, x) => sliced(choose, x),
  (choose, x) => padded(choose, x),
  (choose, x, pool) => {
    if (x.rank === 0) return stack([x, partnerOf(choose, x, pool).sum()]);
    const axis = choose(x.rank);
    return concat([x, sliced(choose, x, axis), x.mul(2)], axis);
  },
  (choose, x) => (x.rank > 2 ? x : x.broadcastTo([1 + choose(3), ...x.shape])),
  (choose, x) => {
    if (x.rank === 0 || x.shape[0] === 0) return x;
    const shape = shapeFrom(choose).slice(0, 2);
    const rows = constant(
      Float64Array.from({ length: sizeOf(shape) }, () => choose(x.shape[0])),
      { shape },
    );
    return x.gather(choose(2) === 0 ? rows : rows.add(indicesFrom(x).mul(0)));
  },
  (choose, x) => {
    if (x.rank === 0) return x;
    const length = 1 + choose(4);
    const rows = constant(
      Float64Array.from({ length: x.shape[0] }, () => choose(length)),
      { shape: [x.shape[0]] },
    );
    return x.scatterAdd(choose(2) === 0 ? rows : rows.add(indicesFrom(x).mul(0)), length);
  },
  (choose, x, pool) => product(choose, x, pool),
  (choose, x, pool) => product(choose, x, pool),
  (choose, x) => windowed(choose, x),
  (choose, x, pool) => convolved(choose, imageOf(choose, x), pool),
  (choose, x) => pooled(choose, imageOf(choose, x)),
  (choose, x) => {
    const root = matrixOf(x);
    const n = root.shape[0];
    const matrix = root.matmul(root.transpose()).add(identity(n, x.dtype).mul(0.5 + choose(3)));
    const l = matrix.cholesky();
    return choose(2) === 0 ? l : l.triangularSolve(root, choose(2) === 0);
  },
  (choose, x) => {
    const parts = x.rank === 0 ? [x] : x.unstack();
    if (parts.length === 0) return x;
    return stack(parts.map((part, i) => part.mul(parts[(i + 1) % parts.length]).add(choose(3))));
  },
  (choose, x) => {
    // What the gradient of slices looks like.
    if (x.rank === 0 || x.shape[0] < 2) return x;
    const n = x.shape[0];
    const start = (at: number): number[] => x.shape.map((_, axis) => (axis === 0 ? at : 0));
    const first = pad(x.slice(0, n - 1), x.shape, start(0));
    const second = pad(x.slice(1, n).square(), x.shape, start(1));
    return choose(2) === 0
      ? first.add(second)
      : first
          .add(second)
          .add(x)
          .add(pad(x.slice(0, 1), x.shape, start(n - 1)));
  },
  loop,
  loop,
];

/** A counted loop around a small random body: sequences, outside values, reversed, collected and nested ones. */
function loop(choose: Choose, x: Tensor, pool: readonly Tensor[], depth: number): Tensor {
  if (depth > 1 || sizeOf(x.shape) > 60) return x;
  const count = choose(5);
  const y = pool[choose(pool.length)];
  const sequence = y.broadcastTo([count, ...y.shape]).mul(0.7);
  const withSequence = sizeOf(sequence.shape) <= 100 && choose(2) === 0;
  const { carries, collected } = repeat(
    count,
    [x, y],
    ([a, b], { number, entries }) => {
      const inner = [a, b, ...entries, number.cast(a.dtype)];
      const steps = 1 + choose(4);
      for (let i = 0; i < steps; i++) grow(choose, inner, depth + 1);
      const last = inner[inner.length - 1];
      const next = a.mul(0.9).add(last.sum().cast(a.dtype).tanh());
      const swap = choose(3) === 0 && a.shape.join() === b.shape.join() && a.dtype === b.dtype;
      return { carries: swap ? [b, next] : [next, b.mul(0.5)], collect: [last, a] };
    },
    { sequences: withSequence ? [sequence] : [], reversed: choose(2) === 0 },
  );
  return [...carries, ...collected][choose(4)];
}

function partnerOf(choose: Choose, x: Tensor, pool: readonly Tensor[]): Tensor {
  const y = pool[choose(pool.length)].cast(x.dtype);
  if (y.shape.join() === x.shape.join()) return y;
  if (y.rank === 0) return y;
  // A part of x that broadcasts against it.
  const kept = x.shape.map((length) => (choose(2) === 0 ? 1 : length));
  const axes = x.shape.map((_, axis) => axis).filter((axis) => kept[axis] !== x.shape[axis]);
  return x.sum(axes).reshape(kept).mul(0.25).add(y.sum());
}

function axesOf(choose: Choose, x: Tensor): number[] {
  const axes = x.shape.map((_, axis) => axis).filter(() => choose(2) === 0);
  return axes.length === 0 && x.rank > 0 ? [choose(x.rank)] : axes;
}

function reshaped(choose: Choose, x: Tensor): Tensor {
  const size = sizeOf(x.shape);
  const divisor = [1, 2, 3, 4, 5].filter((d) => size > 0 && size % d === 0)[choose(3)] ?? 1;
  const shapes: Shape[] = [[size], [1, size], [size, 1], [divisor, size / divisor], [...x.shape, 1], [1, ...x.shape]];
  return x.reshape(shapes[choose(shapes.length)]);
}

function orderOf(choose: Choose, rank: number): number[] {
  const left = Array.from({ length: rank }, (_, axis) => axis);
  return Array.from({ length: rank }, () => left.splice(choose(left.length), 1)[0]);
}

function sliced(choose: Choose, x: Tensor, along?: number): Tensor {
  if (x.rank === 0) return x;
  const axis = along ?? choose(x.rank);
  const from = choose(x.shape[axis] + 1);
  return x.slice(from, from + choose(x.shape[axis] - from + 1), axis);
}

function padded(choose: Choose, x: Tensor): Tensor {
  const before = x.shape.map(() => choose(2));
  return pad(
    x,
    x.shape.map((length, axis) => length + before[axis] + choose(2)),
    before,
  );
}

function product(choose: Choose, x: Tensor, pool: readonly Tensor[]): Tensor {
  const a = matrixOf(x);
  const b = matrixOf(pool[choose(pool.length)].cast(x.dtype));
  const right = b
    .sum()
    .reshape([1, 1])
    .broadcastTo([a.shape[1], 3])
    .add(
      constant([[1], [2]])
        .cast(x.dtype)
        .slice(0, 1),
    );
  switch (choose(5)) {
    case 0:
      return a.transpose().matmul(a);
    case 1:
      return a.matmul(a.transpose());
    case 2:
      return a.matmul(right);
    case 3:
      return right.transpose().matmul(a.transpose());
    default: {
      const batch = stack([a, a.mul(2)]);
      return batch.matmul(batch.transpose([0, 2, 1]));
    }
  }
}

/** Windows along some of the axes, or their sum, which windows of windows make. */
function windowed(choose: Choose, x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis).filter((axis) => x.shape[axis] > 0 && choose(2) === 0);
  if (axes.length === 0) return x;
  const size = axes.map((axis) => 1 + choose(Math.min(3, x.shape[axis])));
  const step = axes.map(() => 1 + choose(3));
  const windows = x.windows(axes, size, step);
  // The derivative along a direction that is made of the windows.
  return choose(2) === 0 ? windows : vjp([windows], [windows.tanh()], [x])[0];
}

/** A batch of images that x fills, with numbers of its own where it is too short. */
function imageOf(choose: Choose, x: Tensor): Tensor {
  const shape = [1 + choose(2), 1 + choose(6), 1 + choose(5), 1 + choose(3)];
  const flat = x.reshape([sizeOf(x.shape)]);
  const size = sizeOf(shape);
  const own = constant(
    Float64Array.from({ length: size }, (_, i) => Math.cos(i)),
    { dtype: x.dtype },
  );
  return concat([flat, own]).slice(0, size).reshape(shape);
}

function convolved(choose: Choose, image: Tensor, pool: readonly Tensor[]): Tensor {
  const [, height, width, channels] = image.shape;
  const padding = paddings[choose(paddings.length)];
  const kernel = [1 + choose(Math.min(4, height)), 1 + choose(Math.min(3, width)), channels, [1, 2, 5][choose(3)]];
  const scale = pool[choose(pool.length)].cast(image.dtype).sum().tanh();
  const weights = constant(
    Float64Array.from({ length: sizeOf(kernel) }, (_, i) => Math.sin(2 * i)),
    { shape: kernel, dtype: image.dtype },
  );
  const stride = choose(3) === 0 ? ([1 + choose(3), 1 + choose(3)] as const) : 1 + choose(3);
  return conv2d(image, weights.mul(scale).add(0.1), { stride, padding });
}

function pooled(choose: Choose, image: Tensor): Tensor {
  const [, height, width] = image.shape;
  const window = [1 + choose(Math.min(3, height)), 1 + choose(Math.min(3, width))] as const;
  const padding = choose(2) === 0 ? ([choose(window[0]), choose(window[1])] as const) : paddings[choose(2)];
  const stride = choose(2) === 0 ? undefined : 1 + choose(3);
  return (choose(2) === 0 ? maxPool2d : averagePool2d)(image, { window, stride, padding });
}

const paddings: readonly Padding[] = ["valid", "same", 1, [0, 2]];

function matrixOf(x: Tensor): Tensor {
  const last = x.rank === 0 ? 1 : x.shape[x.rank - 1];
  return x
    .reshape([last === 0 ? 0 : sizeOf(x.shape) / last, last])
    .slice(0, Math.min(6, last === 0 ? 0 : sizeOf(x.shape) / last));
}

function identity(n: number, dtype: DType): Tensor {
  return constant(
    Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    { shape: [n, n], dtype },
  );
}

/** A scalar that no back end knows before it runs: 0 where finite numbers go in. */
function indicesFrom(x: Tensor): Tensor {
  return x.sum().cast("f64").less(0);
}
