// The diagnostics against laws whose answers are known. Tolerances are 4.5 standard errors of the statistic itself.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as diagnostics from "../../src/diagnostics/index.js";
import { stream } from "../../src/random/index.js";

const Z = 4.5;

/** Stationary AR(1) chains of unit variance; independent draws for phi = 0. */
function ar1(seed: number, phi: number, chains: number, N: number): Float64Array[] {
  return Array.from({ length: chains }, (_, m) => {
    const random = stream(seed, "ar1", m);
    const x = new Float64Array(N);
    for (let t = 0; t < N; t++) {
      x[t] = t === 0 ? random.normal() : phi * x[t - 1] + Math.sqrt(1 - phi * phi) * random.normal();
    }
    return x;
  });
}

/** Fails only if the statement is false twice: once, and once more with four times the draws. */
function twice(statement: (seed: number, N: number) => void, N: number): void {
  try {
    statement(1, N);
  } catch {
    statement(2, 4 * N);
  }
}

/** Relative standard error of an autocorrelation time from S draws, summed to six times its length (Madras and Sokal 1988). */
function relativeError(tau: number, S: number): number {
  return Math.sqrt((2 * (2 * Math.max(6 * (tau / 2), 10) + 1)) / S);
}

function within(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} should be ${expected} within ${tolerance}`);
}

describe("an AR(1) process", () => {
  for (const phi of [-0.4, 0, 0.5, 0.9]) {
    const tau = (1 + phi) / (1 - phi);

    test(`phi = ${phi}: N / ESS is (1 + phi) / (1 - phi)`, () => {
      twice((seed, N) => {
        const chains = ar1(seed, phi, 4, N);
        const S = 4 * N;
        for (const ess of [diagnostics.essMean, diagnostics.essBasic, diagnostics.essBulk]) {
          within(S / ess(chains) / tau, 1, Z * relativeError(tau, S));
        }
      }, 20000);
    });

    test(`phi = ${phi}: the indicators of the median have correlation (2 / pi) asin(phi^t)`, () => {
      let expected = 1;
      for (let t = 1; t < 500; t++) expected += (4 / Math.PI) * Math.asin(phi ** t);
      twice((seed, N) => {
        const S = 4 * N;
        within(S / diagnostics.essMedian(ar1(seed, phi, 4, N)) / expected, 1, Z * relativeError(tau, S));
      }, 20000);
    });

    test(`phi = ${phi}: the squares have correlation phi^(2 t)`, () => {
      const expected = (1 + phi ** 2) / (1 - phi ** 2);
      twice((seed, N) => {
        const S = 4 * N;
        within(S / diagnostics.essSd(ar1(seed, phi, 4, N)) / expected, 1, Z * relativeError(tau, S));
      }, 20000);
    });

    test(`phi = ${phi}: the autocorrelation at lag t is phi^t`, () => {
      twice((seed, N) => {
        const [x] = ar1(seed, phi, 1, N);
        const rho = diagnostics.autocorrelation(x, 5);
        assert.equal(rho.length, 6);
        // Bartlett's formula: the variance at every lag is below (1 + phi^2) / (1 - phi^2) / N.
        const error = Math.sqrt((1 + phi ** 2) / (1 - phi ** 2) / N);
        rho.forEach((r, t) => {
          within(r, phi ** t, Z * error);
        });
      }, 20000);
    });

    test(`phi = ${phi}: E-BFMI is 2 (1 - phi)`, () => {
      twice((seed, N) => {
        const [x] = ar1(seed, phi, 1, N);
        within(diagnostics.ebfmi(x), 2 * (1 - phi), Z * 2 * Math.sqrt((1 + phi ** 2) / (1 - phi ** 2) / N));
      }, 20000);
    });
  }

  test("the mean's error is of the size that its Monte Carlo standard error says", () => {
    twice((seed, N) => {
      const chains = ar1(seed, 0.7, 4, N);
      const all = chains.flatMap((chain) => [...chain]);
      const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
      within(mean, 0, Z * diagnostics.mcseMean(chains));
      within(diagnostics.mcseMean(chains) / Math.sqrt(17 / 3 / (4 * N)), 1, Z * relativeError(17 / 3, 4 * N));
    }, 20000);
  });

  test("antithetic chains have no more than S log10 S effective draws", () => {
    const S = 1000;
    const cap = S * Math.log10(S);
    within(diagnostics.essMean(ar1(1, -0.9, 1, S)), cap, 1e-9 * cap);
  });
});

describe("independent draws", () => {
  test("R-hat is near 1", () => {
    // (R^2 - 1) N + 1 = B / W is F distributed with 7 and many degrees of freedom; it exceeds 5.5 four times in a million.
    twice((seed, N) => {
      const chains = ar1(seed, 0, 4, N);
      for (const rhat of [diagnostics.rhat, diagnostics.rhatBasic]) within(rhat(chains), 1, 4.5 / (2 * (N / 2)));
    }, 1000);
  });

  test("the standard deviation has error 1 / sqrt(2 S), the median sqrt(pi / (2 S))", () => {
    twice((seed, N) => {
      const chains = ar1(seed, 0, 4, N);
      const S = 4 * N;
      within(diagnostics.mcseSd(chains) * Math.sqrt(2 * S), 1, Z * relativeError(1, S));
      // It is a distance between two draws with about sqrt(S) between them: relative error S^(-1/4).
      within(diagnostics.mcseMedian(chains) / Math.sqrt(Math.PI / (2 * S)), 1, Z * S ** -0.25);
    }, 20000);
  });

  test("the narrowest interval of the exponential law starts at zero", () => {
    twice((seed, N) => {
      const random = stream(seed, "exponential");
      const x = Float64Array.from({ length: N }, () => random.exponential());
      const [low, high] = diagnostics.hdi(x, 0.8);
      // The start is where density has fallen by no more than the noise of the width: of order N^(-1/3).
      within(low, 0, Z * N ** (-1 / 3));
      within(high - low, Math.log(5), Z * Math.sqrt(4 / N) + Z * N ** (-2 / 3));
      const [q10, q90] = diagnostics.eti(x, 0.8);
      within(q10, -Math.log(0.9), (Z * Math.sqrt(0.1 / 0.9)) / Math.sqrt(N));
      within(q90, Math.log(10), (Z * 3) / Math.sqrt(N));
    }, 40000);
  });
});

describe("R-hat", () => {
  test("sees one chain elsewhere, a chain of another width, and a common drift", () => {
    const N = 500;
    const shifted = ar1(1, 0, 4, N).map((x, m) => x.map((value) => value + (m === 3 ? 1 : 0)));
    const narrow = ar1(1, 0, 4, N).map((x, m) => x.map((value) => value * (m === 3 ? 0.3 : 1)));
    const drifting = ar1(1, 0, 4, N).map((x) => x.map((value, t) => value + (2 * t) / N));
    for (const chains of [shifted, narrow, drifting]) assert.ok(diagnostics.rhat(chains) > 1.05);
    // What the older one misses: equal means of unequal widths.
    assert.ok(diagnostics.rhatBasic(narrow) < 1.02);
  });
});
