// The ends of a Hessian's spectrum by Lanczos' method with full reorthogonalisation (Golub and Van Loan 2013, section 10.1), its products being
// central differences of the gradient.

import { stream } from "../random/index.js";
import type { Gradient } from "../samplers/curvature.js";
import { symmetricEigen } from "../samplers/symmetric-eigen.js";
import { addScaled, dot, norm } from "../tensor/vectors.js";

export interface SpectrumEnds {
  /** Of the Ritz values: found from inside, so that the largest is at least `largest` and the smallest at most `smallest`. */
  readonly largest: number;
  readonly smallest: number;
  /** Within this of `smallest` there is an eigenvalue: the residual's length. */
  readonly smallestError: number;
  /** The unit vector of `smallest`. */
  readonly direction: Float64Array;
  /** Gradients taken. */
  readonly evaluations: number;
}

/** After at most so many Hessian-vector products, two gradients each. NaN where a gradient near `at` is not finite. */
export function spectrumEnds(gradient: Gradient, at: Float64Array, products: number): SpectrumEnds {
  const dim = at.length;
  const steps = Math.min(products, dim);
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const beside: number[] = [];
  let v: Float64Array = new Float64Array(dim);
  stream(0, "spectrumEnds").fillNormal(v);
  v = scaled(v, 1 / norm(v));
  const multiply = hessianTimes(gradient, at);
  let residual = 0;
  while (basis.length < steps) {
    basis.push(v);
    const r = multiply(v);
    const alpha = dot(v, r);
    diagonal.push(alpha);
    // Twice is enough (Parlett 1998, section 6.9).
    for (let pass = 0; pass < 2; pass++) for (const u of basis) addScaled(r, -dot(u, r), u);
    residual = norm(r);
    if (!Number.isFinite(residual)) {
      return {
        largest: Number.NaN,
        smallest: Number.NaN,
        smallestError: Number.NaN,
        direction: v,
        evaluations: 2 * basis.length,
      };
    }
    // What is left of an invariant subspace is rounding, and no direction; squares of what is tinier are 0.
    if (residual <= Math.max(1e-8 * Math.max(...diagonal.map(Math.abs), ...beside), 1e-140)) break;
    if (basis.length < steps) beside.push(residual);
    v = scaled(r, 1 / residual);
  }

  const k = basis.length;
  const T = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    T[i * k + i] = diagonal[i];
    if (i + 1 < k) T[i * k + i + 1] = T[(i + 1) * k + i] = beside[i];
  }
  const { values, vectors } = symmetricEigen(T, k);
  const least = values.indexOf(Math.min(...values));
  const direction = new Float64Array(dim);
  basis.forEach((u, i) => {
    addScaled(direction, vectors[least * k + i], u);
  });
  return {
    largest: Math.max(...values),
    smallest: values[least],
    smallestError: k === dim ? 0 : Math.abs(residual * vectors[least * k + k - 1]),
    direction,
    evaluations: 2 * k,
  };
}

/** Hessian times a unit vector. */
function hessianTimes(gradient: Gradient, at: Float64Array): (v: Float64Array) => Float64Array {
  const dim = at.length;
  // As in power iteration: large enough that the gradients of a float32 network differ by more than their rounding.
  const h = 1e-4 * (1 + norm(at) / Math.sqrt(dim));
  const [shifted, minus] = [new Float64Array(dim), new Float64Array(dim)];
  return (v) => {
    const plus = new Float64Array(dim);
    for (let i = 0; i < dim; i++) shifted[i] = at[i] + h * v[i];
    gradient(shifted, plus);
    for (let i = 0; i < dim; i++) shifted[i] = at[i] - h * v[i];
    gradient(shifted, minus);
    for (let i = 0; i < dim; i++) plus[i] = (plus[i] - minus[i]) / (2 * h);
    return plus;
  };
}

function scaled(x: Float64Array, factor: number): Float64Array {
  return x.map((value) => factor * value);
}
