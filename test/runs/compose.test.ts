import assert from "node:assert/strict";
import { test } from "node:test";
import { hiddenWidths } from "../../src/llc/targets/index.js";
import {
  type Configuration,
  ConfigurationError,
  compose,
  configurationKeys,
  configurationYaml,
  groupNames,
  jobsOf,
  presets,
} from "../../src/runs/configuration/index.js";

const composed = (words: string[], text?: string): Configuration =>
  compose({
    overrides: jobsOf(words, { sweep: false })[0],
    ...(text !== undefined && { file: { name: "mine.yaml", text } }),
  });

test("Lambda-Hat's README: group presets, dotted keys and the seed", () => {
  const { sampler, model, data, seed, target } = composed([
    "sampler=fast",
    "model=small",
    "data.n_data=5000",
    "seed=123",
  ]);
  assert.deepEqual([sampler.chains, sampler.hmc.draws, sampler.sgld.batch_size], [2, 50, 32]);
  assert.deepEqual([model.in_dim, model.depth, model.target_params], [4, 2, 50]);
  assert.deepEqual([data.n_data, data.noise_scale, seed, target.seed], [5000, 0.1, 123, 123]);
});

test("widths that follow from target_params are Lambda-Hat's: 3 of 62 in the base model, 2 of 4 in the small one", () => {
  assert.deepEqual(hiddenWidths(compose().model), [62, 62, 62]);
  assert.deepEqual(hiddenWidths(composed(["model=small"]).model), [4, 4]);
});

test("every preset of every group is a configuration, and presets lie on top of each other", () => {
  for (const group of groupNames) {
    for (const name of Object.keys(presets[group])) assert.ok(composed([`${group}=${name}`]), `${group}=${name}`);
  }
  const { run, chains } = composed(["sampler=[fast,hmc]"]).sampler;
  assert.deepEqual([run, chains], [["hmc"], 2]);
});

test("what is said later wins: defaults, file, presets, keys", () => {
  const file = "model: medium\nsampler: { preset: fast, hmc: { draws: 7 } }\ndata: { n_data: 11 }\nseed: 3\n";
  const { model, sampler, data, seed } = composed(["data.n_data=12", "model.bias=false"], file);
  assert.deepEqual([model.target_params, model.bias], [1000, false]);
  assert.deepEqual([sampler.hmc.draws, sampler.hmc.warmup, data.n_data, seed], [7, 150, 12, 3]);
  assert.equal(composed(["model=small"], file).model.target_params, 50);
  const hydra = "defaults:\n  - model: small\n  - sampler: fast\n  - _self_\nseed: 5\n";
  assert.deepEqual(composed([], hydra), composed(["model=small", "sampler=fast", "seed=5"]));
});

test("a file is a preset of its group, on its own or on one of ours, and goes before one of ours of its name", () => {
  const presets = [
    { group: "model", name: "mine", file: "presets/model/mine.yaml", text: "preset: small\ndepth: 7\n" },
    { group: "sampler", name: "Fast", file: "presets/sampler/Fast.yml", text: "chains: 9\n" },
    { group: "data", name: "none", file: "presets/data/none.yaml", text: "# nothing\n" },
    { group: "algorithm", name: "other", file: "presets/algorithm/other.yaml", text: "not: for us\n" },
  ];
  const said = (...words: string[]): Configuration =>
    compose({ presets, overrides: jobsOf(words, { sweep: false })[0] });
  const { model, sampler, data } = said("model=mine", "sampler=[fast,hmc]", "data=none", "model.bias=false");
  assert.deepEqual([model.depth, model.target_params, model.bias], [7, 50, false]);
  assert.deepEqual([sampler.chains, sampler.run, sampler.hmc.draws], [9, ["hmc"], 5000]);
  assert.deepEqual(data, composed([]).data);
  assert.equal(compose({ presets, file: { name: "f", text: "model: mine" } }).model.depth, 7);
  assert.throws(() => said("model=min"), /there is no preset "min" of model; did you mean mine\?/);
  const broken = (text: string) => () =>
    compose({ presets: [{ ...presets[0], text }], overrides: [{ key: "model", value: "mine" }] });
  assert.throws(
    broken("dept: 2"),
    /presets\/model\/mine\.yaml: there is no key "model\.dept"; did you mean model\.depth\?/,
  );
  assert.throws(broken("preset: mine"), /presets\/model\/mine\.yaml: there is no preset "mine" of model/);
  assert.throws(broken("[1, 2"), /presets\/model\/mine\.yaml: /);
  assert.throws(broken("- 1"), /presets\/model\/mine\.yaml: expected keys of model, got \[1\]/);
});

test("a configuration written as YAML is read back as it was", () => {
  const configuration = composed(["sampler=fast", "model=small", "training.learning_rate=1e-7", "model.widths=[3,5]"]);
  assert.deepEqual(composed([], configurationYaml(configuration)), configuration);
});

test("what is unknown is refused with the nearest known name", () => {
  const cases: [string, RegExp][] = [
    ["smpler=fast", /there is no key "smpler"; did you mean sampler\?/],
    ["n_data=5", /did you mean data\.n_data\?/],
    ["data.n_dta=5", /did you mean data\.n_data\?/],
    ["sampler.sgld.step_siz=1", /did you mean sampler\.sgld\.step_size\?/],
    ["model.__proto__=1", /there is no key "model\.__proto__"/],
    ["constructor=1", /there is no key "constructor"/],
    ["model=smal", /there is no preset "smal" of model; did you mean small\? the presets are base, small, medium/],
    ["posterior.loss=mse", /it decides what is trained too, and is called target\.loss here/],
    ["training.erm_steps=5", /it is called training\.steps here/],
    ["model.depth.x=1", /there is no key "model\.depth\.x"/],
  ];
  for (const [word, message] of cases) assert.throws(() => composed([word]), message, word);
  assert.throws(
    () => composed([], "modl: small\n"),
    /^ConfigurationError: mine\.yaml: there is no key "modl"; did you mean model\?/,
  );
  assert.throws(() => composed([], "defaults: [{ modl: small }]\n"), /there is no group "modl"; did you mean model\?/);
});

test("a value of another type or out of range is refused with what is expected", () => {
  const cases: [string, RegExp][] = [
    ["data.n_data=many", /data\.n_data must be an integer at least 1, or null, got "many"/],
    ["data.n_data=1.5", /data\.n_data must be an integer at least 1, or null, got 1\.5/],
    ["model.depth=null", /model\.depth must be an integer at least 1 and at most 1000, got null/],
    ["data.classes=[3]", /data\.classes must be a list of at least 2, each an integer at least 0 and at most 9/],
    ["data.source=mnist", /data\.source must be one of synthetic, digits, table, got "mnist"/],
    [
      "target.loss=mae",
      /target\.loss must be one of gaussian, student_t, mse, categorical, bernoulli, poisson, or null/,
    ],
    ["posterior.gamma=-1", /posterior\.gamma must be a number at least 0, got -1/],
    ["posterior.gamma=.inf", /posterior\.gamma must be a number at least 0, got Infinity/],
    ["model.bias=1", /model\.bias must be true or false, got 1/],
    ["model.widths=[4,x]", /model\.widths must be a list, each an integer at least 1, or null/],
    ["data.x_dist=gaus", /data\.x_dist must be one of gauss_iso, /],
    ["sampler.run=[hmc,foo]", /sampler\.run must be a list of at least 1, each one of sgld, /],
    ["sampler.run=[]", /sampler\.run must be a list of at least 1/],
    ["sampler.hmc=3", /sampler\.hmc must be a section with some of draws, warmup, /],
    ["target.kind=cube", /target\.kind must be one of mlp, cnn, quadratic, /],
    ["data=5", /there is no preset 5 of data/],
  ];
  for (const [word, message] of cases) {
    assert.throws(
      () => composed([word]),
      (error) => {
        assert.ok(error instanceof ConfigurationError, word);
        assert.match(error.message, message);
        return true;
      },
    );
  }
  assert.throws(() => composed([], "- 1\n"), /mine\.yaml: expected groups with their keys, got \[1\]/);
  assert.throws(() => composed([], "a: [1\n"), /^ConfigurationError: mine\.yaml: /);
  assert.deepEqual(composed([], ""), compose());
});

test("the defaults are complete: every key of the schema has one", () => {
  for (const { path } of configurationKeys()) {
    const value = path.split(".").reduce<unknown>((tree, name) => (tree as Record<string, unknown>)[name], compose());
    assert.notEqual(value, undefined, path);
  }
});
