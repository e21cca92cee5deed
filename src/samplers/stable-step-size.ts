// Step sizes of unadjusted dynamics with the whole gradient: so many times the inverse of the largest curvature met. Langevin dynamics
// q <- q - eta grad U + sqrt(2 eta) xi in a direction of curvature a has 1 / (1 - eta a / 2) times the variance, and descent with
// eta = 1 / a arrives in one step.

import type { Energy } from "../energies/energy.js";
import { curvatureProbe } from "./curvature.js";
import type { Adaptation, Info, KernelState } from "./kernel.js";
import { bound, MOST_RETURNS, RAISE, UNSTABLE } from "./stiffness-warmup.js";

export interface StableStepSize<State extends KernelState> {
  /** The kernel's name, for error messages. */
  readonly where: string;
  /** `[width]`, which is written. */
  readonly stepSize: Float64Array;
  /** Step size times largest curvature. */
  readonly product: number;
  /** How far the dynamics spreads, in standard deviations of exp(-U); 0 for descent. */
  readonly spread: number;
  /** Begins a column anew at its position, where the energy has this gradient, `[dim]`. */
  restart(state: State, column: number, gradient: Float64Array): void;
}

/** Below this an energy counts as flat: the step would leave every number of use behind. */
const FLAT = 1e-12;

/**
 * Measures the curvature at each column's start and, for a dynamics that spreads, where it would spread to; then again at each sixteenth
 * of warmup until three quarters of it are over, so that the last quarter runs with what the draws will use. A step size only ever falls.
 * Columns are brought back as in `stiffnessWarmup`, which says why; those of a descent where they
 * are not finite any more, or higher than where they began.
 */
export function stableStepSize<State extends KernelState>(
  energy: Energy,
  { where, stepSize, product, spread, restart }: StableStepSize<State>,
  warmup: number,
): Adaptation<State> {
  const { dim } = energy;
  const width = stepSize.length;
  const sixteenth = Math.ceil(warmup / 16);
  const probe = curvatureProbe(dim);
  const stiffest = new Float64Array(width);
  const transitions = new Float64Array(width);
  // Each column searches from the direction that it found last.
  const directions = new Float64Array(dim * width);
  for (let k = 0; k < directions.length; k++) directions[k] = probe.direction[Math.floor(k / width)];
  const [q, displaced, normals, slope] = Array.from({ length: 4 }, () => new Float64Array(dim));
  /** Where columns were last well, `[dim, width]`, and the energy above which they are so no more. */
  const refuge = new Float64Array(dim * width);
  const ceiling = new Float64Array(width).fill(Number.NaN);
  const returns = new Float64Array(width);
  const alarm = new Float64Array(width).fill(bound(dim));
  const gradient = (at: Float64Array, out: Float64Array) => void energy.valueAndGradient(at, out);

  function curvatureAt(at: Float64Array, c: number, iterations: number): number {
    for (let i = 0, k = c; i < dim; i++, k += width) probe.direction[i] = directions[k];
    const curvature = probe.largest(gradient, at, iterations);
    for (let i = 0, k = c; i < dim; i++, k += width) directions[k] = probe.direction[i];
    return Number.isFinite(curvature) ? curvature : Number.POSITIVE_INFINITY;
  }

  function positionOf(state: State, c: number): void {
    for (let i = 0, k = c; i < dim; i++, k += width) q[i] = state.position[k];
  }

  function fail(c: number, why: string): never {
    throw new RangeError(`${where}: no step size found for column ${c}: ${why}`);
  }

  /** A degenerate minimum is flat at its centre and steep around it: come back until what is found as far out as steps lead agrees. */
  function lookAround(c: number): void {
    let size = product / Math.max(stiffest[c], FLAT);
    for (; size > 1e-300; size /= 2) {
      // A direction of curvature a spreads to 1 / sqrt(a).
      const reach = spread * Math.sqrt(size / product);
      for (let i = 0; i < dim; i++) displaced[i] = q[i] + reach * normals[i];
      const found = curvatureAt(displaced, c, 8);
      if (size * found <= 2 * product) {
        stiffest[c] = Math.max(stiffest[c], found);
        return;
      }
    }
    fail(c, "the energy is too steep around the start");
  }

  /** Of the column at `q`. */
  function stay(c: number, value: number): void {
    for (let i = 0, k = c; i < dim; i++, k += width) refuge[k] = q[i];
    if (spread > 0) ceiling[c] = value + bound(dim) * spread ** 2;
    // Friction only takes from a descent that began at rest; but for rounding.
    else if (Number.isNaN(ceiling[c])) ceiling[c] = value + 1e-9 * Math.max(1, Math.abs(value));
  }

  function goBack(state: State, c: number): void {
    for (let i = 0, k = c; i < dim; i++, k += width) {
      q[i] = refuge[k];
      state.position[k] = q[i];
    }
    state.stopped[c] = ++returns[c] > MOST_RETURNS ? 1 : 0;
    if (state.stopped[c] === 1) return;
    stiffest[c] *= RAISE;
    stepSize[c] = product / stiffest[c];
    state.energy[c] = energy.valueAndGradient(q, slope);
    restart(state, c, slope);
  }

  /** The square of the last step's drift, in units of what a direction as stiff as was met gets on average. */
  function kickOf({ gradientNorm }: Info, c: number): number {
    return spread === 0 ? 0 : (stepSize[c] * gradientNorm[c] ** 2) / (product * spread ** 2);
  }

  return {
    start(state, random) {
      for (let c = 0; c < width; c++) {
        positionOf(state, c);
        stay(c, state.energy[c]);
        stiffest[c] = curvatureAt(q, c, 20);
        if (stiffest[c] === Number.POSITIVE_INFINITY) fail(c, "the gradient around the start is not finite");
        if (spread > 0) {
          random[c].fillNormal(normals);
          lookAround(c);
        }
        if (stiffest[c] < FLAT) fail(c, "the energy looks flat around the start");
        stepSize[c] = product / stiffest[c];
      }
    },
    update(state, info) {
      for (let c = 0; c < width; c++) {
        const transition = ++transitions[c];
        if (state.stopped[c] !== 0) {
          if (returns[c] <= MOST_RETURNS) goBack(state, c);
          continue;
        }
        const due = transition % sixteenth === 0 && transition <= 0.75 * warmup;
        const kicked = kickOf(info, c);
        if (!due && !(kicked > alarm[c])) continue;
        positionOf(state, c);
        const found = curvatureAt(q, c, 8);
        const value = energy.value(q);
        // A descent comes to stiffer places by itself.
        if (!(value <= ceiling[c]) || (spread > 0 && !(found < UNSTABLE * stiffest[c]))) {
          goBack(state, c);
          continue;
        }
        if (due) {
          stay(c, value);
          alarm[c] = bound(dim);
        }
        if (found <= stiffest[c] || found === Number.POSITIVE_INFINITY) {
          alarm[c] = Math.max(alarm[c], 2 * kicked);
          continue;
        }
        stiffest[c] = found;
        stepSize[c] = product / found;
      }
    },
    finish() {},
    memory: () => ({ stiffest, transitions, directions, refuge, ceiling, returns, alarm }),
  };
}
