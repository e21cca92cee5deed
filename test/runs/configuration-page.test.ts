import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { configurationKeys, configurationPage } from "../../src/runs/configuration/index.js";
import { trainingPage } from "../../src/runs/configuration/training/index.js";

// `ERGODIC_WRITE_DOCS=1 node --import tsx --test test/runs/configuration-page.test.ts` writes the pages anew.
const pages = { "docs/configuration.md": configurationPage, "docs/training.md": trainingPage };

for (const [path, page] of Object.entries(pages)) {
  test(`${path} says what schema and presets say`, async () => {
    if (process.env.ERGODIC_WRITE_DOCS === "1") {
      await mkdir("docs", { recursive: true });
      await writeFile(path, page());
    }
    assert.equal(await readFile(path, "utf8"), page());
  });
}

test("every key has a type and a meaning", () => {
  for (const { path: key, type, description } of configurationKeys()) {
    assert.ok(type !== "" && description !== "", key);
  }
});
