// Eight schools: the effects of coaching, each measured with its own error (Rubin 1981, "Estimation in parallel randomized experiments",
// J. Educational Statistics 6(4)), with the priors of Stan's example and posteriordb. The smallest model whose geometry matters.

import { knownOptions, refuse } from "../arguments/index.js";
import { constant, type Tensor } from "../tensor/index.js";
import type { Energy, ExactFacts } from "./energy.js";
import { lineLaw } from "./line-law.js";
import { energy } from "./traced.js";

const where = "energies.eightSchools";

/** Rubin's estimated effects and their standard errors. */
const effects: readonly number[] = [28, 8, -3, 7, -1, 1, 18, 12];
const errors: readonly number[] = [15, 10, 16, 11, 9, 11, 10, 18];

/** Scale of the priors mu ~ N(0, 5^2), tau ~ Cauchy(0, 5) on tau > 0. */
const PRIOR = 5;

export interface EightSchoolsOptions {
  /** Coordinates are the effects theta themselves, in place of eta = (theta - mu) / tau; false where left out. */
  readonly centered?: boolean;
}

/**
 * `y_j ~ N(theta_j, sigma_j^2)`, `theta_j ~ N(mu, tau^2)`, `mu ~ N(0, 25)`, `tau ~ Cauchy(0, 5)` and positive, on Rubin's data. Coordinates
 * are mu, tau and the eight `eta`, with theta = mu + tau eta, or `theta` where `centered`: the latter is the funnel that samplers fail in.
 *
 * Exactly: given tau everything is normal. With v_j = sigma_j^2 + tau^2, mu has precision P = 1/25 + sum 1/v_j and mean m = sum (y_j / v_j) / P;
 * theta_j given mu too has mean (tau^2 y_j + sigma_j^2 mu) / v_j and variance sigma_j^2 tau^2 / v_j; tau itself has a density that one
 * quadrature on the line of log tau integrates. Draws go the same way.
 * @example energies.eightSchools().exact.mean[0] // 4.4, the mean effect
 */
export function eightSchools(options: EightSchoolsOptions = {}): Energy {
  knownOptions(where, options, ["centered"]);
  const { centered = false } = options;
  if (typeof centered !== "boolean") refuse(where, "centered", "true or false", centered);
  const letter = centered ? "theta" : "eta";
  return energy(10, (q) => (centered ? centeredEnergy(q) : nonCenteredEnergy(q)), {
    names: ["mu", "tau", ...effects.map((_, j) => `${letter}[${j}]`)],
    constraints: { lower: [Number.NEGATIVE_INFINITY, 0, ...effects.map(() => Number.NEGATIVE_INFINITY)] },
    exact: factsOf(centered),
  });
}

function centeredEnergy(q: Tensor): Tensor {
  const [mu, tau] = [q.at(0), q.at(1)];
  const theta = q.slice(2, 10);
  const spread = theta.sub(mu).div(tau).square().sum().mul(0.5);
  return priors(mu, tau).add(spread).add(tau.log().mul(effects.length)).add(misfit(theta));
}

function nonCenteredEnergy(q: Tensor): Tensor {
  const [mu, tau] = [q.at(0), q.at(1)];
  const eta = q.slice(2, 10);
  return priors(mu, tau)
    .add(eta.square().sum().mul(0.5))
    .add(misfit(eta.mul(tau).add(mu)));
}

function priors(mu: Tensor, tau: Tensor): Tensor {
  const normal = mu.square().mul(0.5 / PRIOR ** 2);
  return normal.add(
    tau
      .mul(1 / PRIOR)
      .square()
      .log1p(),
  );
}

function misfit(theta: Tensor): Tensor {
  return constant(effects)
    .sub(theta)
    .mul(constant(errors.map((sigma) => 1 / sigma)))
    .square()
    .sum()
    .mul(0.5);
}

/** The law of mu and of the schools given tau: x_j = offset_j + slope_j mu + N(0, variance_j). */
interface GivenTau {
  readonly precision: number;
  readonly mean: number;
  /** -log of the density of y given tau, up to a constant. */
  readonly misfit: number;
  readonly offset: readonly number[];
  readonly slope: readonly number[];
  readonly variance: readonly number[];
}

function givenTau(tau: number, centered: boolean): GivenTau {
  const square = tau * tau;
  const v = errors.map((sigma) => sigma * sigma + square);
  const precision = v.reduce((sum, vj) => sum + 1 / vj, 1 / PRIOR ** 2);
  const mean = v.reduce((sum, vj, j) => sum + effects[j] / vj, 0) / precision;
  const squares = v.reduce((sum, vj, j) => sum + effects[j] ** 2 / vj, 0) - precision * mean * mean;
  const logs = v.reduce((sum, vj) => sum + Math.log(vj), Math.log(precision));
  return {
    precision,
    mean,
    misfit: 0.5 * (squares + logs),
    offset: v.map((vj, j) => ((centered ? square : tau) * effects[j]) / vj),
    slope: v.map((vj, j) => (centered ? errors[j] ** 2 : -tau) / vj),
    variance: v.map((vj, j) => (errors[j] ** 2 * (centered ? square : 1)) / vj),
  };
}

function factsOf(centered: boolean): ExactFacts {
  // In t = log tau the density falls as exp(t) to the left and exp(-9 t) to the right.
  const law = lineLaw(
    (t) => Math.log1p((Math.exp(t) / PRIOR) ** 2) + givenTau(Math.exp(t), centered).misfit - t,
    [-80, 0, 1, 2, 3, 15],
  );
  // Moments given tau of mu, tau and the schools, their first ones and products, all averaged over tau.
  const first = (given: GivenTau, tau: number, i: number): number => {
    if (i === 0) return given.mean;
    return i === 1 ? tau : given.offset[i - 2] + given.slope[i - 2] * given.mean;
  };
  const spread = (given: GivenTau, i: number, j: number): number => {
    if (i === 1 || j === 1) return 0;
    const shared = (i === 0 ? 1 : given.slope[i - 2]) * (j === 0 ? 1 : given.slope[j - 2]);
    return shared / given.precision + (i === j && i > 1 ? given.variance[i - 2] : 0);
  };
  // Every expectation visits the same points.
  const atPoint = new Map<number, GivenTau>();
  law.expectation((t) => atPoint.set(t, givenTau(Math.exp(t), centered)).size);
  const average = (f: (given: GivenTau, tau: number) => number): number =>
    law.expectation((t) => f(atPoint.get(t)!, Math.exp(t)));
  const indices = Array.from({ length: 10 }, (_, i) => i);
  const mean = indices.map((i) => average((given, tau) => first(given, tau, i)));
  return {
    mean,
    covariance: indices.map((i) =>
      indices.map((j) =>
        average(
          (given, tau) =>
            (first(given, tau, i) - mean[i]) * (first(given, tau, j) - mean[j]) +
            spread(given, Math.min(i, j), Math.max(i, j)),
        ),
      ),
    ),
    // sqrt(2 pi) sigma_j per school and sqrt(2 pi) for mu, besides what the law of tau integrates.
    logNormalizer:
      law.logNormalizer + 4.5 * Math.log(2 * Math.PI) + errors.reduce((sum, sigma) => sum + Math.log(sigma), 0),
    draw(random, q) {
      q[1] = Math.exp(law.draw(random));
      const { precision, mean: center, offset, slope, variance } = givenTau(q[1], centered);
      q[0] = center + random.normal() / Math.sqrt(precision);
      for (let j = 0; j < 8; j++) q[j + 2] = offset[j] + slope[j] * q[0] + Math.sqrt(variance[j]) * random.normal();
    },
  };
}
