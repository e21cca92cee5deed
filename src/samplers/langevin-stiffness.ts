// How stiff an energy is for unadjusted Langevin dynamics: its largest curvature a, and the variance s^2 of the mini-batch gradient
// along it. With w <- w - (eps/2) grad + sqrt(eps) xi that direction gets the variance (1/a) (1 + eps s^2 / 4) / (1 - eps a / 4).

import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import { curvatureProbe, type Gradient } from "./curvature.js";
import { type BatchOptions, gradientEstimate } from "./stochastic-gradient.js";

const NOISE_BATCHES = 32;

/** The gradient of an energy, well and cheaply estimated. */
export interface EstimatedGradient {
  readonly dim: number;
  /** The gradient on rows that stay the same from call to call: its Hessian stands for that of the energy. */
  readonly steady: Gradient;
  /** The gradient on the next mini-batch; absent where there is no noise because every step sees all data. */
  readonly noisy?: (q: Float64Array, random: Random, out: Float64Array) => void;
}

/** Not finite where gradients are not. */
export interface Stiffness {
  /** Largest |eigenvalue| of the Hessian. */
  readonly curvature: number;
  /** Variance of the mini-batch gradient along its eigenvector; 0 where every step sees all data. */
  readonly noise: number;
}

export interface StiffnessProbe {
  /** The unit vector found last. */
  readonly direction: Float64Array;
  /**
   * Measures at `q` after at most so many power iterations, which start from the direction found last. `scale` is the square root of
   * the diagonal preconditioner G, and all is measured in the coordinates `w / scale`, in which the preconditioned dynamics is plain.
   */
  measure(q: Float64Array, scale: Float64Array, random: Random, iterations: number): Stiffness;
}

export function stiffnessProbe(gradient: EstimatedGradient): StiffnessProbe {
  const { dim } = gradient;
  const probe = curvatureProbe(dim);
  const original = new Float64Array(dim);
  const scaled = new Float64Array(dim);
  const estimate = new Float64Array(dim);

  return {
    direction: probe.direction,
    measure(q, scale, random, iterations) {
      for (let i = 0; i < dim; i++) scaled[i] = q[i] / scale[i];
      const inScaled: Gradient = (y, out) => {
        for (let i = 0; i < dim; i++) original[i] = scale[i] * y[i];
        gradient.steady(original, out);
        for (let i = 0; i < dim; i++) out[i] *= scale[i];
      };
      const curvature = probe.largest(inScaled, scaled, iterations);
      return { curvature, noise: noiseAlong(probe.direction, q, scale, random) };
    },
  };

  function noiseAlong(direction: Float64Array, q: Float64Array, scale: Float64Array, random: Random): number {
    if (gradient.noisy === undefined) return 0;
    let mean = 0;
    let squares = 0;
    for (let batch = 1; batch <= NOISE_BATCHES; batch++) {
      gradient.noisy(q, random, estimate);
      let along = 0;
      for (let i = 0; i < dim; i++) along += direction[i] * scale[i] * estimate[i];
      const before = along - mean;
      mean += before / batch;
      squares += before * (along - mean);
    }
    return squares / (NOISE_BATCHES - 1);
  }
}

/** What one chain of `sgld` uses. */
export interface LangevinSettings extends BatchOptions {
  readonly stepSize: number;
  /** G, `dim` positive numbers. */
  readonly preconditioner: Float64Array;
}

export interface LangevinExcess extends Stiffness {
  /** By what share the stiffest direction at this place gets too large a variance; infinite where steps diverge, NaN where gradients do. */
  readonly excess: number;
  /** What measuring it has cost, in gradients over all data. */
  readonly work: number;
}

/** Measures the excess variance of these settings at `q`. Costs up to 41 gradients and 32 of mini-batches. */
export function langevinExcess(
  energy: Energy,
  q: Float64Array,
  { stepSize, preconditioner, ...batch }: LangevinSettings,
  random: Random,
): LangevinExcess {
  const { dim, noisy, draw, cost } = gradientEstimate("sgld", energy, batch);
  let work = (noisy ? NOISE_BATCHES * cost : 0) + (noisy && batch.controlVariate === true ? 1 : 0);
  const steady: Gradient = (w, out) => {
    energy.valueAndGradient(w, out);
    work++;
  };
  const probe = stiffnessProbe({ dim, steady, noisy: noisy ? draw : undefined });
  const { curvature, noise } = probe.measure(q, preconditioner.map(Math.sqrt), random, 20);
  const left = 1 - (stepSize * curvature) / 4;
  const excess = left <= 0 ? Number.POSITIVE_INFINITY : (1 + (stepSize * noise) / 4) / left - 1;
  return { curvature, noise, excess, work };
}
