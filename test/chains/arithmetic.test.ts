// `fma` as users ask for it: of an energy, of a loss; the same numbers on every thread, and said by `explain`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { energyFromGraph, type GraphSource } from "../../src/energies/traced.js";
import {
  type EnergyOptions,
  energy,
  explain,
  hmc,
  type Loss,
  likelihoods,
  mlp,
  networkLoss,
  onThreads,
  sample,
  stream,
} from "../../src/index.js";
import { lossFromSource } from "../../src/networks/loss.js";
import type { Tensor } from "../../src/tensor/index.js";

const rows = 700;
const inputs = Array.from({ length: rows }, (_, i) => [0, 1, 2].map((j) => ((i * 7 + j * 3) % 41) / 20 - 1));
const data = { inputs, outputs: inputs.map(([a, b, c]) => Math.sin(3 * a) + b * c) };
const network = mlp({ inputs: 3, hidden: [16, 16], outputs: 1 });
const make = (options: Parameters<typeof networkLoss>[3]): Loss =>
  networkLoss(network, data, likelihoods.gaussian(), options);
const w = network.initialize(stream(3));

function gradientOf(of: Pick<Loss, "dim" | "valueAndGradient">): Float64Array {
  const both = new Float64Array(of.dim + 1);
  both[of.dim] = of.valueAndGradient(w, both.subarray(0, of.dim));
  return both;
}

/** Large enough for WebAssembly; its matrix is no whole number of tiles. */
const quartic = (options: EnergyOptions) =>
  energy(
    30,
    (q: Tensor) => {
      const grid = q.reshape([5, 6]);
      const products = grid.transpose().matmul(grid).tanh();
      return products.square().sum().add(q.square().sum().mul(0.5)).add(grid.matmul(products).exp().sum().mul(0.01));
    },
    options,
  );

test("fma changes gradients within rounding, and is off unless asked for", () => {
  for (const [precision, epsilon] of [
    ["f64", 2 ** -52],
    ["f32", 2 ** -23],
  ] as const) {
    const plain = gradientOf(make({ precision }));
    assert.deepEqual(gradientOf(make({ precision, fma: false })), plain);
    const fused = gradientOf(make({ precision, fma: true }));
    const size = Math.max(...plain.map(Math.abs));
    fused.forEach((number, i) => {
      assert.ok(Math.abs(number - plain[i]) < 50 * epsilon * size, `${precision}: ${number} and ${plain[i]}`);
    });
    // Processors have had the instruction since about 2013.
    assert.notDeepEqual(fused, plain);
  }
});

test("a loss with fma has the same bytes rebuilt from its source, and on threads", async () => {
  const fused = make({ fma: true });
  const expected = gradientOf(fused);
  assert.deepEqual(gradientOf(lossFromSource(structuredClone(fused.source))), expected);
  const threaded = onThreads(fused, { threads: 2 });
  await threaded.ready;
  assert.deepEqual(gradientOf(threaded), expected);
  await threaded.close();
});

test("an energy with fma has the same bytes rebuilt from its source, and the same draws in workers", async () => {
  const fused = quartic({ fma: true });
  const q = Float64Array.from({ length: 30 }, (_, i) => Math.sin(i));
  const valueAndGradient = (of: typeof fused): number[] => {
    const gradient = new Float64Array(30);
    return [of.valueAndGradient(q, gradient), ...gradient];
  };
  const rebuilt = energyFromGraph(structuredClone(fused.source) as GraphSource);
  assert.deepEqual(valueAndGradient(rebuilt), valueAndGradient(fused));
  const options = { chains: 2, warmup: 20, draws: 10, seed: 1 };
  const [alone, helped] = [0, 2].map((workers) => sample(fused, hmc(), { ...options, workers }));
  assert.deepEqual((await helped).position, (await alone).position);
});

test("explain says it", () => {
  const said = /; multiply-adds rounded as the machine likes$/;
  assert.match(explain(quartic({ fma: true })).backend!, said);
  assert.doesNotMatch(explain(quartic({})).backend!, said);
  assert.match(explain(make({ fma: true })).backend!, said);
  const small = explain(energy(2, (q) => q.square().sum(), { fma: true }));
  assert.equal(small.backend, "JavaScript: written out into scalars");
  assert.match(small.why, /; fma would be WebAssembly's$/);
});

test("what there is not is refused where it is asked for", () => {
  if (Number(process.versions.v8.split(".")[0]) >= 13) return;
  const reason = /wideVectors needs an engine that pairs vectors: V8 \S+ does not; Node 24 brings/;
  assert.throws(() => energy(1, (q) => q.sum(), { wideVectors: true }), reason);
  assert.throws(() => make({ wideVectors: true }), reason);
  assert.throws(() => energy(1, (q) => q.sum(), { fma: 1 } as unknown as EnergyOptions), /energy: fma must be true or/);
});
