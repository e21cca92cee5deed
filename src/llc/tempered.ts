// The tempered, localised energy whose samples the local learning coefficient is read from:
// U(w) = t L_n(w) + (gamma / 2) |w - w*|^2 with t = n beta (Lau et al. 2023, arXiv:2308.12108, after Watanabe's WBIC, 2013).

import { finiteVector, knownOptions, nonNegativeNumber, refuse } from "../arguments/index.js";
import type { Energy, EnergySource } from "../energies/energy.js";
import { type Loss, type LossSource, lossFromSource } from "../networks/index.js";
import { embedding, type Mask, movingOf } from "./moving.js";

export interface TemperedOptions {
  /** w*, around which the posterior is localised: `loss.dim` numbers. */
  readonly center: ArrayLike<number>;
  /** Inverse temperature; `1 / log n` where left out (WBIC's). 0 leaves the localisation alone: a negative control. */
  readonly beta?: number;
  /** Precision of the localisation; 1 where left out. 0 removes it, which is improper where the loss has flat directions. */
  readonly gamma?: number;
  /** Only these parameters move, the others stay at the centre (weight-refined); all where left out. */
  readonly mask?: Mask;
  /**
   * Other losses of the same parameters (other data, one class, ...), by name, evaluated over all their rows at every kept draw: the
   * statistics `loss of <name>`.
   */
  readonly observe?: Readonly<Record<string, Loss>>;
}

export interface TemperedSource extends EnergySource {
  readonly kind: "tempered";
  readonly loss: LossSource;
  readonly center: Float64Array;
  readonly nbeta: number;
  readonly gamma: number;
  /** Indices of the parameters that move; absent where all do. */
  readonly moving?: Uint32Array;
  readonly observed?: readonly { readonly name: string; readonly loss: LossSource }[];
}

/**
 * The energy `n beta L_n(w) + (gamma / 2) |w - w*|^2`. It carries `stochastic`, so that stochastic-gradient samplers run on it as it is, and
 * keeps the full-data loss of every draw as the statistic `loss`. With a `mask` it is an energy of the parameters that move. Throws a RangeError
 * where an option is wrong.
 * @example await sample(tempered(loss, { center: parameters }), hmc())
 */
export function tempered(loss: Loss, options: TemperedOptions): Energy {
  checkLoss("tempered", loss);
  knownOptions("tempered", options, ["center", "beta", "gamma", "mask", "observe"]);
  return temperedAt(loss, resolveTemperature("tempered", loss, options));
}

export function temperedAt(loss: Loss, { center, nbeta, gamma, moving, observed }: Temperature): Energy {
  const source: TemperedSource = {
    kind: "tempered",
    loss: loss.source,
    center,
    nbeta,
    gamma,
    ...(moving && { moving }),
    ...(observed.length > 0 && { observed: observed.map(({ name, loss: other }) => ({ name, loss: other.source })) }),
  };
  return temperedEnergy(source, loss, observed);
}

/** The statistic that an observed loss is kept as. */
export function observedAs(name: string): string {
  return `loss of ${name}`;
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
  /** Undefined where all parameters move. */
  readonly moving: Uint32Array | undefined;
  readonly observed: readonly NamedLoss[];
}

export interface NamedLoss {
  readonly name: string;
  readonly loss: Loss;
}

export function resolveTemperature(where: string, loss: Loss, options: TemperedOptions): Temperature {
  const center = finiteVector(where, "center", options.center, loss.dim);
  const beta = nonNegativeNumber(where, "beta", options.beta ?? defaultBeta(loss.dataSize));
  const gamma = nonNegativeNumber(where, "gamma", options.gamma ?? 1);
  if (beta === 0 && gamma === 0)
    refuse(where, "gamma", "positive where beta is 0, or nothing is left to sample", gamma);
  const moving = options.mask === undefined ? undefined : movingOf(where, options.mask, loss.names);
  return {
    center,
    beta,
    nbeta: loss.dataSize * beta,
    gamma,
    moving,
    observed: observedOf(where, loss, options.observe),
  };
}

function observedOf(where: string, { dim }: Loss, observe: TemperedOptions["observe"] = {}): NamedLoss[] {
  if (typeof observe !== "object" || observe === null) refuse(where, "observe", "losses by name", observe);
  return Object.entries(observe).map(([name, loss]) => {
    checkLoss(where, loss, `observe.${name}`);
    if (loss.dim !== dim) refuse(where, `observe.${name}`, `a loss of ${dim} parameters`, loss.dim);
    return { name, loss };
  });
}

export function checkLoss(where: string, loss: Loss, name = "loss"): void {
  if (typeof loss?.valueAndGradient !== "function" || typeof loss.onRows !== "function") {
    refuse(where, name, "a loss, such as networkLoss(...) or loss(...) makes", loss);
  }
}

/** Rebuilds a tempered energy from its data. */
export function temperedFromSource(source: TemperedSource): Energy {
  const observed = (source.observed ?? []).map(({ name, loss }) => ({ name, loss: lossFromSource(loss) }));
  return temperedEnergy(source, lossFromSource(source.loss), observed);
}

/** On the caller's thread the losses are those that were given, which may have threads of their own. */
function temperedEnergy(source: TemperedSource, loss: Loss, observed: readonly NamedLoss[]): Energy {
  const { nbeta, gamma, moving } = source;
  const { dim, names, all, pick } = embedding(source.center, loss.names, moving);
  const center = new Float64Array(dim);
  pick(source.center, center);
  // Where all parameters move, gradients are written where they are wanted.
  const whole = moving === undefined ? undefined : new Float64Array(loss.dim);

  const localisation = (q: Float64Array): number => {
    let squares = 0;
    for (let i = 0; i < dim; i++) squares += (q[i] - center[i]) * (q[i] - center[i]);
    return 0.5 * gamma * squares;
  };
  /** Turns a gradient of the loss into one of the energy, in place; returns the localisation's energy. In two sums, for one would wait for itself. */
  const temper = (q: Float64Array, gradient: Float64Array): number => {
    const even = dim - (dim % 2);
    let [squares, others] = [0, 0];
    for (let i = 0; i < even; i += 2) {
      const shift = q[i] - center[i];
      const other = q[i + 1] - center[i + 1];
      gradient[i] = nbeta * gradient[i] + gamma * shift;
      gradient[i + 1] = nbeta * gradient[i + 1] + gamma * other;
      squares += shift * shift;
      others += other * other;
    }
    if (even < dim) {
      const shift = q[even] - center[even];
      gradient[even] = nbeta * gradient[even] + gamma * shift;
      squares += shift * shift;
    }
    return 0.5 * gamma * (squares + others);
  };
  return {
    dim,
    names,
    source,
    value: (q) => nbeta * loss.value(all(q)) + localisation(q),
    valueAndGradient(q, gradient) {
      const value = loss.valueAndGradient(all(q), whole ?? gradient);
      if (whole !== undefined) pick(whole, gradient);
      return nbeta * value + temper(q, gradient);
    },
    stochastic: {
      dataSize: loss.dataSize,
      center,
      gradient(q, rows, gradient) {
        const value = loss.onRows(all(q), rows, whole ?? gradient);
        if (whole !== undefined) pick(whole, gradient);
        return nbeta * value + temper(q, gradient);
      },
    },
    observables: {
      names: ["loss", ...observed.map(({ name }) => observedAs(name))],
      observe(q, energy, out) {
        // The energy holds the loss already; only at infinite temperature it does not.
        out[0] = nbeta > 0 ? (energy - localisation(q)) / nbeta : loss.value(all(q));
        if (observed.length === 0) return;
        const w = all(q);
        for (let k = 0; k < observed.length; k++) out[k + 1] = observed[k].loss.value(w);
      },
    },
  };
}
