// `ergodic diagnose` says of saved draws whether they are well, in words and by its exit code.

import "../chains/platform.js";
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { diagnose } from "../../src/chains/diagnose.js";
import type { Draws } from "../../src/chains/draws.js";
import { summarize } from "../../src/chains/summarize.js";
import { summaryText } from "../../src/chains/summary-text.js";
import { fromArviz, toArviz } from "../../src/formats/arviz.js";
import { toCsv } from "../../src/formats/csv-table.js";
import { toMarkdown } from "../../src/formats/markdown.js";
import { saveDraws } from "../../src/formats/save-draws.js";
import { nuts } from "../../src/samplers/index.js";
import { changed, healthy } from "../chains/ailing.js";
import { temporaryFolder } from "../notebook/notebooks.js";
import { builtProgram, type Ended, runProgram } from "./built.js";

const folder = await temporaryFolder();
let program: string;
/** As a reader of the file sees them: without what its format has no place for. */
let well: Draws;
let ill: Draws;

before(async () => {
  program = await builtProgram(folder);
  const diverging = changed(healthy(1, { draws: 500 }), ({ position, stats, at }) => {
    for (let n = 0; n < 500; n++) position[at(1, n)] += 2;
    stats.diverging.fill(1, 0, 100);
  });
  const save = async (name: string, draws: Draws): Promise<Draws> => {
    const text = JSON.stringify(toArviz(draws));
    await writeFile(join(folder, name), text);
    return fromArviz(text);
  };
  well = await save("well.json", healthy(1, { draws: 500 }));
  ill = await save("ill.json", diverging);
});

const ergodic = (...args: string[]): Promise<Ended> => runProgram(program, folder, args);

test("draws that are well: the summary, the verdict, and exit code 0", async () => {
  assert.deepEqual(await ergodic("diagnose", "well.json"), {
    code: 0,
    stdout: `${summaryText(summarize(well))}\n\n${diagnose(well).text}\n`,
    stderr: "",
  });
});

test("draws that are not: what is wrong, what to try, and exit code 2", async () => {
  const { code, stdout, stderr } = await ergodic("diagnose", "ill.json", "--sort-by", "rhat");
  assert.deepEqual([code, stderr], [2, ""]);
  assert.equal(stdout, `${summaryText(summarize(ill, { sortBy: "rhat" }))}\n\n${diagnose(ill).text}\n`);
  assert.match(stdout, /\nsevere: 100 of 2000 transitions diverged \(5\.0%\): chain 0 \(100\)\./);
});

test("in the formats of other programs", async () => {
  const formats = ["markdown", "csv", "json"];
  const [markdown, csv, json] = await Promise.all(
    formats.map((format) => ergodic("diagnose", "ill.json", "--format", format)),
  );
  const [summary, diagnosis] = [summarize(ill), diagnose(ill)];
  assert.deepEqual(markdown, { code: 2, stdout: `${toMarkdown(summary)}\n${toMarkdown(diagnosis)}`, stderr: "" });
  assert.deepEqual(csv, { code: 2, stdout: toCsv(summary), stderr: `${diagnosis.text}\n` });
  assert.deepEqual([json.code, json.stderr], [2, ""]);
  assert.deepEqual(JSON.parse(json.stdout), JSON.parse(JSON.stringify({ ok: false, summary, diagnosis })));
});

test("a Zarr store knows the sampler, and Stan's CSV has a file for each chain", async () => {
  const trees = changed(healthy(2, { draws: 500 }), ({ stats }) => stats.treeDepth.fill(6, 0, 100), {
    sampler: nuts({ maxTreeDepth: 6 }),
  });
  await saveDraws(trees, join(folder, "trees.zarr"));
  await saveDraws(trees, join(folder, "trees.csv"));
  const files = [1, 2, 3, 4].map((chain) => `trees_${chain}.csv`);
  const [zarr, csv] = await Promise.all([ergodic("diagnose", "trees.zarr"), ergodic("diagnose", ...files)]);
  assert.equal(zarr.code, 2);
  assert.match(zarr.stdout, /\nwarning: Trajectories were cut off at the largest tree depth, 6: 20% of chain 0\./);
  assert.equal(csv.code, 0);
  assert.match(csv.stdout, /\nWell: no problem was found\.\n4 chains of 500 draws; /);
});

test("thresholds can be changed", async () => {
  const patient = ["--largest-rhat", "9", "--least-ess-per-chain", "1", "--largest-diverging-share", "0.1"];
  const [ended, strict] = await Promise.all([
    ergodic("diagnose", "ill.json", ...patient),
    ergodic("diagnose", "well.json", "--least-ess-per-chain", "5000"),
  ]);
  assert.equal(ended.code, 0);
  assert.match(ended.stdout, /\nWell: no problem was found\.\n/);
  assert.equal(strict.code, 2);
  assert.match(strict.stdout, /below 20000 \(5000 per chain\) for/);
});

test("where it cannot say, exit code 1 and a word on the standard error", async () => {
  await writeFile(join(folder, "broken.json"), '{ "posterior": ');
  await writeFile(join(folder, "notes.txt"), "no draws here");
  const cases: [string[], RegExp][] = [
    [["nowhere.json"], /^error: .*nowhere\.json/],
    [["broken.json"], /^error: .*broken\.json/],
    [["notes.txt"], /^error: .*notes\.txt/],
    [["well.json", "--largest-rhat", "0"], /^error: diagnose: largestRhat must be a positive number, got 0\n$/],
    [["well.json", "--largest-rhat", "small"], /It must be a number/],
    [["well.json", "--format", "pdf"], /Allowed choices are text, markdown, csv, json/],
    [[], /missing required argument 'files'/],
  ];
  const ended = await Promise.all(cases.map(([args]) => ergodic("diagnose", ...args)));
  ended.forEach(({ code, stdout, stderr }, i) => {
    assert.deepEqual([cases[i][0], code, stdout], [cases[i][0], 1, ""]);
    assert.match(stderr, cases[i][1]);
  });
});

test("help names the exit codes and the formats", async () => {
  const { code, stdout } = await ergodic("diagnose", "--help");
  assert.equal(code, 0);
  assert.match(stdout, /Exit code 2\s+where they are not well/);
  assert.match(stdout, /choices: "text",\s+"markdown", "csv", "json"/);
});
