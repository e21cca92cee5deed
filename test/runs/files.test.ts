// Targets that files decide: tables, weights, the package of the digits.

import assert from "node:assert/strict";
import { appendFile, copyFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import "../../src/index.js";
import { toSafetensors } from "../../src/formats/safetensors.js";
import { type Configuration, ConfigurationError, compose, jobsOf } from "../../src/runs/configuration/index.js";
import { DamagedArtifact } from "../../src/runs/store/artifact.js";
import { idOf } from "../../src/runs/store/identity.js";
import { deciding, sourcesOf } from "../../src/runs/store/materials.js";
import { obtainRun } from "../../src/runs/store/samples.js";
import { loadTarget, obtainTarget, targetConfiguration, targetIdOf } from "../../src/runs/store/targets.js";
import { temporaryFolder } from "../notebook/notebooks.js";

const folder = await temporaryFolder();
const root = join(folder, "runs");
const file = (name: string): string => join(folder, name);
const composed = (...words: string[]): Configuration =>
  compose({ overrides: jobsOf(["model=small", "training=fast", "sampler=fast", ...words], { sweep: false })[0] });

const lines = Array.from({ length: 30 }, (_, i) => `${i / 10},${Math.sin(i)},${i % 3},Adelie`);
const csv = `x,y,label,species\n${lines.join("\n")}\n`;
await writeFile(file("t.csv"), csv);
const tableAt = (name: string): string[] => [
  "data=table",
  `data.path=${file(name)}`,
  "data.inputs=[x]",
  "data.outputs=[y]",
];
const onTable = tableAt("t.csv");

test("a table's bytes decide the target, and not where they lie", async () => {
  const id = targetIdOf(composed(...onTable));
  await mkdir(file("elsewhere"));
  await copyFile(file("t.csv"), file("elsewhere/other.csv"));
  assert.equal(targetIdOf(composed(...tableAt("elsewhere/other.csv"))), id);
  await appendFile(file("elsewhere/other.csv"), "0,0,0,Gentoo\n");
  assert.notEqual(targetIdOf(composed(...tableAt("elsewhere/other.csv"))), id);
});

test("a target keeps its table: it is sampled where the file is no more, and refused where the kept one is damaged", async () => {
  const configuration = composed(...onTable);
  const built = await obtainTarget(root, configuration);
  assert.deepEqual([built.isNew, built.target.loss.dataSize], [true, 30]);
  assert.equal((await obtainTarget(root, configuration)).isNew, false);
  assert.equal(await readFile(join(built.folder, "data.csv"), "utf8"), csv);
  await rename(file("t.csv"), file("moved.csv"));
  const loaded = await loadTarget(root, built.id);
  assert.deepEqual(loaded.target.loss.source.data, built.target.loss.source.data);
  const run = await obtainRun(root, loaded, configuration, "hmc");
  assert.ok(Number.isFinite(run.metrics.llc_mean));
  await rename(file("moved.csv"), file("t.csv"));
  await appendFile(join(built.folder, "data.csv"), "0,0,0,Gentoo\n");
  await assert.rejects(loadTarget(root, built.id), DamagedArtifact);
});

test("words are classes for the categorical likelihood, and for no other", async () => {
  await writeFile(file("species.csv"), csv.replaceAll(/0,Adelie/g, "0,Gentoo"));
  const words = [...tableAt("species.csv").slice(0, 3), "data.outputs=[species]"];
  const { target } = await obtainTarget(root, composed(...words, "target.loss=categorical", "training.steps=1"));
  const { values } = target.loss.source.data.outputs;
  assert.deepEqual(
    values,
    Float64Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
  );
  await assert.rejects(obtainTarget(root, composed(...words)), /column species must hold numbers, got "Gentoo"/);
});

test("weights of either format are measured as they are, and their bytes decide", async () => {
  const values = Float64Array.from({ length: 3 }, (_, i) => i - 1);
  const arrays = {
    "0.weight": { shape: [3, 1], values },
    "0.bias": { shape: [3], values },
    "2.weight": { shape: [1, 3], values },
    "2.bias": { shape: [1], values: Float64Array.of(0.5) },
  };
  await writeFile(file("w.safetensors"), toSafetensors(arrays));
  const words = [...onTable, "model.widths=[3]", `model.weights=${file("w.safetensors")}`, "training.steps=0"];
  const { id, target } = await obtainTarget(root, composed(...words));
  assert.deepEqual(target.center, Float64Array.of(-1, 0, 1, -1, 0, 1, -1, 0, 1, 0.5));
  await writeFile(
    file("w.safetensors"),
    toSafetensors({ ...arrays, "2.bias": { shape: [1], values: Float64Array.of(0) } }),
  );
  const other = await obtainTarget(root, composed(...words));
  assert.notEqual(other.id, id);
  assert.equal(other.target.center[9], 0);
  // The trained parameters are kept with the target.
  assert.deepEqual((await loadTarget(root, id)).target.center, target.center);
});

test("digits are those of the package, whose version decides, as does the seed which of them", async () => {
  const words = ["target=cnn", "data=digits_small", "data.n_data=40", "data.classes=[3,8]", "training.steps=5"];
  const configuration = targetConfiguration(composed(...words));
  const sources = sourcesOf(configuration);
  assert.match(sources.mnist ?? "", /^\d+\.\d+\.\d+$/);
  const idWith = (mnist?: string): string => idOf("tgt", deciding(configuration, { mnist }));
  assert.equal(new Set([idWith(sources.mnist), idWith("0.0.0"), idWith()]).size, 3);
  assert.notEqual(targetIdOf(composed(...words, "seed=7")), targetIdOf(composed(...words)));

  const { id, target } = await obtainTarget(root, composed(...words));
  const { inputs, outputs } = target.loss.source.data;
  assert.deepEqual([inputs.shape, new Set(outputs.values)], [[40, 49], new Set([0, 1])]);
  assert.ok(inputs.values.every((value) => value >= 0 && value <= 1));
  const loaded = await loadTarget(root, id);
  assert.deepEqual(loaded.target.loss.source.data, target.loss.source.data);
  assert.equal(loaded.target.lossAtCenter, target.lossAtCenter);
});

test("files that are not there, or not what they should be, are refused before anything is built", async () => {
  await writeFile(file("words.csv"), "x,y\n1,a\n");
  await writeFile(file("w.npz"), "no archive");
  const path = (name: string): string => `data.path=${file(name)}`;
  const cases: [RegExp, string[]][] = [
    [/data\.path: .*none\.csv cannot be read \(ENOENT/, ["data=table", path("none.csv"), "data.outputs=[y]"]],
    [/data\.path: .* cannot be read \(EISDIR/, ["data=table", path("runs/../folder.csv"), "data.outputs=[y]"]],
    [/data\.path must be a \.csv, \.json or \.npz file/, ["data=table", path("t.txt")]],
    [/data\.source=table needs data\.path/, ["data=table"]],
    [/data\.path is of data\.source=table/, [path("t.csv")]],
    [/data\.path is of data\.source=table/, ["target=quadratic", ...onTable]],
    [
      /words\.csv: column y must hold numbers, got "a" in line 2/,
      ["data=table", path("words.csv"), "data.outputs=[y]"],
    ],
    [/t\.csv: column species must hold numbers, got "Adelie" in line 2/, [...onTable.slice(0, 2), "data.outputs=[y]"]],
    [/model\.weights: .*none\.npz cannot be read/, [`model.weights=${file("none.npz")}`]],
    [/model\.weights must be a \.npz or \.safetensors file/, [`model.weights=${file("w.pt")}`]],
    [/model\.weights is of target\.kind mlp or cnn, got quadratic/, ["target=quadratic", "model.weights=w.npz"]],
    [/bytes are no zip archive/, [`model.weights=${file("w.npz")}`]],
  ];
  await mkdir(file("folder.csv"));
  for (const [message, words] of cases) {
    await assert.rejects(obtainTarget(root, composed(...words)), (error) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});
