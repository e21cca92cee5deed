// Geweke, Heidelberger-Welch and Raftery-Lewis against R's `coda`, to 1e-10 relative, on single chains of every awkward kind.
// fixtures/make-coda.R made the reference and says with which version.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { besselK } from "../../src/diagnostics/bessel-k.js";
import { cramerVonMises } from "../../src/diagnostics/cramer-von-mises.js";
import { geweke, heidelbergerWelch, rafteryLewis } from "../../src/diagnostics/index.js";
import { spectrumAtZero } from "../../src/diagnostics/spectrum-at-zero.js";
import { asNumber, close, type Stored } from "./fixtures/compare.js";

interface Reference {
  chains: { name: string; x: Stored[]; expected: Record<string, Stored[]> }[];
  cramerVonMises: number[][];
  besselK: number[][];
}

const reference: Reference = JSON.parse(readFileSync(new URL("fixtures/coda.json", import.meta.url), "utf8"));

describe("diagnostics agree with R's coda", () => {
  for (const { name, x: stored, expected } of reference.chains) {
    test(name, () => {
      const x = Float64Array.from(stored, asNumber);
      const numbers = (statistic: string): number[] => expected[statistic].map(asNumber);

      close(spectrumAtZero(x), numbers("spectrumAtZero")[0], 1e-10, "spectrum at zero");
      close(geweke(x), numbers("geweke")[0], 1e-10, "Geweke's z");
      close(geweke(x, { first: 0.3, last: 0.3 }), numbers("gewekeThirds")[0], 1e-10, "Geweke's z of thirds");

      agreeOnStationarity(heidelbergerWelch(x), numbers("heidelbergerWelch"));
      // coda itself, with four terms of a series for the p-value, is as near as it says, and passes only chains that drift too strongly.
      const [passed, , pValue] = numbers("heidelbergerWelchByFourTerms");
      if (passed === 1 && !heidelbergerWelch(x).stationary) assert.equal(name, "shifted far half way");
      else close(heidelbergerWelch(x).pValue, pValue, 1e-5, "p-value by four terms", 1);
      agreeOnStationarity(heidelbergerWelch(x, { accuracy: 0.02, level: 0.5 }), numbers("heidelbergerWelchStrict"));

      // Where a NaN makes coda fail, the number of independent draws is known nevertheless.
      if (name === "a NaN") {
        assert.deepEqual(rafteryLewis(x, { q: 0.25, r: 0.05 }), { ...NO_LENGTHS, minimum: 289 });
        return;
      }
      agreeOnLength(rafteryLewis(x), numbers("rafteryLewis"));
      agreeOnLength(rafteryLewis(x, { q: 0.25, r: 0.05 }), numbers("rafteryLewisQuartile"));
      agreeOnLength(rafteryLewis(x, { q: 0.5, r: 0.06, s: 0.9, eps: 0.01 }), numbers("rafteryLewisMedian"));
    });
  }

  test("the Cramér-von Mises distribution function", () => {
    for (const [q, summed, byFourTerms] of reference.cramerVonMises) {
      close(cramerVonMises(q), summed, 1e-13, `q = ${q}`);
      if (q < 2.5) close(cramerVonMises(q), byFourTerms, 1e-5, `q = ${q}, by four terms`);
    }
    assert.ok(Number.isNaN(cramerVonMises(Number.NaN)));
    assert.equal(cramerVonMises(0), 0);
    assert.equal(cramerVonMises(Number.POSITIVE_INFINITY), 1);
  });

  test("the Bessel function of order one quarter", () => {
    for (const [x, k] of reference.besselK) close(besselK(0.25, x), k, 1e-13, `x = ${x}`);
  });
});

const NO_LENGTHS = { burnIn: Number.NaN, total: Number.NaN, dependence: Number.NaN };

/** `expected` is coda's row: passed, start from 1, p-value, accurate, mean, half-width; all NaN where it fails. */
function agreeOnStationarity(actual: ReturnType<typeof heidelbergerWelch>, expected: readonly number[]): void {
  const [passed, start, pValue, accurate, mean, halfWidth] = expected;
  assert.equal(actual.stationary, passed === 1);
  close(actual.start, start - 1, 0, "start");
  // One minus a probability near 1: its rounding is that of 1.
  close(actual.pValue, pValue, 1e-10, "p-value", 1e-4);
  assert.equal(actual.accurate, accurate === 1);
  close(actual.mean, mean, 1e-10, "mean", Math.abs(halfWidth));
  close(actual.halfWidth, halfWidth, 1e-10, "half-width");
}

/** `expected` is coda's row: burn-in, total, minimum, dependence to three digits. */
function agreeOnLength(actual: ReturnType<typeof rafteryLewis>, expected: readonly number[]): void {
  const [burnIn, total, minimum, dependence] = expected;
  assert.equal(actual.burnIn, burnIn);
  assert.equal(actual.total, total);
  assert.equal(actual.minimum, minimum);
  assert.equal(Number(actual.dependence.toPrecision(3)), dependence);
}
