// Runs beside each other: what their effective draws cost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { compareSamplers } from "../../src/chains/compare-samplers.js";
import type { Draws } from "../../src/chains/draws.js";
import { summarize } from "../../src/chains/summarize.js";
import { toDataFrame } from "../../src/formats/data-frame.js";
import { exampleDraws } from "../plots/example.js";

/** Of two chains, which have taken so many gradients each. */
function run(gradients: number | undefined, more: Partial<Draws> = {}): Draws {
  const draws = exampleDraws({ chains: 2, draws: 200, dim: 3, diverging: [1, 7] });
  const memory: Record<string, Float64Array> =
    gradients === undefined ? {} : { "run.gradients": Float64Array.of(gradients, gradients) };
  return { ...draws, final: { ...draws.final, memory }, seconds: 0.5, ...more };
}

test("a row has the worst coordinate, and its cost per gradient and per second", () => {
  const draws = run(1000);
  const { rows } = summarize(draws);
  const [row] = compareSamplers({ HMC: draws }).rows;
  const ess = Math.min(...rows.map(({ essBulk }) => essBulk));
  assert.deepEqual(row, {
    name: "HMC",
    draws: 400,
    ess,
    rhat: Math.max(...rows.map(({ rhat }) => rhat)),
    gradients: 2000,
    essPerGradient: ess / 2000,
    seconds: 0.5,
    essPerSecond: ess / 0.5,
    divergences: 2,
  });
});

test("a sampler that takes no gradients has no cost in them", () => {
  const [row] = compareSamplers({ slice: run(undefined) }).rows;
  assert.ok(Number.isNaN(row.gradients) && Number.isNaN(row.essPerGradient));
});

test("draws of a chain that stopped count as far as it came, and a note says so", () => {
  const draws = run(100, { lengths: [200, 50], stopped: [{ chain: 1, draw: 50, reason: "a cliff" }] });
  const table = compareSamplers({ Langevin: draws });
  assert.equal(table.rows[0].draws, 250);
  assert.deepEqual(
    table.notes.filter((note) => /cliff/.test(note)),
    ["Langevin: chain 1 stopped at draw 50: a cliff"],
  );
});

test("chains that disagree are named", () => {
  const draws = run(100);
  const apart = draws.position.map((x, i) => (i < 600 ? x : x + 9));
  const { notes } = compareSamplers({ bad: { ...draws, position: apart } });
  assert.match(notes[0], /^bad: R-hat is \d\.\d+, above 1\.01: the chains disagree/);
});

test("it prints as a table, and becomes a data frame", async () => {
  const table = compareSamplers({ HMC: run(1000), slice: run(undefined) });
  const text = inspect(table);
  const [header, first, second] = text.split("\n");
  assert.match(header, /^name +draws +ess +rhat +gradients +ess\/gradient +seconds +ess\/second +divergences$/);
  assert.match(first, /^HMC +400 /);
  assert.match(second, /^slice .* - +- /);
  assert.equal((await toDataFrame(table)).shape[0], 2);
  assert.deepEqual(structuredClone(table), { ...table });
});

test("what is no draws is refused by name", () => {
  assert.throws(() => compareSamplers({}), /^RangeError: compareSamplers: runs must be draws by name/);
  assert.throws(() => compareSamplers({ HMC: 3 as never }), /^RangeError: compareSamplers: HMC must be draws/);
});
