// Every primitive's derivatives against differences of its values, and against each other: <c, J t> = <J^T c, t>.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  averagePool2d,
  concat,
  constant,
  conv2d,
  evaluate,
  gradient,
  hessianVectorProduct,
  inline,
  jvp,
  mapColumns,
  maxPool2d,
  repeat,
  type Shape,
  sizeOf,
  stack,
  type Tensor,
  trace,
  vjp,
} from "../../src/tensor/index.js";

const interpreted = { backend: "interpreter" } as const;

interface Case {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly f: (inputs: Tensor[]) => Tensor;
  /** Where the inputs' numbers come from, given the numbers of a fixed low-discrepancy sequence in (0, 1). */
  readonly at?: (u: number) => number;
}

const vector: Shape[] = [[3]];
const around = (u: number): number => 3 * u - 1.5;
const positive = (u: number): number => 0.2 + 2 * u;

const spd = (a: Tensor): Tensor =>
  a.matmul(a.transpose()).add(
    constant([
      [2, 0, 0],
      [0, 2, 0],
      [0, 0, 2],
    ]),
  );

const cases: Case[] = [
  ...["neg", "abs", "exp", "expm1", "sin", "cos", "tanh", "sigmoid", "softplus", "relu", "erf", "square"].map(
    (name): Case => ({ name, shapes: vector, f: ([x]) => call(x, name) }),
  ),
  ...["log", "log1p", "sqrt", "lgamma", "digamma", "trigamma", "reciprocal"].map(
    (name): Case => ({ name, shapes: vector, f: ([x]) => call(x, name), at: positive }),
  ),
  { name: "polygamma of order 3", shapes: vector, f: ([x]) => x.polygamma(3), at: positive },
  { name: "add, broadcast", shapes: [[2, 3], [3]], f: ([a, b]) => a.add(b) },
  { name: "sub, broadcast both ways", shapes: [[2, 1], [3]], f: ([a, b]) => a.sub(b) },
  { name: "mul, scalar", shapes: [[2, 3], []], f: ([a, b]) => a.mul(b) },
  { name: "div", shapes: [[3], [3]], f: ([a, b]) => a.div(b), at: positive },
  { name: "pow", shapes: [[3], [3]], f: ([a, b]) => a.pow(b), at: positive },
  { name: "pow, whole exponents", shapes: vector, f: ([a]) => a.pow(3).add(a.pow(4)).add(a.pow(5)) },
  { name: "minimum", shapes: [[4], [4]], f: ([a, b]) => a.minimum(b) },
  { name: "maximum", shapes: [[4], [4]], f: ([a, b]) => a.maximum(b) },
  { name: "where", shapes: [[4], [4]], f: ([a, b]) => a.less(b).where(a.square(), b.exp()) },
  { name: "cast there and back", shapes: vector, f: ([a]) => a.cast("f64").mul(2) },
  { name: "sum over an axis", shapes: [[2, 3, 2]], f: ([a]) => a.sum(1) },
  { name: "sum over all", shapes: [[2, 3]], f: ([a]) => a.square().sum() },
  { name: "mean over axes", shapes: [[2, 3, 2]], f: ([a]) => a.square().mean([0, 2]) },
  { name: "max over an axis", shapes: [[3, 4]], f: ([a]) => a.max(1) },
  { name: "min over all", shapes: [[3, 4]], f: ([a]) => a.min() },
  { name: "logSumExp over an axis", shapes: [[3, 4]], f: ([a]) => a.logSumExp(0) },
  { name: "logSumExp over all", shapes: [[3, 4]], f: ([a]) => a.logSumExp() },
  { name: "softmax", shapes: [[2, 4]], f: ([a]) => a.softmax() },
  { name: "logSoftmax", shapes: [[2, 4]], f: ([a]) => a.logSoftmax(0) },
  { name: "reshape, transpose", shapes: [[2, 3]], f: ([a]) => a.reshape([3, 2]).transpose().exp() },
  { name: "transpose of three axes", shapes: [[2, 3, 4]], f: ([a]) => a.transpose([1, 2, 0]).square() },
  { name: "slice", shapes: [[4, 3]], f: ([a]) => a.slice(1, 3).slice(0, -1, 1).exp() },
  { name: "unstack, stack", shapes: [[3, 2]], f: ([a]) => stack(a.unstack().map((row, i) => row.mul(i + 1).exp())) },
  {
    name: "concat",
    shapes: [
      [2, 3],
      [2, 2],
    ],
    f: ([a, b]) => concat([a.exp(), b.square(), a], 1),
  },
  {
    name: "gather",
    shapes: [[4, 2]],
    f: ([a]) =>
      a.square().gather(
        constant([
          [2, 0],
          [2, 3],
        ]),
      ),
  },
  { name: "pick", shapes: [[3, 4]], f: ([a]) => a.logSoftmax().pick(constant([1, 0, 3])) },
  {
    name: "matmul",
    shapes: [
      [2, 3],
      [3, 4],
    ],
    f: ([a, b]) => a.matmul(b),
  },
  { name: "matmul with vectors", shapes: [[3], [3, 3]], f: ([v, m]) => v.matmul(m).matmul(v) },
  {
    name: "matmul in a batch",
    shapes: [
      [2, 2, 3],
      [2, 3, 2],
    ],
    f: ([a, b]) => a.matmul(b),
  },
  { name: "cholesky", shapes: [[3, 3]], f: ([a]) => spd(a).cholesky() },
  {
    name: "cholesky of a matrix not made symmetric",
    shapes: [[3, 3]],
    f: ([a]) =>
      a
        .add(
          constant([
            [6, 0, 0],
            [0, 6, 0],
            [0, 0, 6],
          ]),
        )
        .cholesky(),
  },
  {
    name: "triangularSolve",
    shapes: [
      [3, 3],
      [3, 2],
    ],
    f: ([a, b]) => spd(a).cholesky().triangularSolve(b),
  },
  {
    name: "triangularSolve, transposed",
    shapes: [[3, 3], [3]],
    f: ([a, b]) => spd(a).cholesky().triangularSolve(b, true),
  },
  {
    name: "triangularSolve reads only the lower part",
    shapes: [[3, 3], [3]],
    f: ([a, b]) =>
      a
        .add(
          constant([
            [4, 0, 0],
            [0, 4, 0],
            [0, 0, 4],
          ]),
        )
        .triangularSolve(b),
  },
  { name: "logDeterminant", shapes: [[3, 3]], f: ([a]) => spd(a).logDeterminant() },
  {
    name: "scatterAdd",
    shapes: [[3, 2]],
    f: ([a]) =>
      a
        .square()
        .scatterAdd(constant([2, 0, 2]), 4)
        .exp(),
  },
  { name: "windows along one axis", shapes: [[5, 2]], f: ([a]) => a.windows([0], [3], [2]).exp() },
  { name: "windows along two axes apart", shapes: [[4, 2, 3]], f: ([a]) => a.windows([0, 2], [2, 2], [1, 1]).square() },
  {
    name: "conv2d",
    shapes: [
      [2, 5, 4, 2],
      [3, 2, 2, 3],
    ],
    f: ([x, k]) => conv2d(x, k, { stride: [2, 1] }),
  },
  {
    name: "conv2d with padding",
    shapes: [
      [1, 4, 3, 1],
      [3, 3, 1, 2],
    ],
    f: ([x, k]) => conv2d(x, k, { padding: "same" }).tanh(),
  },
  { name: "maxPool2d", shapes: [[2, 4, 5, 2]], f: ([x]) => maxPool2d(x, { window: 2 }).square() },
  {
    name: "maxPool2d with padding and overlap",
    shapes: [[1, 4, 5, 1]],
    f: ([x]) => maxPool2d(x, { window: 3, stride: 2, padding: 1 }).exp(),
  },
  {
    name: "averagePool2d with padding",
    shapes: [[1, 3, 4, 2]],
    f: ([x]) => averagePool2d(x, { window: [2, 3], stride: 1, padding: "same" }).square(),
  },
  {
    name: "convolution and pooling in a loop",
    shapes: [
      [1, 4, 4, 1],
      [3, 3, 1, 1],
    ],
    f: ([x, k]) =>
      repeat(2, [x], ([c]) => ({
        carries: [maxPool2d(conv2d(c, k, { padding: "same" }), { window: 2, stride: 1, padding: "same" }).tanh()],
      })).carries[0],
  },
  {
    name: "repeat with an outside value",
    shapes: [[2], []],
    f: ([x, a]) => repeat(4, [x], ([c]) => ({ carries: [c.mul(a).sin().add(c)] })).carries[0],
  },
  {
    name: "repeat with sequences, collecting, using the turn",
    shapes: [[2], [3, 2]],
    f: ([x, s]) => {
      const { carries, collected } = repeat(
        3,
        [x, x.sum()],
        ([c, total], { number, entries: [entry] }) => {
          const next = c.mul(entry).tanh().add(number.mul(0.1));
          return { carries: [next, total.add(next.sum())], collect: [next.square()] };
        },
        { sequences: [s] },
      );
      return collected[0].sum().add(carries[0].sum()).mul(carries[1]);
    },
  },
  {
    name: "repeat, reversed and nested",
    shapes: [[2], [2, 2]],
    f: ([x, s]) =>
      repeat(
        2,
        [x],
        ([c], { entries: [entry] }) => {
          const inner = repeat(3, [c], ([d]) => ({ carries: [d.mul(entry).cos()] }));
          return { carries: [inner.carries[0].add(c)] };
        },
        { sequences: [s], reversed: true },
      ).carries[0],
  },
];

function call(x: Tensor, name: string): Tensor {
  return (x as unknown as Record<string, () => Tensor>)[name]();
}

/** Numbers in (0, 1) that no derivative singularity sits on: multiples of the golden ratio. */
function numbers(count: number, offset: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => ((i + 1 + offset) * 0.6180339887498949 + 0.137) % 1);
}

function inputsOf({ shapes, at = around }: Case): Float64Array[] {
  return shapes.map((shape, k) => numbers(sizeOf(shape), 17 * k).map(at));
}

/** Fourth-order central differences of the sum of `c * f` along `direction`. */
function differences(value: (inputs: Float64Array[]) => number, at: Float64Array[], direction: Float64Array[]): number {
  const h = 1e-3;
  const step = (t: number): number => value(at.map((x, k) => x.map((v, i) => v + t * direction[k][i])));
  return (8 * (step(h) - step(-h)) - (step(2 * h) - step(-2 * h))) / (12 * h);
}

function close(actual: number, expected: number, scale: number, message: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-7 * (1 + scale), `${message}: ${actual} against ${expected}`);
}

const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

for (const entry of cases) {
  test(`derivatives of ${entry.name}`, () => {
    const at = inputsOf(entry);
    const shapes = entry.shapes;
    const plain = trace((inputs) => [entry.f(inputs)], shapes);
    const [value] = evaluate(plain, at, interpreted);
    const cotangent = numbers(value.length, 5).map(around);
    const direction = shapes.map((shape, k) => numbers(sizeOf(shape), 3 + k).map(around));

    const outShape = plain.instructions[plain.outputs[0]].shape;
    const forwards = trace(
      (all) => {
        const inputs = all.slice(0, shapes.length);
        return jvp([entry.f(inputs)], inputs, all.slice(shapes.length));
      },
      [...shapes, ...shapes],
    );
    const backwards = trace(
      (all) => {
        const inputs = all.slice(0, shapes.length);
        return vjp([entry.f(inputs)], [all[shapes.length]], inputs);
      },
      [...shapes, outShape],
    );

    const [tangent] = evaluate(forwards, [...at, ...direction], interpreted);
    const adjoints = evaluate(backwards, [...at, cotangent], interpreted);
    const byDifferences = differences((x) => inner(cotangent, evaluate(plain, x, interpreted)[0]), at, direction);
    const byForward = inner(cotangent, tangent);
    const byReverse = adjoints.reduce((sum, adjoint, k) => sum + inner(adjoint, direction[k]), 0);
    close(byForward, byReverse, 1e-5 * Math.abs(byForward), "forward and reverse mode");
    close(byForward, byDifferences, Math.abs(byDifferences), "forward mode and differences");
  });

  test(`second derivatives of ${entry.name}`, () => {
    const at = inputsOf(entry);
    const shapes = entry.shapes;
    const scalar = (inputs: Tensor[]): Tensor => entry.f(inputs).square().sum();
    const direction = shapes.map((shape, k) => numbers(sizeOf(shape), 3 + k).map(around));
    const other = shapes.map((shape, k) => numbers(sizeOf(shape), 9 + k).map(around));
    const gradients = trace((inputs) => gradient(scalar(inputs), inputs), shapes);
    const products = trace(
      (all) => {
        const inputs = all.slice(0, shapes.length);
        return jvp(gradient(scalar(inputs), inputs), inputs, all.slice(shapes.length));
      },
      [...shapes, ...shapes],
    );
    const reverseOverReverse = trace(
      (all) => {
        const inputs = all.slice(0, shapes.length);
        const slope = gradient(scalar(inputs), inputs).map((g, k) => g.mul(all[shapes.length + k]).sum());
        return gradient(
          slope.reduce((sum, term) => sum.add(term)),
          inputs,
        );
      },
      [...shapes, ...shapes],
    );
    const product = evaluate(products, [...at, ...direction], interpreted);
    const again = evaluate(reverseOverReverse, [...at, ...direction], interpreted);
    const byForward = product.reduce((sum, p, k) => sum + inner(p, other[k]), 0);
    const byReverse = again.reduce((sum, p, k) => sum + inner(p, other[k]), 0);
    const byDifferences = differences(
      (x) => evaluate(gradients, x, interpreted).reduce((sum, g, k) => sum + inner(g, other[k]), 0),
      at,
      direction,
    );
    close(byForward, byReverse, 1e-5 * Math.abs(byForward), "forward and reverse over reverse");
    close(byForward, byDifferences, 10 * Math.abs(byDifferences), "Hessian product and differences");
  });

  test(`columns of ${entry.name} equal single evaluations, bit for bit`, () => {
    const width = 3;
    const shapes = entry.shapes;
    const plain = trace(
      (inputs) => [entry.f(inputs), ...vjp([entry.f(inputs)], [entry.f(inputs).like(1)], inputs)],
      shapes,
    );
    const single = Array.from({ length: width }, (_, c) =>
      shapes.map((shape, k) => numbers(sizeOf(shape), 17 * k + 31 * c).map(entry.at ?? around)),
    );
    // Every choice of mapped inputs: those not mapped take the first column's numbers.
    for (let choice = 1; choice < 2 ** shapes.length; choice++) {
      const mapped = shapes.map((_, k) => ((choice >> k) & 1) === 1);
      const columns = mapColumns(plain, width, mapped);
      const given = shapes.map((shape, k) => {
        const size = sizeOf(shape);
        if (!mapped[k]) return single[0][k];
        return Float64Array.from({ length: size * width }, (_, i) => single[i % width][k][Math.floor(i / width)]);
      });
      const together = evaluate(columns, given, interpreted);
      for (let c = 0; c < width; c++) {
        const alone = evaluate(
          plain,
          shapes.map((_, k) => single[mapped[k] ? c : 0][k]),
          interpreted,
        );
        alone.forEach((expected, k) => {
          const actual = Float64Array.from({ length: expected.length }, (_, i) => together[k][i * width + c]);
          assert.deepEqual(actual, expected, `output ${k}, column ${c}, mapped ${mapped}`);
        });
      }
    }
  });
}

test("the Hessian-vector product of Rosenbrock's function is its known Hessian's", () => {
  const graph = trace(
    ([q, v]) => {
      const [x, y] = q.unstack();
      const f = x.mul(-1).add(1).square().add(y.sub(x.square()).square().mul(100));
      return [hessianVectorProduct(f, q, v)];
    },
    [[2], [2]],
  );
  const [x, y, a, b] = [0.3, -0.7, 2, -1];
  const [product] = evaluate(graph, [Float64Array.of(x, y), Float64Array.of(a, b)], interpreted);
  close(product[0], (1200 * x * x - 400 * y + 2) * a - 400 * x * b, 1000, "first row");
  close(product[1], -400 * x * a + 200 * b, 1000, "second row");
});

test("stopGradient lets values through and derivatives not", () => {
  const graph = trace(([x]) => gradient(x.mul(x.stopGradient()).sum(), [x]), [[2]]);
  assert.deepEqual(evaluate(graph, [Float64Array.of(3, 4)], interpreted)[0], Float64Array.of(3, 4));
});

test("a gradient with respect to something the output does not depend on is zero", () => {
  const graph = trace(([x, y]) => gradient(x.sum(), [y]), [[2], [3]]);
  assert.deepEqual(evaluate(graph, [new Float64Array(2), new Float64Array(3)], interpreted)[0], new Float64Array(3));
});

test("equal subexpressions are one instruction", () => {
  const graph = trace(([x]) => [x.exp().add(x.exp()).add(x.exp().mul(2)).sum()], [[2]]);
  assert.equal(graph.instructions.filter(({ op }) => op === "exp").length, 1);
});

test("a graph survives structuredClone and inlines to itself", () => {
  const graph = trace(
    ([x]) => [
      x
        .matmul(
          constant([
            [1, 2],
            [3, 4],
          ]),
        )
        .logSumExp(),
    ],
    [[2]],
  );
  const copy = structuredClone(graph);
  const again = trace((inputs) => inline(copy, inputs), graph.inputs);
  const at = [Float64Array.of(0.2, -1)];
  assert.deepEqual(evaluate(again, at, interpreted), evaluate(graph, at, interpreted));
});

test("errors name the shapes", () => {
  const tracing = (f: (inputs: Tensor[]) => Tensor) => () => trace((inputs) => [f(inputs)], [[2, 3], [4]]);
  assert.throws(
    tracing(([a, b]) => a.add(b)),
    /add: shapes \[2, 3\] and \[4\] do not broadcast/,
  );
  assert.throws(
    tracing(([a, b]) => a.matmul(b)),
    /matmul: shapes \[2, 3\] and \[4, 1\] do not chain/,
  );
  assert.throws(
    tracing(([a]) => a.reshape([5])),
    /reshape: shape \[2, 3\] cannot become \[5\]/,
  );
  assert.throws(
    tracing(([a]) => a.sum(2)),
    /sum: shape \[2, 3\] has no axis 2/,
  );
  assert.throws(
    tracing(([a]) => a.slice(0, 5)),
    /slice: 0 to 5 is not within axis 0 of shape \[2, 3\]/,
  );
  assert.throws(
    tracing(([a]) => a.cholesky()),
    /cholesky: needs a square matrix/,
  );
  assert.throws(
    tracing(([a, b]) => a.sum().add(b.sum().cast("f32"))),
    /add: dtypes f64 and f32 differ/,
  );
  assert.throws(
    tracing(([a]) => ((a as unknown as number) * 2) as unknown as Tensor),
    /write q\.mul\(2\)/,
  );
});
