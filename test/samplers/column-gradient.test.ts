// Energies, gradients and random numbers of many columns at once are those of each column by itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { banana as tracedBanana } from "../../src/energies/banana.js";
import { energy as traced } from "../../src/energies/traced.js";
import { stream } from "../../src/random/index.js";
import { columnEnergy, columnGradient } from "../../src/samplers/column-gradient.js";
import { columnNoise, noiseBytes } from "../../src/samplers/column-noise.js";
import { banana } from "./laws.js";

const large = traced(3000, (q) => q.square().square().sum());
const special = traced(2, (q) => q.exp().lgamma().sum());

for (const { name, energy, compiled } of [
  { name: "a traced energy", energy: tracedBanana(), compiled: true },
  { name: "a hand-written energy", energy: banana.energy, compiled: false },
  { name: "a traced energy too large for lanes", energy: large, compiled: false },
  { name: "a traced energy of functions that lanes have not", energy: special, compiled: false },
]) {
  test(`${name}: columns have the energy and the gradient of one position after the other`, () => {
    const { dim } = energy;
    for (const width of [1, 2, 7, 33]) {
      const both = columnGradient(energy, width);
      const alone = columnEnergy(energy, width);
      assert.equal(both.program !== undefined, compiled);
      stream(120, width).fillNormal(both.position);
      alone.position.set(both.position);
      both.run();
      alone.run();
      const gradient = new Float64Array(dim);
      for (let c = 0; c < width; c++) {
        const q = Float64Array.from({ length: dim }, (_, i) => both.position[i * width + c]);
        const value = energy.valueAndGradient(q, gradient);
        const close = (x: number, y: number) => Math.abs(x - y) <= 1e-12 * (1 + Math.abs(y));
        assert.ok(close(both.energy[c], value) && close(alone.energy[c], value), `${both.energy[c]}, ${value}`);
        gradient.forEach((slope, i) => assert.ok(close(both.gradient[i * width + c], slope)));
      }
    }
  });
}

test("columns that are skipped need not be evaluated", () => {
  let evaluations = 0;
  const value = (q: Float64Array): number => {
    evaluations++;
    return banana.energy.value(q);
  };
  const columns = columnEnergy({ ...banana.energy, value }, 4);
  columns.run(Uint8Array.of(1, 0, 1, 0));
  assert.equal(evaluations, 2);
});

test("noise drawn for all columns at once is what each stream would give, wherever it is drawn", () => {
  const [dim, width] = [3, 5];
  const { program } = columnGradient(
    traced(dim, (q) => q.square().sum()),
    width,
    noiseBytes(dim, width),
  );
  assert.ok(program !== undefined);
  for (const noise of [columnNoise(dim, width, program), columnNoise(dim, width)]) {
    const random = Array.from({ length: width }, (_, c) => stream(121, c));
    const expected = Array.from({ length: width }, (_, c) => stream(121, c));
    // Often enough that every kind of candidate of the ziggurat comes up.
    for (let time = 0; time < 500; time++) {
      noise.draw(random);
      for (let c = 0; c < width; c++) {
        for (let i = 0; i < dim; i++) assert.equal(noise.normals[i * width + c], expected[c].normal());
        assert.equal(noise.uniform[c], expected[c].uniform());
      }
    }
    assert.deepEqual(
      random.map((source) => source.state()),
      expected.map((source) => source.state()),
    );
  }
});
