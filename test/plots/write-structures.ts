// Writes the snapshots that figures are compared with, one file per figure and look: `node --import tsx test/plots/write-structures.ts`.
// Then `npx biome check --write test/plots/structures`. Look at the pictures before you commit what it wrote.

import { mkdirSync, writeFileSync } from "node:fs";
import { themed } from "../../src/plots/index.js";
import { gallery } from "./gallery.js";
import { structureOf } from "./structure.js";

const folder = new URL("./structures/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, figure] of Object.entries(gallery())) {
  for (const theme of ["light", "dark"] as const) {
    const text = JSON.stringify(structureOf(themed(figure, theme)), null, 1);
    writeFileSync(new URL(`${name}.${theme}.json`, folder), `${text}\n`);
  }
}
