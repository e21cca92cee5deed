import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { isThere, killedAt, signalAt } from "./killing.js";
import { builtProgram, filesBelow, lasting, type Program } from "./laboratory-program.js";

const program: Program = await builtProgram();
const llc = [
  "llc",
  "model=small",
  "data=small",
  "training.steps=4000",
  "sampler=fast",
  "sampler.run=[hmc,sgld]",
  "sampler.hmc.draws=20000",
  "sampler.sgld.steps=20000",
  "sampler.sgld.step_size=null",
  "output.plot_formats=[html]",
  "output.checkpoint_every=0.05",
];
const sweep = ["sweep", ...llc.slice(1), "seed=1,2", "sampler.hmc.draws=5000", "sampler.sgld.steps=5000"].filter(
  (word, i, words) => !words.slice(i + 1).some((other) => other.split("=")[0] === word.split("=")[0]),
);

const stages: Record<string, RegExp> = {
  "the target is trained": /^\.locks\/tgt_[0-9a-f]+$/,
  "the target is stored": /^targets\/tgt_[0-9a-f]+\.partial\/meta\.json/,
  "HMC begins": /\/hmc\/run_[0-9a-f]+\.partial$/,
  "HMC has a checkpoint": /\/hmc\/run_[0-9a-f]+\.partial\/checkpoint$/,
  "HMC's run is stored": /\/hmc\/run_[0-9a-f]+\.partial\/configuration\.yaml/,
  "HMC's run is entered": /\/hmc\/run_[0-9a-f]+$/,
  "figures are drawn": /\/figures\//,
  "SGLD has a checkpoint": /\/sgld\/run_[0-9a-f]+\.partial\/checkpoint$/,
  "the comparison is stored": /^comparisons\/llc_[0-9a-f]+\.partial/,
  "the comparison is drawn": /^comparisons\/llc_[0-9a-f]+\/figures/,
};

test("killed in any stage and repeated, a command leaves what one that was never killed does", async (t) => {
  const whole = await program.folder();
  const reference = await program.run(whole, llc);
  assert.equal(reference.code, 0, reference.stderr);
  const expected = await lasting(join(whole, "runs"));
  const figures = (await filesBelow(join(whole, "runs"))).filter((path) => path.includes("figures/"));
  for (const [name, stage] of Object.entries(stages)) {
    await t.test(name, async () => {
      const folder = await killedAt(program, llc, stage);
      const { code, stderr } = await program.run(folder, llc);
      assert.equal(code, 0, stderr);
      assert.deepEqual(await lasting(join(folder, "runs")), expected);
      const drawn = (await filesBelow(join(folder, "runs"))).filter((path) => path.includes("figures/"));
      assert.deepEqual(drawn, figures);
    });
  }
});

test("a sweep that was killed in the middle is completed", async () => {
  const whole = await program.folder();
  assert.equal((await program.run(whole, sweep)).code, 0);
  const folder = await killedAt(program, sweep, /\/hmc\/run_[0-9a-f]+$/);
  const { code, stderr } = await program.run(folder, sweep);
  assert.equal(code, 0, stderr);
  assert.deepEqual(await lasting(join(folder, "runs")), await lasting(join(whole, "runs")));
});

test("Ctrl-C ends a command in good order, with what it had done, and the same command goes on", async () => {
  const whole = await program.folder();
  assert.equal((await program.run(whole, llc)).code, 0);
  const folder = await program.folder();
  let reached: Promise<boolean> = Promise.resolve(false);
  const interrupted = await program.run(folder, llc, (child) => {
    reached = signalAt(child, folder, /\/sgld\/run_[0-9a-f]+\.partial\/checkpoint$/, "SIGINT");
  });
  assert.ok(await reached);
  assert.equal(interrupted.code, 130, interrupted.stderr);
  assert.match(interrupted.stderr, /interrupted; the same command goes on where this one was/);
  assert.ok(isThere(folder, /\/sgld\/run_[0-9a-f]+\.partial\/checkpoint$/), "the checkpoint stays");
  assert.ok(isThere(folder, /\/hmc\/run_[0-9a-f]+\/metrics\.json$/), "what was done stays");
  assert.ok(!isThere(folder, /^\.locks\/./), "no lock stays");
  const { code, stdout, stderr } = await program.run(folder, llc);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^hmc .* \(there already\)\nsgld \S+\n/);
  assert.deepEqual(await lasting(join(folder, "runs")), await lasting(join(whole, "runs")));
});

/** A limit on the size of files, in blocks of 512 bytes, stands for a full disk: writing fails in the same places. */
function runLimited(
  folder: string,
  words: readonly string[],
  blocks: number,
): Promise<{ code: number | null; stderr: string }> {
  return new Promise((settle) => {
    const limited = `ulimit -f ${blocks}; exec "$0" "$@"`;
    const child = spawn("sh", ["-c", limited, process.execPath, program.path, ...words], { cwd: folder });
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("close", (code) => settle({ code, stderr }));
  });
}

const roomy = { skip: process.platform === "win32" };

test("where there is no room for a target, the command says so, and completes once there is", roomy, async () => {
  const folder = await program.folder();
  const words = ["build-target", "model=small", "model.target_params=3000", "data=small", "training.steps=5"];
  const limited = await runLimited(folder, words, 16);
  assert.equal(limited.code, 1, limited.stderr);
  assert.match(limited.stderr, /^error: EFBIG/);
  assert.ok(!isThere(folder, /^targets\/tgt_[0-9a-f]+$/));
  const { code, stdout } = await program.run(folder, words);
  assert.equal(code, 0);
  const whole = await program.folder();
  assert.equal((await program.run(whole, words)).stdout, stdout);
  assert.deepEqual(await lasting(join(folder, "runs")), await lasting(join(whole, "runs")));
});

test("where there is none for a run or a figure, it names them, and nothing is lost", roomy, async () => {
  const small = ["model=small", "data=small", "training=fast", "sampler=[fast,hmc]", "output.plot_formats=[html]"];
  const words = ["llc", ...small, "sampler.hmc.draws=2000"];
  const whole = await program.folder();
  assert.equal((await program.run(whole, words)).code, 0);
  const expected = await lasting(join(whole, "runs"));
  const folder = await program.folder();

  const runless = await runLimited(folder, words, 32);
  assert.equal(runless.code, 1);
  assert.match(runless.stderr, /^error: hmc: .*EFBIG/m);
  assert.ok(isThere(folder, /^targets\/tgt_[0-9a-f]+$/), "the target stays");
  assert.ok(!isThere(folder, /\/hmc\/run_[0-9a-f]+$/), "no half run has a run's name");

  const figureless = await runLimited(folder, words, 2048);
  assert.equal(figureless.code, 1);
  assert.match(figureless.stderr, /^error: hmc: .*figures\/\S+\.html: .*EFBIG/m);
  assert.ok(isThere(folder, /\/hmc\/run_[0-9a-f]+\/metrics\.json$/), "the run stays");

  const { code, stderr } = await program.run(folder, words);
  assert.equal(code, 0, stderr);
  assert.deepEqual(await lasting(join(folder, "runs")), expected);
  const figures = (await filesBelow(join(folder, "runs"))).filter((path) => path.includes("figures/"));
  assert.deepEqual(
    figures,
    (await filesBelow(join(whole, "runs"))).filter((path) => path.includes("figures/")),
  );
});
