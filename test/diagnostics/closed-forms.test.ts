// The diagnostics against laws whose answers are known. Tolerances are 4.5 standard errors of the statistic itself.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as diagnostics from "../../src/diagnostics/index.js";
import { spectrumAtZero } from "../../src/diagnostics/spectrum-at-zero.js";
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

  for (const phi of [0, 0.5, 0.9]) {
    test(`phi = ${phi}: the integrated time is (1 + phi) / (1 - phi), but for what the window leaves out`, () => {
      const tau = (1 + phi) / (1 - phi);
      twice((seed, N) => {
        const { tau: estimate, window, reliable } = diagnostics.integratedTime(ar1(seed, phi, 4, N));
        assert.ok(reliable && window >= 5 * estimate);
        const leftOut = (2 * phi ** (window + 1)) / (1 - phi) / tau;
        within(estimate / tau, 1 - leftOut, Z * Math.sqrt((2 * (2 * window + 1)) / (4 * N)));
      }, 20000);
    });
  }

  test("chains shorter than 50 autocorrelation times are not believed", () => {
    assert.equal(diagnostics.integratedTime(ar1(1, 0.95, 4, 400)).reliable, false);
  });

  test("the spectrum at zero is (1 - phi^2) / (1 - phi)^2", () => {
    twice((seed, N) => {
      const [x] = ar1(seed, 0.6, 1, N);
      // Of a first-order model fitted to N values: the variance of log(1 - phi) is (1 - phi^2) / (1 - phi)^2 / N, that of log variance 2 / N.
      // The order that AIC chooses may be larger, and with it the variance; twice the error allows for that.
      within(Math.log(spectrumAtZero(x) / 4), 0, 2 * Z * Math.sqrt((4 * 4 + 2) / N));
    }, 20000);
  });

  test("Geweke's z is standard normal of stationary chains", () => {
    twice((seed, N) => {
      const z = ar1(seed, 0.5, 200, N).map((x) => diagnostics.geweke(x));
      const squares = z.reduce((sum, value) => sum + value * value, 0);
      within(z.reduce((sum, value) => sum + value, 0) / Math.sqrt(200), 0, Z);
      // Of 200 values; the spectra's own errors, of the tenth above all, widen it by a few per cent.
      within(squares / 200, 1.05, Z * Math.sqrt(2 / 200));
    }, 2000);
  });

  test("Heidelberger and Welch's test leaves one stationary chain in twenty its beginning", () => {
    twice((seed, N) => {
      const whole = ar1(seed, 0.5, 200, N).filter((x) => diagnostics.heidelbergerWelch(x).start === 0).length;
      // The spectrum is that of the last half, whose error makes the test reject a little more often than it says.
      within(whole / 200, 0.94, Z * Math.sqrt((0.05 * 0.95) / 200));
    }, 2000);
  });

  test("a transient is left out, and the mean of the rest is within its interval", () => {
    twice((seed, N) => {
      const [x] = ar1(seed, 0.5, 1, N);
      const late = diagnostics.heidelbergerWelch(x.map((value, t) => value + (t < N / 10 ? 10 : 5)));
      assert.ok(late.stationary && late.accurate && late.start >= N / 10);
      within(late.mean, 5, (Z / 1.96) * late.halfWidth);
    }, 2000);
  });

  test("Raftery and Lewis ask of independent draws little more than the minimum, of an AR(1) chain more", () => {
    twice((seed, N) => {
      const [independent] = ar1(seed, 0, 1, N);
      const [slow] = ar1(seed, 0.9, 1, N);
      // dependence = (2 - a - b) / (a + b) and a burn-in of a few, with a + b = 1 within the error of two transition frequencies
      // (of 2.5 % and of 97.5 % of the draws) where the chain is not thinned.
      within(
        diagnostics.rafteryLewis(independent).dependence,
        1,
        0.02 + 2 * Z * Math.sqrt((0.025 * 0.975) / (0.025 * N)),
      );
      assert.ok(diagnostics.rafteryLewis(slow).dependence > 5);
    }, 20000);
  });

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

  test("every stretch of the law is known as well as S draws tell it", () => {
    twice((seed, N) => {
      const chains = ar1(seed, 0, 4, N);
      for (const [a, b] of [
        [0, 0.1],
        [0.45, 0.55],
        [0.7, 1],
      ]) {
        within((4 * N) / diagnostics.essLocal(chains, a, b), 1, Z * relativeError(1, 4 * N));
      }
    }, 20000);
  });

  test("nested R-hat is near 1, however short the chains", () => {
    // (R^2 - 1) M N is F distributed with 15 and many degrees of freedom, for 16 superchains of M chains; 4.3 is passed once in 10^7.
    twice((seed, N) => {
      const chains = ar1(seed, 0, 128, N);
      const superchains = chains.map((_, m) => m % 16);
      const excess = diagnostics.rhatNested(chains, superchains) ** 2 - 1;
      within(8 * N * excess, 1, 3.3);
    }, 2);
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
  test("of superchains sees that one began elsewhere", () => {
    const chains = ar1(1, 0, 64, 2).map((x, m) => x.map((value) => value + (m % 8 === 3 ? 2 : 0)));
    const superchains = chains.map((_, m) => m % 8);
    assert.ok(diagnostics.rhatNested(chains, superchains) > 1.1);
  });

  test("sees one chain elsewhere, a chain of another width, and a common drift", () => {
    const N = 500;
    const shifted = ar1(1, 0, 4, N).map((x, m) => x.map((value) => value + (m === 3 ? 1 : 0)));
    const narrow = ar1(1, 0, 4, N).map((x, m) => x.map((value) => value * (m === 3 ? 0.3 : 1)));
    const drifting = ar1(1, 0, 4, N).map((x) => x.map((value, t) => value + (2 * t) / N));
    for (const chains of [shifted, narrow, drifting]) assert.ok(diagnostics.rhat(chains) > 1.05);
    // What the older one misses: equal means of unequal widths.
    assert.ok(diagnostics.rhatSplit(narrow) < 1.02);
    assert.equal(diagnostics.rhat(narrow), diagnostics.rhatFolded(narrow));
  });
});
