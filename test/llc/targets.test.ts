import assert from "node:assert/strict";
import { test } from "node:test";
import { preflight } from "../../src/index.js";
import { buildTarget, hiddenWidths, restoreTarget, type TargetConfiguration } from "../../src/llc/targets/index.js";
import { perceptron } from "../../src/llc/targets/perceptron.js";
import { inputsOf, noiseOf } from "../../src/llc/targets/regression-data.js";
import { syntheticData } from "../../src/llc/targets/synthetic.js";
import { stream } from "../../src/random/index.js";
import { type Configuration, compose, jobsOf } from "../../src/runs/configuration/index.js";

const composed = (...words: string[]): Configuration => compose({ overrides: jobsOf(words, { sweep: false })[0] });
const configured = (...words: string[]): TargetConfiguration => {
  const { target, model, data, teacher, training, seed } = composed("model=small", "data=small", ...words);
  return { target: { ...target, seed: target.seed ?? seed }, model, data, teacher, training };
};

const n = 40_000;
const dim = 3;
const inputs = (...words: string[]): Float64Array => {
  const { data } = configured(`data.n_data=${n}`, ...words);
  return inputsOf(data, n, dim, stream(1, "inputs"));
};
const noise = (x: Float64Array, ...words: string[]): Float64Array => {
  const { data } = configured(`data.n_data=${n}`, ...words);
  return noiseOf(data, n, 1, x, stream(2, "noise"));
};
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

/** The mean of `values` is `expected`, by a z-test. */
function hasMean(values: ArrayLike<number>, expected: number, what: string): void {
  const average = mean(values);
  const sd = Math.sqrt(mean(Array.from(values, (value) => (value - average) ** 2)));
  const z = (average - expected) / (sd / Math.sqrt(values.length));
  assert.ok(Math.abs(z) < 4.5, `${what}: ${average} is not ${expected} (z = ${z.toFixed(1)})`);
}

const column = (x: Float64Array, i: number): Float64Array => x.filter((_, k) => k % dim === i);
const squares = (x: Float64Array): Float64Array => x.map((value) => value * value);

test("inputs have the variances of their laws", () => {
  for (let i = 0; i < dim; i++) {
    hasMean(squares(column(inputs(), i)), 1, "isotropic");
    hasMean(squares(column(inputs("data.x_dist=gauss_aniso", "data.cov_decay=0.5"), i)), 0.5 ** i, "anisotropic");
    // A multivariate t of 10 degrees of freedom: variance 10 / 8.
    hasMean(squares(column(inputs("data.x_dist=heavy_tail", "data.student_df=10"), i)), 1.25, "heavy tails");
  }
  const mixed = inputs("data.x_dist=mixture", "data.mixture_spread=3");
  const lengths = Array.from({ length: n }, (_, row) => mean(squares(mixed.slice(row * dim, (row + 1) * dim))) * dim);
  // dim of the unit noise, and the squared radius.
  hasMean(lengths, dim + 9, "mixture");
});

test("a manifold of one dimension is a curve: the inverse tanh of any two inputs are proportional", () => {
  const x = inputs("data.x_dist=lowdim_manifold", "data.x_dim_latent=1");
  const ratio = (row: number): number => Math.atanh(x[row * dim]) / Math.atanh(x[row * dim + 1]);
  for (let row = 1; row < 50; row++) assert.ok(Math.abs(ratio(row) / ratio(0) - 1) < 1e-6);
});

test("noise has the variance of its law", () => {
  const x = inputs();
  hasMean(squares(noise(x)), 0.01, "gauss");
  // t of 10 degrees of freedom: 0.01 * 10 / 8.
  hasMean(squares(noise(x, "data.noise_model=student_t", "data.student_df=10")), 0.0125, "student_t");
  hasMean(squares(noise(x, "data.noise_model=outliers")), 0.95 * 0.01 + 0.05 * 4, "outliers");
  const hetero = noise(x, "data.noise_model=hetero", "data.hetero_scale=1");
  const standardised = hetero.map((value, row) => value / (1 + Math.hypot(...x.subarray(row * dim, (row + 1) * dim))));
  hasMean(squares(standardised), 0.01, "hetero");
});

test("equal configurations give equal bytes, other seeds other data, and training goes downhill", async () => {
  const configuration = configured("training=fast");
  const [one, two] = await Promise.all([buildTarget(configuration), buildTarget(configuration)]);
  assert.deepEqual(one.center, two.center);
  assert.equal(one.loss.dim, 45);
  assert.ok(one.lossAtCenter < (await buildTarget(configured("training.steps=1"))).lossAtCenter);
  const other = await buildTarget(configured("training=fast", "seed=7"));
  assert.notDeepEqual(other.loss.source.data, one.loss.source.data);
  const restored = restoreTarget(configuration, Array.from(one.center));
  assert.deepEqual(restored.loss.source.data, one.loss.source.data);
  assert.equal(restored.lossAtCenter, one.lossAtCenter);
});

test("the losses are those of their likelihoods: the mean squared error is 2 sigma^2 times the Gaussian's, but for a constant", async () => {
  const center = Array.from({ length: 45 }, (_, i) => Math.sin(i));
  const at = (loss: string): number => restoreTarget(configured(`target.loss=${loss}`), center).lossAtCenter;
  const [gaussian, mse] = [at("gaussian"), at("mse")];
  assert.ok(
    Math.abs(gaussian - (mse / (2 * 0.01) + Math.log(0.1) + 0.5 * Math.log(2 * Math.PI))) < 1e-9 * Math.abs(gaussian),
  );
  assert.notEqual(at("student_t"), gaussian);
});

test("a quadratic is known: its centre is 0, its loss half the squared length", async () => {
  const { loss, center, lossAtCenter } = await buildTarget(configured("target=quadratic", "target.quad_dim=5"));
  assert.deepEqual([loss.dim, loss.dataSize, lossAtCenter], [5, 100, 0]);
  assert.deepEqual(center, new Float64Array(5));
  assert.equal(loss.value(Float64Array.of(1, 2, 0, 0, 2)), 4.5);
});

test("targets that are known say their coefficient: Aoyagi's table, the normal crossing, tanh units", async () => {
  const lambda = async (...words: string[]) => (await buildTarget(configured(...words))).known;
  assert.deepEqual(await lambda("target=quadratic", "target.quad_dim=5"), { lambda: 2.5, multiplicity: 1 });
  assert.equal((await lambda("target=reduced_rank", "target.widths=[5,3,5]"))?.lambda, 6.5);
  assert.deepEqual(await lambda("target=deep_linear", "target.widths=[1,1,1,1]"), { lambda: 0.5, multiplicity: 3 });
  assert.deepEqual(await lambda("target=normal_crossing", "target.exponents=[1,2]"), { lambda: 0.25, multiplicity: 1 });
  assert.equal((await lambda("target=tanh_network", "target.hidden=2"))?.lambda, 2 / 3);
  assert.equal((await buildTarget(configured("training.steps=1"))).known, undefined);
  await assert.rejects(buildTarget(configured("target=reduced_rank", "target.widths=[2,2]")), /three numbers/);
});

test("normalised layers have a scale and a shift for each unit, skip connections no parameters; the teacher has neither", async () => {
  const of = (...words: string[]) => buildTarget(configured("training.steps=0", "data.noise_scale=1e-9", ...words));
  const plain = await of();
  const normalised = await of("model.layernorm=true");
  const skipping = await of("model.skip_connections=true", "model.residual_period=1");
  assert.deepEqual(
    [plain, normalised, skipping].map(({ loss }) => loss.dim),
    [45, 45 + 2 * 2 * 4, 45],
  );
  for (const { loss } of [normalised, skipping]) assert.deepEqual(loss.source.data, plain.loss.source.data);
  assert.notEqual(skipping.lossAtCenter, plain.lossAtCenter);
  assert.notDeepEqual((await of("model.skip_connections=true")).lossAtCenter, skipping.lossAtCenter);
});

test("what is too large for a process is refused before it is made, by the keys that say so", async () => {
  const cases: [string[], RegExp][] = [
    [["model.target_params=1e12"], /the teacher: the number of parameters by its widths must be at most 16777216/],
    [["model.target_params=1e12", "teacher.widths=[2]"], /mlp: the number of parameters by its widths/],
    [["data.n_data=1e12"], /mlp: data\.n_data must be at most \d+ with 5 numbers in a row, got 1000000000000/],
    [["model.in_dim=1e9"], /model\.in_dim and model\.out_dim together must be at most \d+, got 1000000001/],
    [["target=quadratic", "target.quad_dim=1e9"], /quadratic: the number of parameters by target\.quad_dim, /],
    [["target=deep_linear", "target.widths=[1e5,1e5]"], /deep_linear: .* by target\.widths must be .*got 10000000000/],
    [["target=deep_linear", "target.rank=9"], /deep_linear: target\.rank must be at most 3, the least of target\.wid/],
    [["target=reduced_rank", "target.widths=[2,1,2]", "target.rank=2"], /reduced_rank: target\.rank must be at most 1/],
    [["target=tanh_network", "target.hidden=1e9"], /tanh_network: .* by target\.hidden must be at most/],
  ];
  for (const [words, message] of cases) await assert.rejects(buildTarget(configured(...words)), message);
});

test("without steps of training the centre is the start", async () => {
  const { center } = await buildTarget(configured("training.steps=0"));
  const hidden = perceptron("test", configured().model, [4, 4]);
  assert.deepEqual(center, hidden.initialize(stream(42, "target").split("start")));
});

test("polish goes on from where training ends, or from the start, to where hardly anything lies below", async () => {
  const words = ["model.activation=tanh", "training=fast"];
  const [rough, polished] = await Promise.all(
    [0, 2000].map((most) => buildTarget(configured(...words, `training.polish=${most}`))),
  );
  const depth = ({ loss, center }: typeof rough): number => preflight(loss, center).depth;
  assert.ok(polished.lossAtCenter < rough.lossAtCenter);
  assert.ok(depth(polished) < 0.1 * depth(rough), `${depth(polished)} below, ${depth(rough)} before`);
  const untrained = await buildTarget(configured(...words, "training.steps=0", "training.polish=50"));
  assert.ok(untrained.lossAtCenter < (await buildTarget(configured(...words, "training.steps=0"))).lossAtCenter);
});

test("dropout makes outputs of the teacher 0, each with its chance, before the noise", () => {
  const { values } = syntheticData(
    "test",
    configured("teacher.dropout_rate=0.3", `data.n_data=${n}`, "data.noise_scale=1e-9", "model.activation=tanh"),
    stream(3, "dropout"),
  ).outputs;
  hasMean(
    values.map((y) => (Math.abs(y) < 1e-7 ? 1 : 0)),
    0.3,
    "dropped",
  );
});

for (const words of [
  ["gaussian"],
  ["student_t", "data.noise_model=student_t", "data.student_df=5"],
  ["categorical", "model.out_dim=3"],
  ["bernoulli", "model.out_dim=2"],
  ["poisson"],
]) {
  test(`the teacher is right under ${words[0]}: at its parameters the gradient of every row has mean 0`, () => {
    const [name, ...others] = words;
    const configuration = configured(`target.loss=${name}`, "data.n_data=4000", "model.activation=tanh", ...others);
    const teacher = perceptron("test", configuration.model, hiddenWidths(configuration.model));
    const truth = teacher.initialize(stream(configuration.target.seed, "target").split("teacher"));
    const { loss } = restoreTarget(configuration, truth);
    const gradients = Array.from({ length: loss.dataSize }, (_, row) => {
      const gradient = new Float64Array(loss.dim);
      loss.onRows(truth, Uint32Array.of(row), gradient);
      return gradient;
    });
    for (let i = 0; i < loss.dim; i++)
      hasMean(
        gradients.map((gradient) => gradient[i]),
        0,
        `${name}, parameter ${i}`,
      );
  });
}

test("what a target cannot be is refused", async () => {
  const refused = (message: RegExp, ...words: string[]) => assert.rejects(buildTarget(configured(...words)), message);
  await refused(/model\.out_dim must be at least 2, .* for target\.loss=categorical, got 1/, "target.loss=categorical");
  await refused(/data\.n_data must be a positive integer for data\.source=synthetic, got null/, "data.n_data=null");
  await refused(/data\.n_data must be a positive integer/, "target=quadratic", "data.n_data=null");
  await refused(/materials\.digits must be the images/, "data.source=digits");
  await refused(/materials\.table must be the columns of the file data\.path/, "data.source=table");
  await refused(/materials\.weights must be the arrays of the file model\.weights/, "model.weights=w.npz");
  await refused(/data\.source must be digits or table, for it needs images/, "target=cnn");
  await refused(/cnn: model\.layernorm must be false/, "target=cnn", "data.source=digits", "model.layernorm=true");
  await refused(
    /cnn: model\.skip_connections must be false/,
    "target=cnn",
    "data.source=digits",
    "model.skip_connections=true",
  );
  await refused(
    /the teacher's rate must be at most 100000 for target\.loss=poisson/,
    "target.loss=poisson",
    "data.x_dist=mixture",
    "data.mixture_spread=1e6",
  );
  assert.throws(() => restoreTarget(configured(), [1, 2]), /center must be 45 finite numbers/);
});
