// The README's code works when pasted, as it stands there.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the ten lines print an estimate", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  const [, code] = /```js\n([\s\S]*?)```/.exec(readme)!;
  assert.ok(code.trim().split("\n").length <= 12);
  const file = join(root, `readme-example-${process.pid}.mjs`);
  try {
    await writeFile(file, code);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { cwd: root });
    assert.match(stdout, /^LLC \d+\.\d+ \u00b1 \d/);
    assert.equal(stderr, "");
  } finally {
    await rm(file);
  }
});
