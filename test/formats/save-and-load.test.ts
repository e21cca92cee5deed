// Draws in files: one door in and out, by the extension, and nothing there by halves.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Draws } from "../../src/chains/draws.js";
import { loadDraws, loadGroup } from "../../src/formats/load-draws.js";
import { saveDraws } from "../../src/formats/save-draws.js";
import { drawsToSave } from "./draws-to-save.js";

const folder = await mkdtemp(join(tmpdir(), "ergodic-draws-"));
after(() => rm(folder, { recursive: true }));

const draws = drawsToSave();
const fewer = { ...draws, chains: 2, lengths: [7, 4], position: draws.position.slice(0, 140) };
const twoChains = { ...fewer, stats: {}, warmup: undefined, adapted: {} };

async function fresh(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  return path;
}

test(".zarr brings everything back, and log-likelihoods by their group", async () => {
  const path = join(await fresh("zarr"), "deep", "fit.zarr");
  const logLikelihood = { y: [0, 1, 2].map((c) => Array.from({ length: 7 }, (_, n) => [-c, -n])) };
  assert.deepEqual(await saveDraws(draws, path, { logLikelihood }), [path]);
  assert.deepStrictEqual(await loadDraws(path), draws);
  assert.deepEqual((await loadGroup(path, "log_likelihood")).y.shape, [3, 7, 2]);
  assert.deepEqual(await readdir(join(path, "posterior", "w", "c", "0", "0", "0")), ["0"]);
  assert.deepEqual(await readdir(join(path, "..")), ["fit.zarr"]);
});

test(".json and .csv bring back what they have room for", async () => {
  const path = await fresh("texts");
  assert.deepEqual(await saveDraws(draws, join(path, "fit.json")), [join(path, "fit.json")]);
  const three = [1, 2, 3].map((k) => join(path, `fit_${k}.csv`));
  assert.deepEqual(await saveDraws(draws, join(path, "fit.csv")), three);
  for (const from of [join(path, "fit.json"), join(path, "fit.csv"), three]) {
    const back = await loadDraws(from);
    assert.deepStrictEqual(back.position, draws.position);
    assert.deepEqual(back.stats, draws.stats);
    assert.deepEqual(back.warmup, draws.warmup);
    assert.deepEqual(back.lengths, draws.lengths);
  }
  const single = {
    ...draws,
    chains: 1,
    lengths: [7],
    position: draws.position.slice(0, 70),
    stats: {},
    warmup: undefined,
    adapted: {},
  };
  assert.deepEqual(await saveDraws(single, join(path, "one.csv")), [join(path, "one.csv")]);
  assert.deepStrictEqual((await loadDraws(join(path, "one.csv"))).position, single.position);
});

test("what is there already is refused, and replaced as a whole where that is wanted", async () => {
  const path = await fresh("twice");
  for (const extension of ["zarr", "json", "csv"]) {
    const target = join(path, `fit.${extension}`);
    await saveDraws(draws, target);
    await assert.rejects(
      saveDraws(twoChains, target),
      /^RangeError: saveDraws: .*fit(_1)?\.(zarr|json|csv) is there already; \{ overwrite: true \} replaces it$/,
    );
    assert.equal((await loadDraws(target)).chains, 3);
    await saveDraws(twoChains, target, { overwrite: true });
    const back = await loadDraws(target);
    assert.deepEqual([back.chains, back.warmup], [2, undefined]);
  }
  assert.deepEqual(await readdir(path), ["fit.json", "fit.zarr", "fit_1.csv", "fit_2.csv"]);
});

test("what is no store of draws is never replaced by one", async () => {
  const path = await fresh("foreign");
  await mkdir(join(path, "thesis.zarr"));
  await writeFile(join(path, "thesis.zarr", "chapter.tex"), "all my work");
  await writeFile(join(path, "file.zarr"), "an archive");
  await mkdir(join(path, "folder.json"));
  await writeFile(join(path, "fit_2020.csv"), "year\n2020\n");
  const overwrite = { overwrite: true };
  await assert.rejects(
    saveDraws(draws, join(path, "thesis.zarr"), overwrite),
    /thesis\.zarr is there and is no Zarr store/,
  );
  await assert.rejects(
    saveDraws(draws, join(path, "file.zarr"), overwrite),
    /file\.zarr is there as a file, and is not replaced/,
  );
  await assert.rejects(saveDraws(draws, join(path, "folder.json"), overwrite), /folder\.json is there as a folder/);
  await saveDraws(draws, join(path, "fit.csv"), overwrite);
  assert.equal(await readFile(join(path, "fit_2020.csv"), "utf8"), "year\n2020\n");
  assert.equal(await readFile(join(path, "thesis.zarr", "chapter.tex"), "utf8"), "all my work");
});

test("where writing fails, what was there stays and nothing is left beside it", async () => {
  const path = await fresh("failing");
  const closure = { ...draws, sampler: { kind: "hmc", options: { stepSize: () => 1 } } };
  // Fails when it is asked for something the n-th time, which is after some of it was written.
  const torn = (field: "seconds" | "adapted", n: number): Draws => {
    let asked = 0;
    return Object.defineProperty({ ...draws }, field, {
      get() {
        if (++asked === n) throw new Error("torn");
        return draws[field];
      },
    });
  };
  for (const [extension, field, n] of [
    ["zarr", "seconds", 3],
    ["csv", "adapted", 2],
  ] as const) {
    const target = join(path, `fit.${extension}`);
    await saveDraws(twoChains, target);
    await assert.rejects(saveDraws(torn(field, n), target, { overwrite: true }), /torn/);
    assert.equal((await loadDraws(target)).chains, 2);
  }
  await assert.rejects(
    saveDraws(closure, join(path, "fit.zarr"), { overwrite: true }),
    /a function cannot be kept in a file/,
  );
  assert.deepEqual(await readdir(path), ["fit.zarr", "fit_1.csv", "fit_2.csv"]);
});

test("arguments that do not fit are refused", async () => {
  const path = join(folder, "never.zarr");
  await assert.rejects(
    saveDraws({} as never, path),
    /^RangeError: saveDraws: draws must be draws, such as sample returns/,
  );
  await assert.rejects(
    saveDraws(draws, "fit.nc"),
    /saveDraws: path must be a name that ends in \.zarr, \.json, \.csv, got "fit\.nc"/,
  );
  await assert.rejects(saveDraws(draws, path, { force: true } as never), /there is no option "force"/);
  await assert.rejects(saveDraws(draws, path, { overwrite: 1 } as never), /overwrite must be true or false, got 1/);
  await assert.rejects(
    saveDraws(draws, join(folder, "never.csv"), { observedData: { y: [1] } }),
    /observedData must be left out of \.csv, which has no place for it/,
  );
  await assert.rejects(
    loadDraws("fit.nc"),
    /loadDraws: path must be a name that ends in \.zarr, \.json, \.csv, or a list of \.csv/,
  );
  await assert.rejects(loadDraws([]), /got a list of length 0/);
  await assert.rejects(loadGroup(path, 3 as never), /loadGroup: group must be the name of a group, got 3/);
});

test("what is missing, cut off or damaged is named by its path", async () => {
  const path = await fresh("damaged");
  const at = (name: string) => join(path, name);
  await assert.rejects(loadDraws(at("no.zarr")), /^Error: loadDraws: there is no folder .*no\.zarr$/);
  await assert.rejects(loadDraws(at("no.json")), /^Error: loadDraws: .*no\.json cannot be read \(ENOENT/);
  await assert.rejects(loadDraws(at("no.csv")), /^Error: loadDraws: there is neither .*no\.csv nor .*no_1\.csv$/);

  await saveDraws(draws, at("fit.zarr"));
  const chunk = join(at("fit.zarr"), "posterior", "mu", "c", "0", "0");
  const bytes = await readFile(chunk);
  await writeFile(chunk, bytes.subarray(0, 40));
  await assert.rejects(
    loadDraws(at("fit.zarr")),
    /loadDraws: .*fit\.zarr: posterior\/mu\/c\/0\/0 is damaged: it holds 5 entries in place of 21/,
  );
  await rm(chunk);
  await assert.rejects(loadDraws(at("fit.zarr")), /fit\.zarr: posterior\/mu\/c\/0\/0 is missing$/);
  await assert.rejects(
    loadGroup(at("fit.zarr"), "posterior"),
    /loadGroup: .*fit\.zarr: posterior\/mu\/c\/0\/0 is missing$/,
  );
  await rm(at("fit.zarr/zarr.json"));
  await assert.rejects(loadDraws(at("fit.zarr")), /fit\.zarr: zarr\.json is missing/);

  await saveDraws(draws, at("fit.json"));
  const text = await readFile(at("fit.json"), "utf8");
  await writeFile(at("fit.json"), text.slice(0, text.length / 2));
  await assert.rejects(loadDraws(at("fit.json")), /loadDraws: .*fit\.json: it is no JSON, or cut off/);

  await saveDraws(draws, at("fit.csv"));
  const rows = await readFile(at("fit_3.csv"), "utf8");
  await writeFile(at("fit_3.csv"), rows.slice(0, -200));
  await assert.rejects(loadDraws(at("fit.csv")), /loadDraws: .*fit_3\.csv: (line \d+|the file is cut off)/);
  await rm(at("fit_3.csv"));
  await assert.rejects(loadDraws(at("fit.csv")), /loadDraws: of 3 chains, 3 is missing/);
  await writeFile(at("fit_3.csv"), rows);
  await rm(at("fit_2.csv"));
  await assert.rejects(loadDraws(at("fit.csv")), /fit_2\.csv is missing before .*fit_3\.csv/);
});
