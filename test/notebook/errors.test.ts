import assert from "node:assert/strict";
import { test } from "node:test";
import { readFailure, storeFailure } from "../../src/notebook/errors.js";
import type { Output } from "../../src/notebook/outputs.js";

const stack = "\n    at evalmachine.<anonymous>:2:7\n    at Object.runInThisContext (node:vm:317:38)\n";

test("name and message are read from what the kernel prints", () => {
  const cases: [string, string, string][] = [
    [`RangeError: too far${stack}`, "RangeError", "too far"],
    [`Error${stack}`, "Error", ""],
    [`TypeError [ERR_ARG]: two\nlines${stack}`, "TypeError", "two\nlines"],
    [`evalmachine.<anonymous>:2\nthrow new Stop("no");\n^\n\nStop: no${stack}`, "Stop", "no"],
    ["SyntaxError: without a stack\n", "SyntaxError", "without a stack"],
    ["note: a thrown string\n", "Error", "note: a thrown string"],
    ["{ thrown: 1 }\n", "Error", "{ thrown: 1 }"],
  ];
  for (const [printed, ename, evalue] of cases) {
    const failure = readFailure(["printed before\n", printed]);
    assert.deepEqual([failure.ename, failure.evalue], [ename, evalue]);
  }
});

test("the traceback leaves out the frames of the kernel", () => {
  const { traceback } = readFailure([`RangeError: too far${stack}`]);
  assert.deepEqual(traceback, ["RangeError: too far", "    at evalmachine.<anonymous>:2:7"]);
});

test("all messages of the compiler belong to the failure", () => {
  const failure = readFailure(["1:7 - one is wrong.\n", "sum.ts 2:1 - two is wrong.\n"]);
  assert.equal(failure.ename, "TypeScriptError");
  assert.deepEqual(failure.traceback, ["1:7 - one is wrong.", "sum.ts 2:1 - two is wrong."]);
});

test("a stored failure takes the place of its words on stderr, and of nothing else", () => {
  const words = `RangeError: too far${stack}`;
  const outputs: Output[] = [{ output_type: "stream", name: "stderr", text: ["a warning\n", words] }];
  storeFailure(outputs, readFailure(["a warning\n", words]), ["a warning\n", words]);
  assert.deepEqual(outputs[0], { output_type: "stream", name: "stderr", text: ["a warning\n"] });
  assert.equal(outputs[1].output_type, "error");

  const alone: Output[] = [{ output_type: "stream", name: "stderr", text: [words] }];
  storeFailure(alone, readFailure([words]), [words]);
  assert.deepEqual(
    alone.map((output) => output.output_type),
    ["error"],
  );
});
