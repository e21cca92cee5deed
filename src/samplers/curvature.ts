// How stiff an energy is: its largest curvature, by power iteration on Hessian-vector products, which are central
// differences of the gradient. Discretised Langevin dynamics blows up where step size times curvature exceeds 4.

import { finiteVector, refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { isEnergy } from "../energies/is-energy.js";
import { dot } from "../tensor/vectors.js";

/** A gradient to differentiate: writes the gradient at `q` into `out`. */
export type Gradient = (q: Float64Array, out: Float64Array) => void;

/**
 * The largest curvature of an energy at a point: the largest |eigenvalue| of its Hessian, found from below, to about 1 % where
 * it stands clear of the next one. Costs up to 41 gradients. NaN where the gradient near `at` is not finite.
 * With a `preconditioner` G, `dim` positive numbers, it is the largest eigenvalue of G^1/2 H G^1/2: what steps scaled by G meet.
 * Throws where either does not have `energy.dim` finite numbers.
 *
 * @example stiffness(energies.gaussian({ mean: [0, 0], covariance: [[1, 0], [0, 0.25]] }), [0, 0]) // 4
 */
export function stiffness(energy: Energy, at: ArrayLike<number>, preconditioner?: ArrayLike<number>): number {
  if (!isEnergy(energy)) refuse("stiffness", "energy", "an energy, such as energy(dim, f) makes", energy);
  const q = finiteVector("stiffness", "at", at, energy.dim);
  const probe = curvatureProbe(energy.dim);
  if (preconditioner === undefined) return probe.largest((w, out) => energy.valueAndGradient(w, out), q, 20);
  // In coordinates y = G^-1/2 q the Hessian is G^1/2 H G^1/2.
  const scale = finiteVector("stiffness", "preconditioner", preconditioner, energy.dim).map(Math.sqrt);
  const position = new Float64Array(energy.dim);
  const scaled: Gradient = (y, out) => {
    for (let i = 0; i < position.length; i++) position[i] = scale[i] * y[i];
    energy.valueAndGradient(position, out);
    for (let i = 0; i < position.length; i++) out[i] *= scale[i];
  };
  return probe.largest(
    scaled,
    q.map((x, i) => x / scale[i]),
    20,
  );
}

export interface CurvatureProbe {
  /** The unit vector found last; the next search starts from it. */
  readonly direction: Float64Array;
  /** Largest |eigenvalue| of the Hessian at `q` after at most so many iterations. */
  largest(gradient: Gradient, q: Float64Array, iterations: number): number;
}

export function curvatureProbe(dim: number): CurvatureProbe {
  const direction = new Float64Array(dim);
  // Multiples of the golden ratio modulo 1: no random stream is spent, and no Hessian of use has them orthogonal to its first eigenvector.
  for (let i = 0; i < dim; i++) direction[i] = 0.5 + (((i + 1) * 0.6180339887498949) % 1) * (i % 2 === 0 ? 1 : -1);
  normalize(direction);
  const shifted = new Float64Array(dim);
  const plus = new Float64Array(dim);
  const minus = new Float64Array(dim);

  return {
    direction,
    largest(gradient, q, iterations) {
      // Large enough that the gradients of a float32 network still differ by more than their rounding.
      const h = 1e-4 * (1 + Math.sqrt(meanSquare(q)));
      let curvature = 0;
      for (let iteration = 0; iteration < iterations; iteration++) {
        for (let i = 0; i < dim; i++) shifted[i] = q[i] + h * direction[i];
        gradient(shifted, plus);
        for (let i = 0; i < dim; i++) shifted[i] = q[i] - h * direction[i];
        gradient(shifted, minus);
        for (let i = 0; i < dim; i++) plus[i] = (plus[i] - minus[i]) / (2 * h);
        const before = curvature;
        curvature = Math.sqrt(dim * meanSquare(plus));
        // A flat or broken place tells nothing about directions: keep the one in hand.
        if (!Number.isFinite(curvature) || curvature === 0) return curvature;
        direction.set(plus);
        normalize(direction);
        if (Math.abs(curvature - before) < 0.002 * curvature) break;
      }
      return curvature;
    },
  };
}

function meanSquare(x: Float64Array): number {
  return dot(x, x) / x.length;
}

function normalize(x: Float64Array): void {
  const norm = Math.sqrt(x.length * meanSquare(x));
  for (let i = 0; i < x.length; i++) x[i] /= norm;
}
