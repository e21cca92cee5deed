import assert from "node:assert/strict";
import { test } from "node:test";
import { type Recipe, recipes } from "../../src/policy-gradients/index.js";
import { ConfigurationError, configurationYaml, jobsOf } from "../../src/runs/configuration/index.js";
import {
  algorithmFrom,
  algorithmNames,
  composeTraining,
  environmentFrom,
  type TrainingConfiguration,
  trainingGroups,
  trainingKeys,
  trainingPresets,
} from "../../src/runs/configuration/training/index.js";

const composed = (words: string[], text?: string): TrainingConfiguration =>
  composeTraining({
    overrides: jobsOf(words, { sweep: false })[0],
    ...(text !== undefined && { file: { name: "mine.yaml", text } }),
  });

const table: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = recipes;

test("every recipe is what its algorithm and task mean where nothing else is said", () => {
  for (const [name, byTask] of Object.entries(table)) {
    for (const [task, recipe] of Object.entries(byTask)) {
      const { algorithm, environment, training } = composed([`algorithm=${name}`, `environment=${task.toLowerCase()}`]);
      const { kind, options } = algorithmFrom(algorithm);
      assert.deepEqual({ kind, options }, recipe.algorithm, `${name} ${task}`);
      assert.deepEqual(environmentFrom(environment, algorithm.gamma), recipe.environment, `${name} ${task}`);
      assert.equal(training.total_steps, recipe.totalSteps);
    }
  }
});

test("what is said wins over recipes, and without them algorithms and tasks are as they are", () => {
  const own = composed(["environment=pendulum", "algorithm.gamma=0.9", "environment.clip_reward=5"]);
  assert.deepEqual([own.algorithm.gamma, own.algorithm.learning_rate, own.environment.clip_reward], [0.9, 1e-3, 5]);
  const bare = composed(["environment=pendulum", "recipe=false"]);
  assert.deepEqual(algorithmFrom(bare.algorithm), { kind: "ppo", options: {} });
  assert.equal(environmentFrom(bare.environment, null).kind, "pendulum");
  assert.equal(bare.training.total_steps, 100_000);
  const named = composed(["environment=pendulum", "algorithm=[ppo,cleanrl]"]);
  assert.deepEqual(algorithmFrom(named.algorithm).options, { preset: "cleanrl" });
});

test("an algorithm without a recipe is shown the task as PPO is, for as long", () => {
  const [ppo, reinforce] = ["ppo", "reinforce"].map((name) => composed([`algorithm=${name}`, "environment=pendulum"]));
  assert.equal(table.reinforce?.pendulum, undefined);
  assert.deepEqual([reinforce.environment, reinforce.training], [ppo.environment, ppo.training]);
  assert.deepEqual(algorithmFrom(reinforce.algorithm), { kind: "reinforce", options: {} });
});

test("tasks have their kinds and Gymnasium's names, in any case", () => {
  for (const name of ["cartpole", "CartPole-v1", "cartPole", "CARTPOLE-V1"]) {
    assert.deepEqual(composed([`environment=${name}`]), composed([]), name);
  }
  const versions = ["halfcheetah", "HalfCheetah-v4", "HalfCheetah-v5"].map(
    (name) => composed([`environment=${name}`]).environment.version,
  );
  assert.deepEqual(versions, [4, 4, 5]);
  assert.equal(environmentFrom(composed(["environment=gridworld"]).environment, null).options.observation, "oneHot");
});

test("keys become options: sections, lists, and never", () => {
  const { algorithm } = composed([
    "algorithm.learning_rate=1e-4",
    "algorithm.target_kl=never",
    "algorithm.actor={hidden: [32, 16], output_gain: 1}",
    "algorithm.features.convolutions=[{filters: 8, size: 3}]",
    "recipe=false",
  ]);
  assert.deepEqual(algorithmFrom(algorithm).options, {
    learningRate: 1e-4,
    targetKl: Number.POSITIVE_INFINITY,
    actor: { hidden: [32, 16], outputGain: 1 },
    features: { convolutions: [{ filters: 8, size: 3 }] },
  });
  const { environment } = composed(["environment=pendulum", "environment.max_episode_steps=never", "recipe=false"]);
  assert.equal(environmentFrom(environment, null).options.maxEpisodeSteps, null);
});

test("wrappers lie around the task in the order that learning wants, the statistics of whole episodes first", () => {
  const wrappers = [
    ...["rescale_action=true", "clip_action=true", "frame_stack=2", "flatten_observation=true"],
    ...["normalize_observation=true", "clip_observation=5", "normalize_reward=true", "reward_gamma=0.5"],
    ...["clip_reward=3"],
  ].map((word) => `environment.${word}`);
  const { environment } = composed(["environment=pendulum", "recipe=false", ...wrappers]);
  const kinds: string[] = [];
  for (let at = environmentFrom(environment, 0.9); at !== undefined; ) {
    kinds.push(at.kind);
    at = at.options.environment as typeof at;
  }
  assert.deepEqual(kinds.reverse(), [
    ...["pendulum", "recordEpisodeStatistics", "rescaleAction", "clipAction", "frameStackObservation"],
    ...["flattenObservation", "normalizeObservation", "clipObservation", "normalizeReward", "clipReward"],
  ]);
  const normalizer = environmentFrom(environment, 0.9).options.environment as { options: { gamma: number } };
  assert.equal(normalizer.options.gamma, 0.5);
});

test("every preset is a configuration, and all that is composed composes to itself again", () => {
  for (const group of trainingGroups) {
    for (const name of Object.keys(trainingPresets[group])) {
      const configuration = composed([`${group}=${name}`]);
      assert.deepEqual(composed([], configurationYaml(configuration)), configuration, `${group}=${name}`);
    }
  }
  // In a file `preset` is the algorithm's own key.
  assert.equal(composed([], "algorithm: { preset: lehmann2024 }\n").algorithm.preset, "lehmann2024");
  assert.equal(composed([], "algorithm: trpo\nseed: 3\n").algorithm.kind, "trpo");
});

test("what is unknown, of another type or of another algorithm is refused in its own words", () => {
  const cases: [string[], RegExp][] = [
    [["algorithm=pppo"], /there is no preset "pppo" of algorithm; did you mean ppo\?/],
    [["environment=cartpol"], /there is no preset "cartpol" of environment; did you mean cartpole\?/],
    [["environment=HalfCheeta-v4"], /did you mean HalfCheetah-v4\?/],
    [["algorithm.learnin_rate=1"], /did you mean algorithm\.learning_rate\?/],
    [["learning_rate=1"], /did you mean algorithm\.learning_rate\?/],
    [["algorithm.ent_coef=0"], /it is called algorithm\.entropy_coefficient here/],
    [["model=small"], /there is no key "model": networks are algorithm\.actor and algorithm\.critic here/],
    [["sampler=fast"], /learning coefficients are sampled by ergodic llc/],
    [["algorithm.gamma=2"], /algorithm\.gamma must be a number at least 0 and at most 1, or null, got 2/],
    [["training.total_steps=many"], /training\.total_steps must be an integer at least 1, or null, got "many"/],
    [["algorithm.anneal=3"], /algorithm\.anneal must be true or false, or inert, or null, got 3/],
    [["algorithm.target_kl=0"], /algorithm\.target_kl must be a number above 0, or never, or null, got 0/],
    [
      ["algorithm.features.convolutions=[3]"],
      /must be atari, or a list of at least 1, each \{ filters, size, stride \}/,
    ],
    [["environment.version=7"], /environment\.version must be 4, or 5, or null, got 7/],
    [
      ["algorithm=a2c", "algorithm.clip_value=true"],
      /^ConfigurationError: algorithm: a2c: there is no option "clip_value"/,
    ],
    [["environment.gravity=3"], /^ConfigurationError: environment: cartPole: there is no option "gravity"/],
  ];
  for (const [words, message] of cases) {
    const make = (): void => {
      const { algorithm, environment } = composed(words);
      algorithmFrom(algorithm);
      environmentFrom(environment, null);
    };
    assert.throws(make, (error) => error instanceof ConfigurationError && message.test(String(error)), words.join(" "));
  }
});

test("every key has a type and a meaning, and a value", () => {
  const configuration: unknown = composed([]);
  for (const { path, type, description } of trainingKeys()) {
    assert.ok(type !== "" && description !== "", path);
    const value = path.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], configuration);
    assert.notEqual(value, undefined, path);
  }
  for (const name of algorithmNames) assert.equal(algorithmFrom(composed([`algorithm=${name}`]).algorithm).kind, name);
});
