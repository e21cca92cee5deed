// Stochastic volatility (Kim, Shephard & Chib 1998, Rev. Economic Studies 65(3)), with the priors of the Stan User's Guide: as many
// unknowns as there are data, chained to each other.

import { finiteVector, knownOptions, refuse } from "../arguments/index.js";
import { concat, constant, repeat, type Tensor } from "../tensor/index.js";
import type { Energy } from "./energy.js";
import { energy } from "./traced.js";

const where = "energies.stochasticVolatility";

export interface StochasticVolatilityOptions {
  /** One number per time, with mean 0. */
  readonly returns: ArrayLike<number>;
  /** Coordinates are the log volatilities themselves, in place of their standardised innovations; false where left out. */
  readonly centered?: boolean;
}

/**
 * `y_t ~ N(0, exp(h_t))` with `h_1 ~ N(mu, sigma^2 / (1 - phi^2))`, `h_t ~ N(mu + phi (h_{t-1} - mu), sigma^2)`, `mu ~ Cauchy(0, 10)`,
 * phi uniform on (-1, 1), `sigma ~ Cauchy(0, 5)` and positive. Coordinates are mu, phi, sigma, and for every time the innovation
 * `z_t` (standard normal a priori; h follows from them), or `h_t` where `centered`. Throws where a return is not finite or there are none.
 *
 * Nothing of this law is known in closed form.
 * @example energies.stochasticVolatility({ returns: [0.3, -1.2, 0.4] }).names // ["mu", "phi", "sigma", "z[0]", "z[1]", "z[2]"]
 */
export function stochasticVolatility(options: StochasticVolatilityOptions): Energy {
  knownOptions(where, options, ["returns", "centered"]);
  const returns = finiteVector(where, "returns", options.returns);
  const { centered = false } = options;
  if (typeof centered !== "boolean") refuse(where, "centered", "true or false", centered);
  const times = returns.length;
  if (times === 0) refuse(where, "returns", "at least one number", options.returns);
  const half = constant(returns.map((y) => 0.5 * y * y));
  const letter = centered ? "h" : "z";
  const free = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  return energy(
    times + 3,
    (q) => {
      const [mu, phi, sigma] = [q.at(0), q.at(1), q.at(2)];
      const path = q.slice(3, times + 3);
      const [h, logPrior] = centered ? centeredPath(path, mu, phi, sigma) : standardPath(path, mu, phi, sigma);
      // -log N(y; 0, exp(h)) = h/2 + y^2 exp(-h) / 2
      const misfit = h.mul(0.5).add(half.mul(h.neg().exp())).sum();
      const priors = mu
        .mul(1 / 10)
        .square()
        .log1p()
        .add(
          sigma
            .mul(1 / 5)
            .square()
            .log1p(),
        );
      return misfit.add(priors).add(logPrior);
    },
    {
      names: ["mu", "phi", "sigma", ...Array.from(returns, (_, t) => `${letter}[${t}]`)],
      constraints: {
        lower: [free.low, -1, 0, ...Array.from(returns, () => free.low)],
        upper: [free.high, 1, free.high, ...Array.from(returns, () => free.high)],
      },
    },
  );
}

/** The path itself, and minus the log of its density. */
function centeredPath(h: Tensor, mu: Tensor, phi: Tensor, sigma: Tensor): [Tensor, Tensor] {
  const times = h.shape[0];
  const shifted = h.sub(mu);
  const remaining = oneMinusSquare(phi);
  const first = shifted.at(0).square().mul(remaining);
  const steps = shifted.slice(1, times).sub(shifted.slice(0, times - 1).mul(phi));
  const squares = times === 1 ? first : first.add(steps.square().sum());
  const logPrior = squares.div(sigma.square()).mul(0.5).add(sigma.log().mul(times)).sub(remaining.log().mul(0.5));
  return [h, logPrior];
}

/** The path that innovations make, one turn of a loop per time, and minus the log of their density. */
function standardPath(z: Tensor, mu: Tensor, phi: Tensor, sigma: Tensor): [Tensor, Tensor] {
  const times = z.shape[0];
  const first = z.at(0).mul(sigma).div(oneMinusSquare(phi).sqrt());
  const innovations = z.slice(1, times).mul(sigma);
  const { collected } = repeat(
    times - 1,
    [first],
    ([before], { entries: [innovation] }) => {
      const next = before.mul(phi).add(innovation);
      return { carries: [next], collect: [next] };
    },
    { sequences: [innovations] },
  );
  const shifted = times === 1 ? first.reshape([1]) : concat([first.reshape([1]), collected[0]]);
  return [shifted.add(mu), z.square().sum().mul(0.5)];
}

/** 1 - phi^2, without cancellation as |phi| nears 1. */
function oneMinusSquare(phi: Tensor): Tensor {
  return phi.neg().add(1).mul(phi.add(1));
}
