// The chances by which chains are said to disagree are chances: under one law they are uniform, whatever the autocorrelation.

import assert from "node:assert/strict";
import { test } from "node:test";
import { agreementOfHalves, agreementOfMeans } from "../../src/llc/agreement.js";
import { stream } from "../../src/random/index.js";

const random = stream(1, "agreement");

/** Half the square of an AR(1) chain of unit variance: autocorrelated and skewed, as losses are. */
function gammaChain(draws: number, phi: number): Float64Array {
  let state = random.normal();
  return Float64Array.from({ length: draws }, () => {
    state = phi * state + Math.sqrt(1 - phi * phi) * random.normal();
    return (state * state) / 2;
  });
}

test("of chains that sample one law, one in twenty falls below 0.05", () => {
  const runs = 1500;
  let means = 0;
  let halves = 0;
  for (let run = 0; run < runs; run++) {
    const chains = Array.from({ length: 4 }, () => gammaChain(500, 0.8));
    if (agreementOfMeans(chains) < 0.05) means++;
    if (agreementOfHalves(chains) < 0.05) halves++;
  }
  // Binomial: 75 +- 8.4; errors estimated from some 120 effective draws per chain may add a fifth.
  for (const count of [means, halves]) assert.ok(count > 37 && count < 128, `${count} of ${runs} below 0.05`);
});

test("a chain elsewhere, a drift and a chain of another width are told from chance", () => {
  const chains = Array.from({ length: 4 }, () => gammaChain(1000, 0.5));
  const moved = chains.map((chain, c) => (c === 0 ? chain.map((x) => x + 0.5) : chain));
  assert.ok(agreementOfMeans(moved) < 1e-4 && agreementOfHalves(moved) < 1e-4);
  const drifting = chains.map((chain) => chain.map((x, t) => x + t / 2000));
  assert.ok(agreementOfHalves(drifting) < 1e-4);
  const normal = (scale: number) => Float64Array.from({ length: 1000 }, () => scale * random.normal());
  const widths = [1, 1, 1, 2].map(normal);
  assert.ok(agreementOfHalves(widths) < 1e-4);
  assert.ok(Number.isNaN(agreementOfMeans([chains[0]])));
});

test("chains that stand still say nothing of their error: in two places they disagree for certain", () => {
  const still = (value: number) => new Float64Array(50).fill(value);
  assert.equal(agreementOfMeans([still(1), still(2)]), 0);
  assert.equal(agreementOfHalves([still(1), still(2)]), 0);
  assert.ok(Number.isNaN(agreementOfMeans([still(1), still(1)])));
  // One that moves has an error, and one that does not lies within it or without.
  const chain = gammaChain(1000, 0.5);
  const mean = chain.reduce((sum, x) => sum + x, 0) / chain.length;
  assert.ok(agreementOfMeans([chain, still(mean + 0.01)]) > 0.1);
  assert.ok(agreementOfMeans([chain, still(mean + 2)]) < 1e-4);
});
