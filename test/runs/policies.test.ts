import assert from "node:assert/strict";
import { test } from "node:test";
import "../../src/index.js";
import { jobsOf } from "../../src/runs/configuration/index.js";
import { composeTraining, type TrainingConfiguration } from "../../src/runs/configuration/training/index.js";
import { figuresOfTrainings } from "../../src/runs/training/figures.js";
import { runTrainingSweep, type TrainingJob } from "../../src/runs/training/index.js";
import { loadStoredPolicy, obtainPolicy, policyIdOf } from "../../src/runs/training/policies.js";
import { temporaryFolder } from "../notebook/notebooks.js";

const root = await temporaryFolder();
const small = ["environment=cartpole", "algorithm.environments=2", "algorithm.steps=32", "training.total_steps=300"];
const composed = (...words: string[]): TrainingConfiguration =>
  composeTraining({ overrides: jobsOf(words, { sweep: false })[0] });

test("ids of policies stand for everything that decides, and for nothing else", () => {
  const id = policyIdOf(composed(...small));
  assert.match(id, /^pol_[0-9a-f]{16}$/);
  const deciding = [
    ...["seed=1", "algorithm=a2c", "algorithm.gamma=0.9", "algorithm.actor.hidden=[]", "environment.clip_reward=1"],
    ...["environment.max_episode_steps=never", "training.evaluate_every=100", "training.evaluation_seed=1"],
  ];
  const others = deciding.map((word) => policyIdOf(composed(...small, word)));
  assert.equal(new Set([id, ...others]).size, 1 + deciding.length);
  const steps = small.map((word) => (word.startsWith("training") ? "training.total_steps=301" : word));
  assert.notEqual(policyIdOf(composed(...steps)), id);
  for (const word of ["training.workers=1", "output=none", "output.checkpoint_every=3", "algorithm=ppo"]) {
    assert.equal(policyIdOf(composed(...small, word)), id, word);
  }
});

test("what a recipe says and what is said outright is one policy", () => {
  const { algorithm } = composed("environment=pendulum");
  const outright = [`algorithm.gamma=${algorithm.gamma}`, `algorithm.learning_rate=${algorithm.learning_rate}`];
  assert.equal(policyIdOf(composed("environment=pendulum", ...outright)), policyIdOf(composed("environment=pendulum")));
});

test("a policy that is read is the policy that was trained, whatever plays its environment", async () => {
  const configuration = composed(...small, "training.evaluate_every=100");
  const made = await obtainPolicy(root, configuration);
  const read = await obtainPolicy(root, composed(...small, "training.evaluate_every=100", "training.workers=1"));
  assert.deepEqual([made.isNew, read.isNew], [true, false]);
  assert.deepEqual({ ...read, isNew: true }, made);
  assert.equal(made.metrics.steps, 320);
  assert.deepEqual(
    made.log.map((record) => record["time/total_timesteps"]),
    [64, 128, 192, 256, 320],
  );
  assert.deepEqual(await loadStoredPolicy(root, made.id), read);
});

test("a sweep has one curve per algorithm and task, with the seeds of each", async () => {
  const jobs = ["environment=cartpole", "environment=acrobot"].flatMap((environment) =>
    ["algorithm=ppo", "algorithm=a2c"].flatMap((algorithm) =>
      ["seed=1", "seed=2"].map((seed): TrainingJob => {
        const said = [environment, algorithm, seed];
        const overrides = jobsOf(said, { sweep: false })[0];
        // Episodes that end within so few steps.
        const words = [...said, ...small.slice(1), "environment.max_episode_steps=20", "algorithm.minibatches=1"];
        return { label: said.join(" "), overrides, configuration: composed(...words) };
      }),
    ),
  );
  const { outcomes, summary, problems } = await runTrainingSweep(root, jobs, { figures: false });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    summary.split("\n").map((line) => line.split(/ {2,}/).slice(0, 2)),
    [
      ["return", "seeds"],
      ["cartpole ppo", "2"],
      ["cartpole a2c", "2"],
      ["acrobot ppo", "2"],
      ["acrobot a2c", "2"],
    ],
  );
  const policies = (kind: string, environment: string) =>
    outcomes.flatMap(({ policy }) =>
      policy?.metrics.algorithm === kind && policy.metrics.environment === environment ? [policy] : [],
    );
  const groups = ["CartPole-v1", "Acrobot-v1"].flatMap((environment) =>
    ["ppo", "a2c"].map((kind) => ({
      name: `${environment} ${kind}`,
      nameInTask: kind,
      policies: policies(kind, environment),
    })),
  );
  const figures = figuresOfTrainings(groups);
  assert.deepEqual(Object.keys(figures), ["learning_curves_CartPole-v1", "learning_curves_Acrobot-v1"]);
  const named = figures["learning_curves_Acrobot-v1"]().data.flatMap(({ name, showlegend }) =>
    name !== undefined && showlegend !== false ? [name] : [],
  );
  assert.deepEqual(named, ["ppo", "a2c"]);
});
