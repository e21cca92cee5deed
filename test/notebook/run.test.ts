import assert from "node:assert/strict";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CellError, NotebookError, runNotebook } from "../../src/notebook/run.js";
import { code, read, shown, temporaryFolder, writeCells } from "./notebooks.js";

const folder = await temporaryFolder();

/** The kernel's process, whose number a cell has written into a file, is gone. */
async function assertKernelGone(): Promise<void> {
  const pid = Number(await readFile(join(folder, "pid"), "utf8"));
  assert.ok(pid > 0);
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
}

const writePid = 'import { writeFileSync } from "fs"; writeFileSync("pid", String(process.pid));';

test("a notebook runs from top to bottom in its own folder", async (t) => {
  const path = join(folder, "all.ipynb");
  const echoed: string[] = [];
  await writeFile(join(folder, "data.json"), '{ "answer": 42 }');
  await writeCells(
    path,
    [
      { cell_type: "markdown", source: ["# A title\n"], metadata: {} },
      code(`${writePid}\nconst x: number = require("./data.json").answer;\nx`),
      code(" \n"),
      code('console.log("out", x); console.error("err"); void process.stdout.write("no end")'),
      code("for (let i = 0; i < 3000; i++) console.log(i)"),
      code(
        'import * as tslab from "tslab";\ntslab.display.html("<b>bold</b>");\nconst live = tslab.newDisplay(); live.text("0%"); live.text("50%")',
      ),
      code('live.text("100%")'),
      code('throw new RangeError("allowed")', ["raises-exception"]),
      code('const late: string = await new Promise<string>((settle) => setTimeout(() => settle("waited"), 10));\nlate'),
      code("process.env.ERGODIC_NOTEBOOK_RUNNER"),
    ],
    { title: "kept" },
  );
  const run = await runNotebook(path, { echo: (text) => echoed.push(text) });
  const notebook = await read(path);

  await t.test("results, streams and displays are stored in the cells that made them", () => {
    const [markdown, answer, empty, streams, many, displays, update, failing, late, variable] = shown(notebook);
    assert.deepEqual([markdown, empty, update], [[], [], []]);
    assert.deepEqual(answer, ["stdout: 42\n"]);
    assert.deepEqual(streams, ["stdout: out 42\n", "stderr: err\n", "stdout: no end"]);
    assert.deepEqual(many, [`stdout: ${Array.from({ length: 3000 }, (_, i) => `${i}\n`).join("")}`]);
    assert.deepEqual(displays, ["display: <b>bold</b>", "display: 100%"]);
    assert.deepEqual(failing, ["error: RangeError: allowed"]);
    assert.deepEqual(late, ["stdout: waited\n"]);
    assert.deepEqual(variable, ["stdout: 1\n"]);
  });
  await t.test("cells are numbered as they are run, and an empty one is not", () => {
    const counts = notebook.cells.slice(1).map((cell) => cell.execution_count);
    assert.deepEqual(counts, [1, null, 2, 3, 4, 5, 6, 7, 8]);
  });
  await t.test("the notebook says which kernel it is for, and keeps what it said before", () => {
    const { title, kernelspec, language_info } = notebook.metadata;
    assert.equal(title, "kept");
    assert.deepEqual(kernelspec, { display_name: "TypeScript", language: "typescript", name: "tslab" });
    assert.equal((language_info as { name: string }).name, "typescript");
    assert.ok(!("outputs" in notebook.cells[0]));
  });
  await t.test("what is returned is what was stored", () => {
    assert.deepEqual(JSON.parse(JSON.stringify(run.notebook)), notebook);
    assert.equal(run.cells, 9);
  });
  await t.test("what cells print is echoed as it comes, a display that changes in its last state", () => {
    const text = echoed.join("");
    assert.ok(text.startsWith("42\nout 42\nerr\nno end0\n1\n"));
    assert.ok(text.includes("50%\n") && !text.includes("0%\n50%"));
  });
  await t.test("nothing is left: no process, no file beside the notebook", async () => {
    await assertKernelGone();
    assert.deepEqual((await readdir(folder)).sort(), ["all.ipynb", "data.json", "pid"]);
  });
});

test("a failing cell ends the run with its number, and what was shown before it is stored", async () => {
  const path = join(folder, "fails.ipynb");
  const cells = [
    { cell_type: "markdown", source: "text", metadata: {} },
    code(`${writePid}\nconsole.log("first")`),
    code('console.log("second"); throw new TypeError("on purpose")'),
    code('console.log("never")'),
  ];
  await writeCells(path, cells);
  await assert.rejects(runNotebook(path), (error: CellError) => {
    assert.ok(error instanceof CellError && error instanceof NotebookError);
    assert.deepEqual([error.cell, error.ename, error.evalue], [2, "TypeError", "on purpose"]);
    assert.equal(error.message, `${path}: cell 2 failed: TypeError: on purpose`);
    assert.ok(error.traceback.includes("TypeError: on purpose"));
    return true;
  });
  const expected = [[], ["stdout: first\n"], ["stdout: second\n", "error: TypeError: on purpose"], []];
  assert.deepEqual(shown(await read(path)), expected);
  await assertKernelGone();
});

test("a cell that does not compile fails with the compiler's words, and with write: false the file stays", async () => {
  const path = await writeCells(join(folder, "types.ipynb"), [code('const x: number = "one";\nconst y: string = 2;')]);
  const before = await readFile(path, "utf8");
  await assert.rejects(runNotebook(path, { write: false }), {
    name: "CellError",
    ename: "TypeScriptError",
    traceback: [
      "1:7 - Type 'string' is not assignable to type 'number'.",
      "2:7 - Type 'number' is not assignable to type 'string'.",
    ],
  });
  assert.equal(await readFile(path, "utf8"), before);
});

test("an endless loop is ended by the time limit, and its kernel with it", async () => {
  const path = join(folder, "loop.ipynb");
  await writeCells(path, [code("1"), code(`${writePid}\nconsole.log("before");\nwhile (true) {}`), code("2")]);
  await assert.rejects(runNotebook(path, { cellTimeout: 1.5 }), {
    name: "CellError",
    cell: 2,
    ename: "TimeLimit",
    evalue: "the cell ran longer than 1.5 s",
  });
  const expected = [["stdout: 1\n"], ["stdout: before\n", "error: TimeLimit: the cell ran longer than 1.5 s"], []];
  assert.deepEqual(shown(await read(path)), expected);
  await assertKernelGone();
});

test("a kernel that ends itself is told by its exit code and the cell's number", async () => {
  const path = await writeCells(join(folder, "exit.ipynb"), [code('console.log("bye"); process.exit(3)')]);
  await assert.rejects(runNotebook(path), {
    cell: 1,
    ename: "KernelDied",
    evalue: /^the kernel ended with exit code 3/,
  });
  assert.deepEqual(shown(await read(path))[0][0], "stdout: bye\n");
});

test("an aborted run throws the signal's reason, leaves the file and no process", async () => {
  const path = await writeCells(join(folder, "abort.ipynb"), [
    code(`${writePid}\nconsole.log("go");\nwhile (true) {}`),
  ]);
  const before = await readFile(path, "utf8");
  const control = new AbortController();
  const run = runNotebook(path, { signal: control.signal, echo: () => control.abort(new Error("enough")) });
  await assert.rejects(run, { message: "enough" });
  assert.equal(await readFile(path, "utf8"), before);
  await assertKernelGone();
  await assert.rejects(runNotebook(path, { signal: control.signal }), { message: "enough" });
});

test("a time limit that ends while the kernel starts names the notebook", async () => {
  const path = await writeCells(join(folder, "short.ipynb"), [code("1")]);
  await assert.rejects(runNotebook(path, { timeout: 0.01 }), {
    name: "NotebookError",
    message: `${path}: the notebook ran longer than 0.01 s`,
  });
});

test("what is no notebook is refused by its path, and nothing is written", async (t) => {
  const cases: [string, string | undefined, RegExp][] = [
    ["missing.ipynb", undefined, /there is no such file/],
    ["text.ipynb", "no JSON {", /is not a notebook: it is not JSON/],
    ["list.ipynb", "[]", /it holds no JSON object/],
    ["object.ipynb", "{}", /it has no "nbformat"/],
    ["three.ipynb", '{ "nbformat": 3, "worksheets": [] }', /it says nbformat 3; open and save it in Jupyter/],
    ["cells.ipynb", '{ "nbformat": 4, "metadata": {} }', /it has no list of "cells"/],
    ["cell.ipynb", '{ "nbformat": 4, "metadata": {}, "cells": [{ "cell_type": "code" }] }', /cell 1 has no "source"/],
    [
      "python.ipynb",
      '{ "nbformat": 4, "metadata": { "kernelspec": { "name": "python3" } }, "cells": [] }',
      /is written for the kernel "python3"/,
    ],
  ];
  const strange = join(folder, "strange");
  await mkdir(strange);
  for (const [name, content, message] of cases) {
    await t.test(name, async () => {
      const path = join(strange, name);
      if (content !== undefined) await writeFile(path, content);
      await assert.rejects(runNotebook(path), (error: Error) => {
        assert.equal(error.name, "NotebookError");
        assert.ok(error.message.startsWith(`${path}: `));
        assert.match(error.message, message);
        return true;
      });
      if (content !== undefined) assert.equal(await readFile(path, "utf8"), content);
    });
  }
  await assert.rejects(runNotebook(strange), { message: `${strange}: it is a folder` });
  assert.equal((await readdir(strange)).length, cases.length - 1);
});

test("a notebook behind a link is replaced where it lies, and the link stays", async () => {
  const target = await writeCells(join(folder, "target.ipynb"), []);
  const link = join(folder, "link.ipynb");
  await symlink(target, link);
  await runNotebook(link);
  assert.equal((await read(target)).metadata.kernelspec !== undefined, true);
  assert.equal(
    (await readdir(folder, { withFileTypes: true })).find((e) => e.name === "link.ipynb")?.isSymbolicLink(),
    true,
  );
});

test("wrong arguments are refused by name", async () => {
  await assert.rejects(runNotebook(undefined as never), /runNotebook: path must be a file name, got undefined/);
  await assert.rejects(runNotebook("a.ipynb", { timeout: 0 }), /runNotebook: timeout must be a positive number, got 0/);
  await assert.rejects(runNotebook("a.ipynb", { cellTimeout: -1 }), /cellTimeout must be a positive number/);
  await assert.rejects(runNotebook("a.ipynb", { limit: 3 } as object), /there is no option "limit"/);
});
