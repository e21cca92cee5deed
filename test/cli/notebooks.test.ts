import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { code, read, shown, temporaryFolder, writeCells } from "../notebook/notebooks.js";
import { builtProgram, type Ended, runProgram } from "./built.js";

const folder = await temporaryFolder();
let program: string;

before(async () => {
  program = await builtProgram(folder);
});

/** Runs the command; `onOutput` sees what it has printed so far. */
const ergodic = (args: string[], onOutput?: (stdout: string, interrupt: () => void) => void): Promise<Ended> =>
  runProgram(program, folder, args, onOutput);

test("the build begins with a shebang and knows the package's version", async () => {
  assert.ok((await readFile(program, "utf8")).startsWith("#!/usr/bin/env node\n"));
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  assert.deepEqual(await ergodic(["--version"]), { code: 0, stdout: `${version}\n`, stderr: "" });
});

test("a wrong command has exit code 2 and a word of advice", async () => {
  const cases: [string[], RegExp][] = [
    [["frobnicate"], /unknown command 'frobnicate'/],
    [["notebooks", "--timeout", "soon"], /must be a positive number of seconds/],
    [["notebooks", "--colour"], /unknown option '--colour'/],
    [["notebooks"], /no notebook named, and there are none in notebooks\//],
  ];
  const ended = await Promise.all(cases.map(([args]) => ergodic(args)));
  ended.forEach(({ code, stdout, stderr }, i) => {
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, cases[i][1]);
  });
});

test("all notebooks of the folder are run, and one that fails does not keep the others from it", async () => {
  await mkdir(join(folder, "notebooks"));
  const bad = await writeCells(join(folder, "notebooks", "bad.ipynb"), [code("1"), code('throw new Error("no luck")')]);
  const good = await writeCells(join(folder, "notebooks", "good.ipynb"), [code('console.log("all is well")')]);
  const { code: exit, stdout, stderr } = await ergodic(["notebooks"]);
  assert.equal(exit, 1);
  assert.equal(stdout, "1\nall is well\n");
  assert.match(stderr, /bad\.ipynb: cell 2 failed: Error: no luck/);
  assert.match(stderr, /good\.ipynb: 1 cell in /);
  assert.deepEqual(shown(await read(good)), [["stdout: all is well\n"]]);
  assert.deepEqual(shown(await read(bad)), [["stdout: 1\n"], ["error: Error: no luck"]]);
});

test("--no-write leaves the notebook as it is, --quiet the terminal", async () => {
  const path = await writeCells(join(folder, "check.ipynb"), [code('console.log("words")')]);
  const content = await readFile(path, "utf8");
  const { code: exit, stdout } = await ergodic(["notebooks", "--no-write", "--quiet", path]);
  assert.deepEqual([exit, stdout], [0, ""]);
  assert.equal(await readFile(path, "utf8"), content);
});

test("an interrupt ends the kernel and leaves the notebook as it is", async () => {
  const path = await writeCells(join(folder, "long.ipynb"), [code("console.log(process.pid); while (true) {}")]);
  const content = await readFile(path, "utf8");
  const {
    code: exit,
    stdout,
    stderr,
  } = await ergodic(["notebooks", path], (printed, interrupt) => {
    if (printed.endsWith("\n")) interrupt();
  });
  assert.equal(exit, 130);
  assert.match(stderr, /interrupted, nothing written/);
  assert.equal(await readFile(path, "utf8"), content);
  assert.throws(() => process.kill(Number(stdout), 0), { code: "ESRCH" });
});
