// Targets on data that are given: digits, tables, and networks that were trained elsewhere.

import assert from "node:assert/strict";
import { test } from "node:test";
import "../../src/index.js";
import { buildTarget, type Materials, restoreTarget, type TargetConfiguration } from "../../src/llc/targets/index.js";
import { compose, jobsOf } from "../../src/runs/configuration/index.js";

function configured(...words: string[]): TargetConfiguration {
  const overrides = jobsOf(["model=small", "training=none", ...words], { sweep: false })[0];
  const { target, model, data, teacher, training, seed } = compose({ overrides });
  return { target: { ...target, seed: target.seed ?? seed }, model, data, teacher, training };
}

const built = (materials: Materials, ...words: string[]) => buildTarget(configured(...words), { materials });
const dataOf = async (materials: Materials, ...words: string[]) => (await built(materials, ...words)).loss.source.data;

/** Five images of each digit: pixel (y, x) of image k of digit d is a number of its own. */
const pixel = (d: number, k: number, y: number, x: number): number => d / 10 + k / 100 + (28 * y + x) / 1e6;
const digits = Object.fromEntries(
  Array.from({ length: 10 }, (_, d) => [
    d,
    Array.from({ length: 5 * 784 }, (_, i) => pixel(d, Math.floor(i / 784), Math.floor((i % 784) / 28), i % 28)),
  ]),
);

test("every digit has the label of its place among the classes, and no image comes twice", async () => {
  const words = ["target=mlp", "data=digits", "data.classes=[7,0,3]", "data.image_size=28", "data.n_data=12"];
  const { inputs, outputs } = await dataOf({ digits }, ...words);
  assert.deepEqual([inputs.shape, outputs.shape], [[12, 784], [12]]);
  const firsts = Array.from({ length: 12 }, (_, row) => inputs.values[784 * row]);
  assert.equal(new Set(firsts).size, 12);
  firsts.forEach((first, row) => {
    assert.equal([7, 0, 3][outputs.values[row]], Math.floor(first * 10 + 1e-9));
  });
  const other = await dataOf({ digits }, ...words, "seed=1");
  assert.notDeepEqual(other.outputs.values, outputs.values);
  const all = await dataOf({ digits }, "data=digits", "data.n_data=null", "data.classes=[2,1]");
  assert.deepEqual(Array.from(all.outputs.values), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
});

test("a smaller image has the means of squares of the larger one", async () => {
  for (const size of [14, 7, 4, 1]) {
    const { inputs } = await dataOf(
      { digits },
      "data=digits",
      "data.n_data=null",
      `data.image_size=${size}`,
      "data.classes=[4,5]",
    );
    const side = 28 / size;
    for (const [y, x] of [
      [0, 0],
      [size - 1, Math.floor(size / 2)],
    ]) {
      // Pixels are linear in y and x: the mean of a square is its middle.
      const middle = pixel(5, 2, side * y + (side - 1) / 2, side * x + (side - 1) / 2);
      const made = inputs.values[7 * size * size + y * size + x];
      assert.ok(Math.abs(made - middle) < 1e-12, `${size}: ${made} is not ${middle}`);
    }
  }
});

test("networks fit the data: a logit for each class, an input for each pixel", async () => {
  const of = async (...words: string[]) => (await built({ digits }, "data=digits", "data.n_data=10", ...words)).loss;
  const cnn = await of("target=cnn", "data.classes=[0,1,2]");
  // 3 x 3 x 2 and 2, 3 x 3 x 2 x 4 and 4, the 2 x 2 x 4 that are left of 14 x 14 by 3 and 3.
  assert.equal(cnn.dim, 18 + 2 + 72 + 4 + 16 * 3 + 3);
  const pooled = await of("target=cnn", "model.stride=1", "model.pool=2", "model.widths=[5]", "data.classes=[0,1]");
  // 14 by convolution to 12, by pooling to 6, and again to 4 and 2.
  assert.equal(pooled.dim, 18 + 2 + 72 + 4 + (16 * 5 + 5) + (5 * 2 + 2));
  const one = await of("model.widths=[3]", "data.image_size=2", "data.classes=[0,1]", "target.loss=bernoulli");
  assert.equal(one.dim, 4 * 3 + 3 + 3 + 1);
  assert.equal((await of("model.widths=[3]", "data.image_size=2")).dim, 4 * 3 + 3 + 3 * 10 + 10);
});

test("two classes by logits of both or of one are the same loss, where the one is their difference", () => {
  const at = (loss: string, center: number[]) =>
    restoreTarget(
      configured(
        "data=digits",
        "data.n_data=null",
        "data.classes=[1,2]",
        "data.image_size=1",
        "model.activation=identity",
        "model.widths=[1]",
        `target.loss=${loss}`,
      ),
      center,
      { digits },
    ).lossAtCenter;
  // h = 2 x - 1; logits 0.5 h + 0.1 and 1.5 h - 0.3, or their difference h - 0.4.
  const both = at("categorical", [2, -1, 0.5, 1.5, 0.1, -0.3]);
  assert.ok(Math.abs(both - at("bernoulli", [2, -1, 1, -0.4])) < 1e-12);
});

const table = {
  x: { shape: [6], values: [1, 2, 3, 4, 5, 9] },
  y: { shape: [6], values: [-100, 0, 50, 25, 25, 0] },
  same: { shape: [6], values: [7, 7, 7, 7, 7, 7] },
  label: { shape: [6], values: [0, 1, 2, 2, 1, 0] },
  yes: { shape: [6], values: [0, 1, 1, 0, 1, 0] },
  image: { shape: [6, 3, 4], values: Array.from({ length: 72 }, (_, i) => Math.sin(i)) },
};

test("columns of a table are standardised over the rows there are, but labels and counts are not", async () => {
  const words = ["data=table", "data.inputs=[x,same]"];
  const { inputs, outputs } = await dataOf({ table }, ...words, "data.outputs=[y]");
  assert.deepEqual(
    [inputs.shape, outputs.shape],
    [
      [6, 2],
      [6, 1],
    ],
  );
  const standard = (values: ArrayLike<number>): number[] => {
    const mean = Array.from(values).reduce((a, b) => a + b) / 6;
    const sd = Math.sqrt(Array.from(values).reduce((a, b) => a + (b - mean) ** 2, 0) / 6);
    return Array.from(values, (value) => (value - mean) / sd);
  };
  const close = (made: ArrayLike<number>, expected: number[]): void =>
    expected.forEach((value, i) => assert.ok(Math.abs(made[i] - value) < 1e-12, `${made[i]} is not ${value}`));
  close(outputs.values, standard(table.y.values));
  close(
    inputs.values,
    standard(table.x.values).flatMap((value) => [value, 0]),
  );
  for (const [loss, name] of [
    ["categorical", "label"],
    ["poisson", "label"],
    ["bernoulli", "yes"],
  ] as const) {
    const { outputs: kept } = await dataOf({ table }, ...words, `data.outputs=[${name}]`, `target.loss=${loss}`);
    assert.deepEqual(Array.from(kept.values), table[name].values, loss);
  }
  const raw = await dataOf({ table }, ...words, "data.outputs=[y]", "data.standardize=false");
  assert.deepEqual(Array.from(raw.outputs.values), table.y.values);
});

test("fewer rows than there are are drawn without replacement, inputs and outputs together", async () => {
  const words = ["data=table", "data.inputs=[x]", "data.outputs=[y]", "data.standardize=false", "data.n_data=4"];
  const { inputs, outputs } = await dataOf({ table }, ...words);
  const places = Array.from(inputs.values, (x) => table.x.values.indexOf(x));
  assert.equal(new Set(places).size, 4);
  assert.deepEqual(
    Array.from(outputs.values),
    places.map((row) => table.y.values[row]),
  );
});

test("all columns but the outputs are inputs where none is named, and a network knows all classes of the table", async () => {
  const { image: _, ...columns } = table;
  const words = ["data=table", "data.outputs=[label]", "target.loss=categorical", "model.widths=[2]", "data.n_data=2"];
  const { dim, source } = (await built({ table: columns }, ...words)).loss;
  assert.deepEqual(source.data.inputs.shape, [2, 4]);
  assert.equal(dim, 4 * 2 + 2 + 2 * 3 + 3);
});

test("a column of images is what a convolution takes, and a perceptron its numbers", async () => {
  const words = ["data=table", "data.inputs=[image]", "data.outputs=[label]", "target.loss=categorical"];
  const cnn = await built({ table }, "target=cnn", "model.filters=[2]", "model.stride=1", ...words);
  assert.equal(cnn.loss.dim, 9 * 2 + 2 + 2 * 2 * 3 + 3);
  assert.equal((await built({ table }, "model.widths=[2]", ...words)).loss.dim, 12 * 2 + 2 + 2 * 3 + 3);
  await assert.rejects(
    built(
      { table },
      "target=cnn",
      "data=table",
      "data.inputs=[x,y]",
      "data.outputs=[label]",
      "target.loss=categorical",
    ),
    /cnn: data\.inputs must name one column of images/,
  );
});

const weights = {
  "0.weight": { shape: [2, 1], values: [1, -1] },
  "0.bias": { shape: [2], values: [0.5, 0.25] },
  "2.weight": { shape: [1, 2], values: [2, 3] },
  "2.bias": { shape: [1], values: [-1] },
};
const given = [
  "data=table",
  "data.inputs=[x]",
  "data.outputs=[y]",
  "data.standardize=false",
  "model.widths=[2]",
  "model.weights=w.npz",
];

test("weights are measured as they are where there are no steps of training, and trained from there where there are", async () => {
  const { center, lossAtCenter } = await built({ table, weights }, ...given, "target.loss=mse");
  assert.deepEqual(center, Float64Array.of(1, -1, 0.5, 0.25, 2, 3, -1));
  // relu(x + 0.5) and relu(0.25 - x), of which the second is 0 for these x.
  const errors = table.x.values.map((x, i) => (2 * (x + 0.5) - 1 - table.y.values[i]) ** 2);
  assert.ok(Math.abs(lossAtCenter / (errors.reduce((a, b) => a + b) / 6) - 1) < 1e-12);

  const later = await built({ table, weights }, ...given, "target.loss=mse", "training.steps=20");
  assert.ok(later.lossAtCenter < lossAtCenter);
  const renamed = await built(
    { table, weights: { b: weights["2.bias"], ...weights } },
    ...given,
    "model.weight_names=[0.weight,0.bias,2.weight,b]",
  );
  assert.deepEqual(renamed.center, center);
  const straight = {
    ...weights,
    "0.weight": { shape: [1, 2], values: [1, -1] },
    "2.weight": { shape: [2, 1], values: [2, 3] },
  };
  const plain = await built({ table, weights: straight }, ...given, "model.weights_transposed=false");
  assert.deepEqual(plain.center, center);
});

test("what the data and the weights cannot be is refused by name", async () => {
  const onTable = ["data=table", "data.inputs=[x]", "data.outputs=[label]"];
  const cases: [RegExp, Materials, string[]][] = [
    [
      /target\.loss must be categorical \(or null\) for digits, got "gaussian"/,
      { digits },
      ["data=digits", "target.loss=gaussian"],
    ],
    [
      /target\.loss must be categorical \(or null\) for digits, got "mse"/,
      { digits },
      ["data=digits", "target.loss=mse"],
    ],
    [
      /target\.loss must be categorical .* bernoulli tells two apart/,
      { digits },
      ["data=digits", "target.loss=bernoulli"],
    ],
    [/data\.classes must be at least two different digits/, { digits }, ["data=digits", "data.classes=[1,1]"]],
    [
      /data\.image_size must be 28 or one of its divisors 14, 7, 4, 2 and 1, got 5/,
      { digits },
      ["data=digits", "data.image_size=5"],
    ],
    [
      /data\.n_data must be at most the 50 rows of digits of data\.classes, or null for all of them, got 51/,
      { digits },
      ["data=digits", "data.n_data=51"],
    ],
    [/convolutions\[1\].* 3/, { digits }, ["target=cnn", "data=digits", "data.n_data=9", "data.image_size=4"]],
    [/data\.outputs must be some of the columns "x", "y", .*, got null/, { table }, ["data=table", "data.inputs=[x]"]],
    [/data\.outputs must be some of the columns "x", "y", .*, got "z"/, { table }, ["data=table", "data.outputs=[z]"]],
    [
      /data\.inputs must be some of the columns .*, got "z"/,
      { table },
      ["data=table", "data.outputs=[y]", "data.inputs=[x,z]"],
    ],
    [
      /data\.inputs must be columns that data\.outputs has not, got "y"/,
      { table },
      ["data=table", "data.outputs=[y]", "data.inputs=[x,y]"],
    ],
    [
      /data\.inputs must be different columns, got "x"/,
      { table },
      ["data=table", "data.outputs=[y]", "data.inputs=[x,x]"],
    ],
    [
      /data\.n_data must be at most the 6 rows of the table, or null for all of them, got 7/,
      { table },
      [...onTable, "data.n_data=7"],
    ],
    [
      /y\[0\] must be a class label 0, 1, 2, \.\.\. for target\.loss=categorical, got -100/,
      { table },
      ["data=table", "data.outputs=[y]", "target.loss=categorical"],
    ],
    [/label\[2\] must be 0 or 1 for target\.loss=bernoulli, got 2/, { table }, [...onTable, "target.loss=bernoulli"]],
    [
      /y\[0\] must be a count 0, 1, 2, \.\.\. for target\.loss=poisson, got -100/,
      { table },
      ["data=table", "data.outputs=[y]", "target.loss=poisson"],
    ],
    [
      /data\.outputs must be a single column of labels .*, got "label, yes"/,
      { table },
      ["data=table", "data.outputs=[label,yes]", "data.inputs=[x]", "target.loss=categorical"],
    ],
    [
      /data\.outputs must be a column with labels of at least two classes/,
      { table: { x: table.x, k: { shape: [6], values: new Float64Array(6) } } },
      ["data=table", "data.outputs=[k]", "target.loss=categorical"],
    ],
    [
      /column y must have 6 rows like x, got 2/,
      { table: { x: table.x, y: { shape: [2], values: [1, 2] } } },
      ["data=table", "data.outputs=[y]"],
    ],
    [
      /x\[1\] must be a finite number, got NaN/,
      { table: { x: { shape: [2], values: [1, Number.NaN] }, y: { shape: [2], values: [1, 2] } } },
      ["data=table", "data.outputs=[y]"],
    ],
    [
      /0\.weight must have shape \[3, 1\] for layer 1 weight, got \[2, 1\]/,
      { table, weights },
      [...given, "model.widths=[3]"],
    ],
    [
      /there is no array "w" for layer 1 weight/,
      { table, weights },
      [...given, "model.weight_names=[w,0.bias,2.weight,2.bias]"],
    ],
    [
      /the network has 4 blocks .*, the weights have 2 arrays/,
      { table, weights },
      [...given, "model.weight_names=[a,b]"],
    ],
  ];
  for (const [message, materials, words] of cases) {
    // A key that is said again comes instead.
    const last = new Map(words.map((word) => [word.split("=")[0], word])).values();
    await assert.rejects(built(materials, ...last), message, words.join(" "));
  }
});
