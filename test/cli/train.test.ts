import assert from "node:assert/strict";
import { readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import "../../src/index.js";
import { environments } from "../../src/policy-gradients/environments/index.js";
import { evaluatePolicy, loadPolicy } from "../../src/policy-gradients/index.js";
import { isThere, killedAt, signalAt } from "./killing.js";
import { builtProgram, everything, filesBelow, lasting, type Program } from "./laboratory-program.js";

const program: Program = await builtProgram();
const cartPole = ["algorithm=ppo", "environment=cartpole", "training.total_steps=3000"];
const html = "output.plot_formats=[html]";

test("a policy, its files, the sweep around it, and nothing is computed twice", async (t) => {
  const folder = await program.folder();
  const ergodic = (...words: string[]) => program.run(folder, words);
  const one = ["train", ...cartPole, "seed=1", "training.evaluate_every=1500", html];
  const sweep = [
    "train",
    "-m",
    "algorithm=ppo,a2c",
    "environment=cartpole",
    "training.total_steps=3000",
    "seed=1,2",
    html,
  ];
  let policy = "";

  await t.test(
    "one training: a table as Stable-Baselines3 prints it, and a folder with all there is of it",
    async () => {
      const { code, stdout, stderr } = await ergodic(...one);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^\| rollout\/ .*\n\| +ep_len_mean +\|/m);
      assert.match(stdout, /^ppo on CartPole-v1, seed 1, 3072 steps: return \S+ \+- \S+ over 10 episodes/);
      policy = /^policy (\S+)$/m.exec(stdout)?.[1] ?? "";
      assert.deepEqual(await filesBelow(join(folder, policy)), [
        "configuration.yaml",
        "evaluation.json",
        "figures/evaluations.html",
        "figures/learning_curve.html",
        "log.csv",
        "log.jsonl",
        "manifest.json",
        "metrics.csv",
        "metrics.json",
        "tensorboard/events.out.tfevents.0.ergodic",
        "timing.json",
        "trained.policy",
      ]);
      const log = (await readFile(join(folder, policy, "log.jsonl"), "utf8")).trimEnd().split("\n");
      assert.deepEqual(
        log.map((line) => JSON.parse(line)["time/total_timesteps"]),
        [1024, 2048, 3072],
      );
    },
  );

  await t.test("the stored policy plays as its evaluation says", async () => {
    const { deterministic } = JSON.parse(await readFile(join(folder, policy, "evaluation.json"), "utf8"));
    const stored = await loadPolicy(join(folder, policy, "trained.policy"));
    assert.deepEqual(await evaluatePolicy(stored, environments.cartPole()), deterministic);
  });

  await t.test("its configuration, given back, is the same policy", async () => {
    const again = await ergodic("train", "--config", join(policy, "configuration.yaml"), html);
    assert.equal(again.code, 0, again.stderr);
    assert.ok(again.stdout.endsWith(`policy ${policy} (there already)\n`), again.stdout);
    const shown = await ergodic("train", ...cartPole, "seed=1", "--cfg");
    assert.deepEqual([parse(shown.stdout).algorithm.kind, parse(shown.stdout).seed], ["ppo", 1]);
  });

  await t.test("a sweep over seeds and algorithms: a tidy table, interquartile means, curves with bands", async () => {
    const { code, stdout, stderr } = await ergodic(...sweep);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /\[4\/4\] algorithm=\w+ seed=\d: return /);
    assert.match(stderr, /^ppo +2 .*\na2c +2 /m);
    const [header, ...rows] = (await readFile(join(folder, stdout.trim()), "utf8")).trimEnd().split("\n");
    assert.match(header, /^algorithm,seed,policy_id,preset,environment,steps,.*,return_mean,.*,error$/);
    assert.deepEqual(
      rows.map((row) => row.split(",").slice(0, 2).join()),
      ["ppo,1", "ppo,2", "a2c,1", "a2c,2"],
    );
    const figure = join(folder, dirname(stdout.trim()), "figures", "learning_curves.html");
    assert.match(await readFile(figure, "utf8"), /Learning on CartPole-v1/);
  });

  await t.test("list and show tell what there is", async () => {
    const { stdout } = await ergodic("list");
    assert.equal(stdout.match(/^pol_/gm)?.length, 5);
    const [id] = /pol_[0-9a-f]+/.exec(policy) ?? [""];
    const shown = await ergodic("show", id);
    assert.match(shown.stdout, new RegExp(`^${id}: ppo on CartPole-v1, finished `));
    assert.match(shown.stdout, /return_mean +\d/);
  });

  await t.test("promote copies a figure of the newest policy of each algorithm, or of one by its id", async () => {
    const words = ["promote", "--policies", "ppo,a2c", "--plot-name", "learning_curve.html"];
    const { code, stdout, stderr } = await ergodic(...words);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "assets/ppo_learning_curve.html\nassets/a2c_learning_curve.html\n");
    const [id] = /pol_[0-9a-f]+/.exec(policy) ?? [""];
    assert.equal((await ergodic("promote", "--policies", id, "--plot-name", "evaluations.html")).code, 0);
    assert.deepEqual(
      await readFile(join(folder, "assets", `${id}_evaluations.html`)),
      await readFile(join(folder, policy, "figures", "evaluations.html")),
    );
  });

  await t.test("the same again computes nothing", async () => {
    const before = await everything(join(folder, "runs"));
    for (const words of [one, sweep]) {
      const { code, stderr } = await ergodic(...words);
      assert.equal(code, 0, stderr);
    }
    assert.deepEqual(await everything(join(folder, "runs")), before);
  });
});

test("what cannot be trained is refused in a sentence, before anything is computed", async () => {
  const folder = await program.folder();
  const cases: [string[], RegExp][] = [
    [["environment=cartpol"], /there is no preset "cartpol" of environment; did you mean cartpole\?/],
    [["algorithm=pppo"], /there is no preset "pppo" of algorithm; did you mean ppo\?/],
    [["training.total_steps=many"], /training\.total_steps must be an integer at least 1, or null, got "many"/],
    [["seed=1,2"], /-m runs one job for each/],
    [["algorithm=a2c", "algorithm.clip=0.1"], /a2c: there is no option "clip"/],
    [["-m", "algorithm=ppo,a2c", "algorithm.clip=0.1"], /a2c: there is no option "clip"/],
    [["algorithm.environments=1e9"], /ppo: environments must be at most 524288, got 1000000000/],
    [["algorithm.steps=1e9"], /ppo: environments \* steps must be at most \d+ with 4 numbers seen, got 8000000000/],
    [
      ["training.evaluation_episodes=1e9"],
      /evaluation_episodes must be an integer at least 1 and at most 524288, got 1000000000/,
    ],
    [["algorithm.minibatches=7"], /ppo: minibatches must be .*, got 7/],
    [["algorithm.features.convolutions=atari"], /observation/],
    [["environment.rescale_action=true"], /rescale_action: the action space must be a box, got 2 choices/],
    [["--config", "mine.yaml"], /mine\.yaml cannot be read/],
  ];
  for (const [words, message] of cases) {
    const { code, stdout, stderr } = await program.run(folder, ["train", ...words]);
    assert.deepEqual([code, stdout], [2, ""], `${words.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
    // One sentence, and no stack.
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  }
  const promoted = await program.run(folder, ["promote", "--policies", "ppp"]);
  assert.deepEqual([promoted.code, /did you mean ppo\?/.test(promoted.stderr)], [2, true]);
  const shown = await program.run(folder, ["show", "pol_0123456789abcdef"]);
  assert.deepEqual([shown.code, /there is no policy pol_/.test(shown.stderr)], [2, true]);
  assert.ok(!isThere(folder, /^policies/));
});

test("where MuJoCo is not installed, a robot's training says what to install", async () => {
  const bare = await builtProgram({ without: "@mujoco" });
  const folder = await bare.folder();
  const { code, stderr } = await bare.run(folder, ["train", "environment=halfcheetah"]);
  assert.deepEqual(
    [code, stderr],
    [1, "error: robots need MuJoCo, which is not installed here: npm install @mujoco/mujoco\n"],
  );
  assert.ok(!isThere(folder, /^policies/));
});

/** Some seconds of work, with a checkpoint after every update. */
const long = [
  ...["train", "algorithm=ppo", "environment=[cartpole,normalized]", "training.total_steps=20000", "seed=3"],
  ...["training.evaluate_every=5000", html, "output.checkpoint_every=0.001"],
];

const stages: Record<string, RegExp> = {
  "training begins": /^policies\/pol_[0-9a-f]+\.partial\/log\.csv$/,
  "there is a checkpoint": /^policies\/pol_[0-9a-f]+\.partial\/checkpoint$/,
  "the policy is stored": /^policies\/pol_[0-9a-f]+\.partial\/configuration\.yaml/,
  "the policy is entered": /^policies\/pol_[0-9a-f]+$/,
};

test("killed in any stage and repeated, a training leaves what one that was never killed does", async (t) => {
  const whole = await program.folder();
  const reference = await program.run(whole, long);
  assert.equal(reference.code, 0, reference.stderr);
  const expected = await lasting(join(whole, "runs"));
  for (const [name, stage] of Object.entries(stages)) {
    await t.test(name, async () => {
      const folder = await killedAt(program, long, stage);
      const { code, stderr } = await program.run(folder, long);
      assert.equal(code, 0, stderr);
      assert.deepEqual(await lasting(join(folder, "runs")), expected);
      assert.ok(isThere(folder, /figures\/learning_curve\.html$/));
    });
  }

  await t.test("Ctrl-C, in good order", async () => {
    const folder = await program.folder();
    let reached: Promise<boolean> = Promise.resolve(false);
    const interrupted = await program.run(folder, long, (child) => {
      reached = signalAt(child, folder, stages["there is a checkpoint"], "SIGINT");
    });
    assert.ok(await reached);
    assert.equal(interrupted.code, 130, interrupted.stderr);
    assert.match(interrupted.stderr, /interrupted; the same command goes on where this one was\n$/);
    assert.ok(isThere(folder, stages["there is a checkpoint"]), "the checkpoint stays");
    assert.ok(!isThere(folder, /^\.locks\/./), "no lock stays");
    const { code, stderr } = await program.run(folder, long);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await lasting(join(folder, "runs")), expected);
  });

  await t.test(
    "a checkpoint that is damaged is refused by name, and training begins anew once it is removed",
    async () => {
      const folder = await killedAt(program, long, stages["there is a checkpoint"]);
      const checkpoint = (await filesBelow(folder)).find((path) => path.endsWith("checkpoint")) ?? "";
      const { size } = await stat(join(folder, checkpoint));
      await truncate(join(folder, checkpoint), size - 9);
      const refused = await program.run(folder, long);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /^error: .*checkpoint cannot be read: .*; remove it to begin anew$/m);
      await rm(join(folder, checkpoint));
      assert.equal((await program.run(folder, long)).code, 0);
      assert.deepEqual(await lasting(join(folder, "runs")), expected);
    },
  );

  await t.test("two processes at once train it once, and both have it", async () => {
    const folder = await program.folder();
    const both = await Promise.all([program.run(folder, long), program.run(folder, long)]);
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
    );
    assert.equal(both.filter(({ stdout }) => stdout.includes("(there already)")).length, 1);
    assert.deepEqual(await lasting(join(folder, "runs")), expected);
  });

  await t.test("a policy that is damaged afterwards is refused by the name of its file", async () => {
    const [path] = (await filesBelow(whole)).filter((name) => name.endsWith("trained.policy"));
    await writeFile(join(whole, path), "no policy");
    const { code, stderr } = await program.run(whole, long);
    assert.equal(code, 1);
    assert.match(stderr, /trained\.policy is damaged; remove the folder to have it made again/);
  });
});

test("a sweep that was killed or interrupted, its trainings with it, is completed", async (t) => {
  const words = [
    ...["train", "-m", "algorithm=ppo", "environment=cartpole", "seed=1,2,3", "training.total_steps=10000"],
    ...[html, "output.checkpoint_every=0.001"],
  ];
  const whole = await program.folder();
  const reference = await program.run(whole, words);
  assert.equal(reference.code, 0, reference.stderr);
  const expected = await lasting(join(whole, "runs"));
  const completed = async (folder: string): Promise<void> => {
    const { code, stderr } = await program.run(folder, words);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await lasting(join(folder, "runs")), expected);
  };

  await t.test("killed", async () => completed(await killedAt(program, words, stages["there is a checkpoint"])));

  await t.test("Ctrl-C", async () => {
    const folder = await program.folder();
    let reached: Promise<boolean> = Promise.resolve(false);
    const interrupted = await program.run(folder, words, (child) => {
      reached = signalAt(child, folder, stages["there is a checkpoint"], "SIGINT");
    });
    assert.ok(await reached);
    assert.deepEqual([interrupted.code, interrupted.stdout], [130, ""], interrupted.stderr);
    assert.ok(!isThere(folder, /^\.locks\/./), "no lock stays, for no training goes on");
    await completed(folder);
  });
});

test("a training that fails fails the sweep, by its name, and the others' results stay", async () => {
  const folder = await program.folder();
  const words = ["train", "-m", ...cartPole, "seed=1", "algorithm.learning_rate=1e-3,1e300", "output=none"];
  const { code, stdout, stderr } = await program.run(folder, words);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^error: algorithm\.learning_rate=1e\+?300: .+/m);
  const [, fine, failed] = (await readFile(join(folder, stdout.trim()), "utf8")).trimEnd().split("\n");
  assert.match(fine, /^0\.001,pol_.*,$/);
  assert.match(failed, /^1e\+300,NaN,.*[^,]$/);
});
