// Trainings that are gone on with: what one that was never interrupted learns, byte for byte, wherever it was interrupted.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, watch } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readTensorBoard } from "../../src/formats/tensorboard.js";
import { type EnvironmentSource, environments } from "../../src/policy-gradients/environments/index.js";
import {
  type Algorithm,
  a2c,
  ppo,
  reinforce,
  type TrainedPolicy,
  type TrainPolicyOptions,
  trainPolicy,
  trpo,
  vmpo,
} from "../../src/policy-gradients/index.js";
import { isTimeKey } from "../../src/policy-gradients/training-callback.js";
import { run } from "./checkpointed.js";
import { echo } from "./echo.js";
import { continuousRecipe } from "./environments/playing.js";
import "../../src/index.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "training-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** All that a training says, without the time it took. */
function content({ log, final, ...rest }: TrainedPolicy): unknown {
  const { seconds: _, log: kept, ...state } = final;
  return { ...rest, log: log.map(untimed), final: { ...state, log: kept.map(untimed) } };
}

function untimed(record: Readonly<Record<string, number>>): object {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !isTimeKey(key)));
}

/** Trains until the given number of steps is made; at most `totalSteps`. */
function cutAt(
  algorithm: Algorithm,
  environment: EnvironmentSource,
  at: number,
  options: TrainPolicyOptions,
): Promise<TrainedPolicy> {
  const controller = new AbortController();
  const onStep = ({ steps }: { readonly steps: number }): void => {
    if (steps >= at) controller.abort();
  };
  const { signal } = controller;
  return trainPolicy(algorithm, environment, { ...options, signal, callbacks: [{ onStep }] });
}

const layers = { actor: { hidden: [8] }, critic: { hidden: [8] } };
const small = { environments: 3, steps: 8, ...layers };
const algorithms: Readonly<Record<string, Algorithm>> = {
  PPO: ppo({ ...small, minibatches: 3, epochs: 2 }),
  "PPO as CleanRL's": ppo({ ...small, preset: "cleanrl", minibatches: 2, epochs: 2 }),
  A2C: a2c(small),
  REINFORCE: reinforce(small),
  TRPO: trpo({ ...small, minibatches: 2 }),
  "V-MPO": vmpo({ ...small, minibatches: 2 }),
};

/** Minibatches are whole unrolls, and learning rates fall by a counter of their own. */
const reference = { ...small, preset: "lehmann2024", minibatches: 3 } as const;
const lehmanns: Readonly<Record<string, Algorithm>> = {
  "Lehmann's PPO": ppo({ ...reference, epochs: 2 }),
  "Lehmann's A2C": a2c(reference),
  "Lehmann's REINFORCE": reinforce({ ...small, preset: "lehmann2024" }),
  "Lehmann's TRPO": trpo({ ...reference, actorMinibatches: 3 }),
  "Lehmann's V-MPO": vmpo(reference),
};

/** Choices and numbers for actions, with everything that normalises around them; episodes end by themselves and by limits. */
const tasks: Readonly<Record<string, EnvironmentSource>> = {
  choices: environments.normalizeReward(
    environments.normalizeObservation(environments.cartPole({ maxEpisodeSteps: 13 })),
  ),
  numbers: continuousRecipe(environments.pendulum({ maxEpisodeSteps: 10 })),
};

const options: TrainPolicyOptions = { totalSteps: 120, seed: 5, evaluateEvery: 50, evaluation: { episodes: 2 } };

for (const [name, algorithm] of Object.entries({ ...algorithms, ...lehmanns })) {
  for (const [actions, environment] of Object.entries(tasks)) {
    if (name in lehmanns && actions === "choices") continue;
    test(`${name} with ${actions} goes on as if it had never been interrupted`, async () => {
      const whole = await trainPolicy(algorithm, environment, options);
      assert.equal(whole.log.length, 5);
      // In the first rollout, just before an update, just after one, and in the last.
      for (const at of [3, 69, 75, 99]) {
        const cut = await cutAt(algorithm, environment, at, options);
        assert.deepEqual([cut.reason, cut.steps, cut.final.steps], ["aborted", at, at - (at % 24)]);
        const resume = structuredClone(cut.final);
        assert.deepEqual(content(await trainPolicy(algorithm, environment, { ...options, resume })), content(whole));
      }
    });
  }
}

test("a training whose process is killed goes on from its files, again and again, and its logs hold every row once", async () => {
  const place = await mkdtemp(join(folder, "killed-"));
  for (let kill = 0; kill < 2; kill++) await killOnceWritten(place);
  assert.ok(existsSync(join(place, "checkpoint")));
  const rest = await run(place);
  assert.deepEqual(content(rest), content(await run()));
  const lines = (await readFile(join(place, "log.jsonl"), "utf8")).trimEnd().split("\n");
  assert.deepEqual(
    lines,
    rest.log.map((record) => JSON.stringify(record)),
  );
  const rows = (await readFile(join(place, "log.csv"), "utf8")).trimEnd().split("\n");
  assert.equal(rows.length, 1 + rest.log.length);
  const events = readTensorBoard(await readFile(join(place, "events.out.tfevents.0.ergodic")));
  assert.deepEqual(
    events.map(({ step }) => step),
    rest.log.map((record) => record["time/total_timesteps"]),
  );
  assert.deepEqual(readdirSync(place).sort(), ["events.out.tfevents.0.ergodic", "log.csv", "log.jsonl"]);
});

/** Starts the training as a process of its own and kills it as soon as its checkpoint was replaced a few times. */
async function killOnceWritten(place: string): Promise<void> {
  const program = fileURLToPath(new URL("./checkpointed.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, place], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  let replaced = 0;
  const watcher = watch(place, (_, name) => {
    if (name === "checkpoint" && ++replaced === 4) child.kill("SIGKILL");
  });
  const [, signal] = await once(child, "exit");
  watcher.close();
  assert.equal(signal, "SIGKILL");
}

test("a training goes on with any number of threads", async () => {
  const { PPO } = algorithms;
  const whole = content(await trainPolicy(PPO, tasks.numbers, options));
  const cut = await cutAt(PPO, tasks.numbers, 69, { ...options, workers: 1 });
  for (const workers of [0, 2]) {
    const rest = await trainPolicy(PPO, tasks.numbers, { ...options, workers, resume: cut.final });
    assert.deepEqual(content(rest), whole);
  }
});

test("what an abort leaves is the policy after the last update, with the statistics of then", async () => {
  const { PPO } = algorithms;
  const { numbers } = tasks;
  const cut = await cutAt(PPO, numbers, 69, options);
  const ended = await trainPolicy(PPO, numbers, {
    ...options,
    callbacks: [{ onRolloutEnd: ({ steps }) => steps < 48 }],
  });
  assert.equal(ended.reason, "callback");
  assert.deepEqual(cut.policy, ended.policy);
  assert.deepEqual(cut.evaluation, ended.evaluation);
});

test("a training of constant learning rate goes on to more steps, and counts all", async () => {
  const algorithm = a2c({ ...small, anneal: false });
  const whole = await trainPolicy(algorithm, tasks.numbers, options);
  for (const totalSteps of [24, 48, 72]) {
    const { final } = await trainPolicy(algorithm, tasks.numbers, { ...options, totalSteps });
    const longer = await trainPolicy(algorithm, tasks.numbers, { ...options, resume: final });
    assert.deepEqual(content(longer), content(whole));
    const seconds = longer.log.map((record) => record["time/time_elapsed"]);
    assert.ok(seconds.every((time, i) => i === 0 || time > seconds[i - 1]));
  }
});

test("a training that was done is done when it is gone on with", async () => {
  const { A2C } = algorithms;
  const whole = await trainPolicy(A2C, echo, options);
  const again = await trainPolicy(A2C, echo, { ...options, seed: undefined, resume: whole.final });
  assert.deepEqual(again.policy, whole.policy);
  assert.deepEqual(again.evaluation, whole.evaluation);
  assert.equal(again.steps, whole.steps);
});

test("a checkpoint takes a training up again and again, and is gone when it is done", async () => {
  for (const [name, algorithm] of Object.entries(algorithms)) {
    const checkpoint = { path: join(folder, name), everySeconds: 1e-9 };
    const whole = await trainPolicy(algorithm, tasks.numbers, options);
    for (const at of [3, 50, 99]) {
      await cutAt(algorithm, tasks.numbers, at, { ...options, checkpoint });
      assert.ok(existsSync(checkpoint.path));
    }
    // One that fails leaves the checkpoint of its last update.
    const failing = { onRolloutEnd: ({ steps }: { readonly steps: number }) => assert.notEqual(steps, 120) };
    await assert.rejects(
      trainPolicy(algorithm, tasks.numbers, { ...options, checkpoint, callbacks: [failing] }),
      assert.AssertionError,
    );
    const rest = await trainPolicy(algorithm, tasks.numbers, { ...options, checkpoint });
    assert.deepEqual(content(rest), content(whole));
    assert.ok(!existsSync(checkpoint.path));
  }
});

test("a checkpoint that is kept says the same again without learning anew, also where a callback ended the training", async () => {
  const { PPO } = algorithms;
  const stopping = { onRolloutEnd: ({ steps }: { readonly steps: number }) => steps < 72 };
  for (const callbacks of [[], [stopping]]) {
    const checkpoint = { path: join(folder, `kept-${callbacks.length}`), keep: true };
    const first = await trainPolicy(PPO, tasks.numbers, { ...options, checkpoint, callbacks });
    assert.equal(first.log.length, callbacks.length === 0 ? 5 : 3);
    const idle = { onRolloutStart: () => assert.fail("it learns again") };
    const again = await trainPolicy(PPO, tasks.numbers, { ...options, checkpoint, callbacks: [idle] });
    assert.deepEqual(content(again), content(first));
    assert.deepEqual(again.log, first.log);
  }
});

test("a checkpoint that is damaged or of another training is refused by name", async () => {
  const path = join(folder, "refused");
  const { A2C, PPO } = algorithms;
  await cutAt(A2C, tasks.numbers, 50, { ...options, checkpoint: path });
  const bytes = await readFile(path);
  const refused = (message: RegExp, more: Partial<TrainPolicyOptions> = {}, algorithm = A2C, task = tasks.numbers) =>
    assert.rejects(trainPolicy(algorithm, task, { ...options, checkpoint: path, ...more }), {
      name: "RangeError",
      message,
    });
  const another = (what: string) => new RegExp(`trainPolicy: the checkpoint .*refused is of another training: ${what}`);
  await refused(another("its algorithm was a2c and not ppo"), {}, PPO);
  await refused(another("its algorithm had other options"), {}, a2c({ ...small, gamma: 0.5 }));
  await refused(another("its environment had other options"), {}, A2C, continuousRecipe(environments.pendulum()));
  await refused(another("its environment was Pendulum-v1 and not CartPole-v1"), {}, A2C, tasks.choices);
  await refused(another("its seed was 5 and not 6"), { seed: 6 });
  await refused(another("its totalSteps was 120 and not 240"), { totalSteps: 240 });
  await refused(another("its evaluations were others"), { evaluateEvery: 60 });
  const { final } = await trainPolicy(A2C, tasks.numbers, { ...options, totalSteps: 24 });
  await refused(another("it went on from another training"), { resume: final });

  for (const end of [0, 10, 30, bytes.length - 1]) {
    await writeFile(path, bytes.subarray(0, end));
    await refused(
      /the checkpoint .*refused cannot be read: it is (no training of this version|cut off).*; remove it to begin anew/,
    );
  }
  const spoiled = Uint8Array.from(bytes);
  spoiled[bytes.length >> 1] ^= 1;
  await writeFile(path, spoiled);
  await refused(/cannot be read: it is cut off or damaged: its checksum does not fit/);
  await writeFile(path, "ergodic checkpoint 1     \n and more");
  await refused(/cannot be read: it is no training of this version/);
  await assert.rejects(trainPolicy(A2C, tasks.numbers, { ...options, checkpoint: folder }), {
    message: /trainPolicy: the checkpoint .* cannot be read: EISDIR/,
  });
});

test("a state of another training, or a part of one, is refused by name", async () => {
  const { A2C, PPO } = algorithms;
  const { final } = await trainPolicy(A2C, tasks.numbers, { ...options, totalSteps: 48 });
  const refused = (message: RegExp, resume: unknown, algorithm = A2C, more: Partial<TrainPolicyOptions> = {}) =>
    assert.rejects(trainPolicy(algorithm, tasks.numbers, { ...options, ...more, resume: resume as never }), {
      name: "RangeError",
      message,
    });
  await refused(/resume must be the `final` of a training, got 3/, 3);
  await refused(/resume is of another training: its algorithm was a2c and not ppo/, final, PPO);
  await refused(/resume is of another training: its seed was 5 and not 7/, final, A2C, { seed: 7 });
  await refused(/totalSteps must be at least 48, which the training to resume has made, got 47/, final, A2C, {
    totalSteps: 47,
  });
  await refused(/resume.parameters must be \d+ numbers/, { ...final, parameters: final.parameters.slice(1) });
  const sick = final.parameters.slice().fill(Number.NaN, 2);
  await refused(/resume.parameters\[2\] must be a finite number, got NaN/, { ...final, parameters: sick });
  await refused(/resume.memory must be .* numbers/, { ...final, memory: [] });
  await refused(/state must be the state of 3 copies of Pendulum-v1/, { ...final, environment: {} });
  await refused(/resume.episodes must be those of 3 copies/, { ...final, episodes: {} });
  await refused(/resume must be the `final` of a training, whole/, { ...final, log: undefined });
});
