// The tempered, localised energy whose samples the local learning coefficient is read from:
// U(w) = t L_n(w) + (gamma / 2) |w - w*|^2 with t = n beta (Lau et al. 2023, arXiv:2308.12108, after Watanabe's WBIC, 2013).

import { finiteVector, knownOptions, nonNegativeNumber, refuse } from "../arguments/index.js";
import type { Energy, EnergySource } from "../energies/energy.js";
import { type Loss, type LossSource, lossFromSource } from "../networks/index.js";

export interface TemperedOptions {
  /** w*, around which the posterior is localised: `loss.dim` numbers. */
  readonly center: ArrayLike<number>;
  /** Inverse temperature; `1 / log n` where left out (WBIC's). 0 leaves the localisation alone: a negative control. */
  readonly beta?: number;
  /** Precision of the localisation; 1 where left out. 0 removes it, which is improper where the loss has flat directions. */
  readonly gamma?: number;
}

export interface TemperedSource extends EnergySource {
  readonly kind: "tempered";
  readonly loss: LossSource;
  readonly center: Float64Array;
  readonly nbeta: number;
  readonly gamma: number;
}

/**
 * The energy `n beta L_n(w) + (gamma / 2) |w - w*|^2`. It carries `stochastic`, so that stochastic-gradient samplers run on it as it is, and
 * keeps the full-data loss of every draw as the statistic `loss`.
 * @example await sample(tempered(loss, { center: parameters }), hmc())
 */
export function tempered(loss: Loss, options: TemperedOptions): Energy {
  checkLoss("tempered", loss);
  knownOptions("tempered", options, ["center", "beta", "gamma"]);
  const { center, nbeta, gamma } = resolveTemperature("tempered", loss, options);
  return temperedEnergy({ kind: "tempered", loss: loss.source, center, nbeta, gamma }, loss);
}

/** Watanabe's inverse temperature 1 / log n; for fewer than three data, that of three. */
export function defaultBeta(dataSize: number): number {
  return 1 / Math.log(Math.max(3, dataSize));
}

export interface Temperature {
  readonly center: Float64Array;
  readonly beta: number;
  /** n beta, the one number by which the loss is multiplied. */
  readonly nbeta: number;
  readonly gamma: number;
}

export function resolveTemperature(where: string, loss: Loss, options: TemperedOptions): Temperature {
  const center = finiteVector(where, "center", options.center, loss.dim);
  const beta = nonNegativeNumber(where, "beta", options.beta ?? defaultBeta(loss.dataSize));
  const gamma = nonNegativeNumber(where, "gamma", options.gamma ?? 1);
  if (beta === 0 && gamma === 0)
    refuse(where, "gamma", "positive where beta is 0, or nothing is left to sample", gamma);
  return { center, beta, nbeta: loss.dataSize * beta, gamma };
}

export function checkLoss(where: string, loss: Loss): void {
  if (typeof loss?.valueAndGradient !== "function" || typeof loss.onRows !== "function") {
    refuse(where, "loss", "a loss, such as networkLoss(...) or loss(...) makes", loss);
  }
}

/** Rebuilds a tempered energy from its data. */
export function temperedFromSource(source: TemperedSource): Energy {
  return temperedEnergy(source, lossFromSource(source.loss));
}

/** On the caller's thread the loss is the one that was given, which may have threads of its own. */
function temperedEnergy(source: TemperedSource, loss: Loss): Energy {
  const { center, nbeta, gamma } = source;
  const { dim } = loss;

  const localisation = (w: Float64Array): number => {
    let squares = 0;
    for (let i = 0; i < dim; i++) squares += (w[i] - center[i]) * (w[i] - center[i]);
    return 0.5 * gamma * squares;
  };
  /** Turns a gradient of the loss into one of the energy, in place; returns the localisation's energy. */
  const temper = (w: Float64Array, gradient: Float64Array): number => {
    let squares = 0;
    for (let i = 0; i < dim; i++) {
      const shift = w[i] - center[i];
      gradient[i] = nbeta * gradient[i] + gamma * shift;
      squares += shift * shift;
    }
    return 0.5 * gamma * squares;
  };
  return {
    dim,
    names: loss.names,
    source,
    value: (w) => nbeta * loss.value(w) + localisation(w),
    valueAndGradient(w, gradient) {
      const value = loss.valueAndGradient(w, gradient);
      return nbeta * value + temper(w, gradient);
    },
    stochastic: {
      dataSize: loss.dataSize,
      center,
      gradient(w, rows, gradient) {
        const value = loss.onRows(w, rows, gradient);
        return nbeta * value + temper(w, gradient);
      },
    },
    observables: {
      names: ["loss"],
      observe(w, energy, out) {
        // The energy holds the loss already; only at infinite temperature it does not.
        out[0] = nbeta > 0 ? (energy - localisation(w)) / nbeta : loss.value(w);
      },
    },
  };
}
