// How far below the centre the loss falls within reach of the chains: a short descent by limited-memory BFGS (Nocedal and
// Wright 2006, algorithm 7.4). Chains cannot say it: in many dimensions no draw comes near a minimum, its centre included.

import type { Energy } from "../energies/energy.js";
import { addScaled, dot, norm } from "../tensor/vectors.js";

const EVALUATIONS = 60;
const MEMORY = 10;
/** A descent that promises to gain less than this, in nats of the tempered energy, is over. */
const LEAST_GAIN = 1e-6;
/** Share of the promised gain that a step must bring (Armijo). */
const SUFFICIENT = 1e-4;

/** A step `s` and the change `y` of the gradient along it. */
interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
  readonly sy: number;
}

/** Where a descent ended. */
export interface Descent {
  readonly position: Float64Array;
  /** The energy there, and the length of its gradient. */
  readonly energy: number;
  readonly gradientNorm: number;
  /** The largest `n beta (L_n(w*) - L_n(w))` met on the way: the energy's fall, plus what the localisation of precision `gamma` took of it. */
  readonly depth: number;
  /** Gradients taken. */
  readonly evaluations: number;
}

/**
 * A descent of the tempered energy from `center` with at most 60 gradients: by its `depth` an estimate at this centre is too low, 0 where
 * it is a minimum; `gamma` is the energy's localisation.
 */
export function descentBelow(energy: Energy, center: Float64Array, gamma: number): Descent {
  return descend(energy, center, { gamma, evaluations: EVALUATIONS, leastGain: LEAST_GAIN });
}

/** Goes down from `center` until a step promises less than `leastGain`, or the gradients are used up. */
export function descend(
  energy: Energy,
  center: Float64Array,
  options: { readonly gamma: number; readonly evaluations: number; readonly leastGain: number },
): Descent {
  const { gamma, evaluations: most, leastGain } = options;
  let w = center.slice();
  let gradient = new Float64Array(w.length);
  const start = energy.valueAndGradient(w, gradient);
  let value = start;
  let depth = 0;
  let evaluations = 1;
  const pairs: Pair[] = [];
  while (evaluations < most) {
    const direction = newtonLike(gradient, pairs);
    const slope = dot(direction, gradient);
    if (!(-slope / 2 > leastGain)) break;

    let size = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(-slope));
    let accepted = false;
    while (evaluations < most && !accepted) {
      const next = w.map((x, i) => x + size * direction[i]);
      const nextGradient = new Float64Array(w.length);
      const nextValue = energy.valueAndGradient(next, nextGradient);
      evaluations++;
      accepted = nextValue <= value + SUFFICIENT * size * slope && nextGradient.every(Number.isFinite);
      if (!accepted) {
        // To the minimum of the parabola through what is known, but neither hardly shorter nor shorter than a hundredth.
        const parabola = (-slope * size * size) / (2 * (nextValue - value - slope * size));
        size = parabola > 0.01 * size && parabola < 0.5 * size ? parabola : (nextValue > value ? 0.01 : 0.5) * size;
        continue;
      }
      remember(pairs, difference(next, w), difference(nextGradient, gradient));
      [w, gradient, value] = [next, nextGradient, nextValue];
      const away = difference(w, center);
      depth = Math.max(depth, start - value + 0.5 * gamma * dot(away, away));
    }
  }
  return { position: w, energy: value, gradientNorm: norm(gradient), depth, evaluations };
}

/** Minus the gradient times an inverse Hessian that maps each `y` to its `s`. */
function newtonLike(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const r = gradient.map((g) => -g);
  const weights = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    weights[k] = dot(pairs[k].s, r) / pairs[k].sy;
    addScaled(r, -weights[k], pairs[k].y);
  }
  if (pairs.length > 0) {
    const { y, sy } = pairs[pairs.length - 1];
    const scale = sy / dot(y, y);
    for (let i = 0; i < r.length; i++) r[i] *= scale;
  }
  for (let k = 0; k < pairs.length; k++) {
    addScaled(r, weights[k] - dot(pairs[k].y, r) / pairs[k].sy, pairs[k].s);
  }
  return r;
}

/** Keeps a pair that bends upwards; others would make the inverse Hessian indefinite. */
function remember(pairs: Pair[], s: Float64Array, y: Float64Array): void {
  const sy = dot(s, y);
  if (!(sy > 1e-10 * Math.sqrt(dot(s, s) * dot(y, y)))) return;
  if (pairs.length === MEMORY) pairs.shift();
  pairs.push({ s, y, sy });
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x - b[i]);
}
