// Figures keep their structure in both looks: what changes it changes the snapshots too, and is seen in review.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { themed } from "../../src/plots/index.js";
import { gallery } from "./gallery.js";
import { structureOf } from "./structure.js";

const folder = new URL("./structures/", import.meta.url);
const figures = gallery();

for (const theme of ["light", "dark"] as const) {
  test(`figures have the structure of their snapshots, ${theme}`, () => {
    for (const [name, figure] of Object.entries(figures)) {
      const kept: unknown = JSON.parse(readFileSync(new URL(`${name}.${theme}.json`, folder), "utf8"));
      assert.deepEqual(JSON.parse(JSON.stringify(structureOf(themed(figure, theme)))), kept, `${name}, ${theme}`);
    }
  });
}

test("every snapshot has its figure", () => {
  const names = new Set(readdirSync(folder).map((file) => file.split(".")[0]));
  assert.deepEqual([...names].sort(), Object.keys(figures).sort());
});
