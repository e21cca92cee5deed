// Energies that a module exports.

import assert from "node:assert/strict";
import { test } from "node:test";
import { energyFromModule } from "../../src/energies/module.js";
import { normal } from "../chains/exported-energies.js";

const url = new URL("../chains/exported-energies.ts", import.meta.url);

test("a module's energy is the exported one, or what the exported function returns", async () => {
  for (const name of ["normal", "normalLater"]) {
    const energy = await energyFromModule(url, name);
    const [q, ours, theirs] = [Float64Array.of(1, 2), new Float64Array(2), new Float64Array(2)];
    assert.deepEqual([energy.dim, energy.names], [2, ["x", "y"]]);
    assert.equal(energy.value(q), 2.5);
    assert.equal(energy.valueAndGradient(q, ours), normal.valueAndGradient(q, theirs));
    assert.deepEqual(ours, theirs);
    assert.deepEqual(energy.source, { kind: "module", url: url.href, exportName: name });
  }
});

test("what cannot be imported is refused with the reason", async () => {
  const missing = new URL("./nowhere.mjs", import.meta.url);
  await assert.rejects(
    energyFromModule(missing, "normal"),
    /energyFromModule: .*nowhere\.mjs could not be loaded: Cannot find module/,
  );
  await assert.rejects(energyFromModule(url, "abnormal"), /has no export "abnormal"; it exports .*normal/);
  await assert.rejects(
    energyFromModule(url, "notAnEnergy"),
    /notAnEnergy of .* must be an energy or a function that returns one, got an object/,
  );
  assert.throws(() => energyFromModule("./energy.mjs", "normal"), /url must be an absolute URL or a package's name/);
});
