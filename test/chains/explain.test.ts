// `explain` tells what is behind an energy or a loss, and counts its arithmetic.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { energies, energyFromGradient, explain, likelihoods, mlp, networkLoss, tensor } from "../../src/index.js";
import { operationsOf } from "../../src/tensor/cost.js";

test("a small density is written out into scalars", () => {
  const explanation = explain(energies.banana());
  assert.match(explanation.backend!, /JavaScript: written out/);
  assert.equal(explanation.dim, 2);
  assert.match(inspect(explanation), /^energy of 2 numbers\nruns as JavaScript/);
});

test("a network runs as WebAssembly in blocks of rows, and its products are counted", () => {
  const inputs = Array.from({ length: 256 }, (_, i) => [Math.sin(i), Math.cos(i), i / 256, 1]);
  const network = mlp({ inputs: 4, hidden: [32, 32], outputs: 1 });
  const explanation = explain(
    networkLoss(network, { inputs, outputs: inputs.map(([x]) => x) }, likelihoods.gaussian()),
  );
  assert.match(explanation.backend!, /WebAssembly/);
  assert.equal(explanation.rowsPerBlock, 128);
  // Forward: 2 n (4 32 + 32 32 + 32); backward: twice that but for the inputs' gradient; the rest is elementwise.
  const products = 2 * 256 * (2 * 4 * 32 + 3 * (32 * 32 + 32));
  assert.ok(explanation.operations > products && explanation.operations < 1.3 * products, `${explanation.operations}`);
  assert.ok(explanation.bytes > 0);
  assert.equal(structuredClone(explanation).dim, network.dim);
});

test("a gradient written by hand is named as such", () => {
  const parabola = energyFromGradient(1, (q, g) => {
    g[0] = q[0];
    return 0.5 * q[0] * q[0];
  });
  assert.equal(explain(parabola).backend, undefined);
  assert.match(explain(parabola).why, /written by hand/);
});

test("what is neither an energy nor a loss is refused", () => {
  assert.throws(() => explain({} as never), /explain: energyOrLoss must be an energy or a loss, got an object/);
});

test("operations of a matrix product in a loop", () => {
  const graph = tensor.trace(
    ([a, x]) => tensor.repeat(5, [x], ([c]) => ({ carries: [a.matmul(c)] })).carries,
    [
      [3, 3],
      [3, 2],
    ],
  );
  assert.equal(operationsOf(graph), 5 * 2 * 3 * 3 * 2);
});
