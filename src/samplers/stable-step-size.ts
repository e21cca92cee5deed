// Step sizes of unadjusted dynamics with the whole gradient: so many times the inverse of the largest curvature met. Langevin dynamics
// q <- q - eta grad U + sqrt(2 eta) xi in a direction of curvature a has 1 / (1 - eta a / 2) times the variance, and descent with
// eta = 1 / a arrives in one step.

import type { Energy } from "../energies/energy.js";
import { curvatureProbe } from "./curvature.js";
import type { Adaptation, KernelState } from "./kernel.js";

export interface StableStepSize {
  /** The kernel's name, for error messages. */
  readonly where: string;
  /** `[width]`, which is written. */
  readonly stepSize: Float64Array;
  /** Step size times largest curvature. */
  readonly product: number;
  /** How far the dynamics spreads, in standard deviations of exp(-U); 0 for descent. */
  readonly spread: number;
}

/** Below this an energy counts as flat: the step would leave every number of use behind. */
const FLAT = 1e-12;

/**
 * Measures the curvature at each column's start and, for a dynamics that spreads, where it would spread to; then again at each sixteenth
 * of warmup until three quarters of it are over, so that the last quarter runs with what the draws will use. A step size only ever falls.
 */
export function stableStepSize<State extends KernelState>(
  energy: Energy,
  { where, stepSize, product, spread }: StableStepSize,
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
  const [q, displaced, normals] = Array.from({ length: 3 }, () => new Float64Array(dim));
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

  return {
    start(state, random) {
      for (let c = 0; c < width; c++) {
        positionOf(state, c);
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
    update(state) {
      for (let c = 0; c < width; c++) {
        const transition = ++transitions[c];
        if (transition % sixteenth !== 0 || transition > 0.75 * warmup || state.stopped[c] !== 0) continue;
        positionOf(state, c);
        const found = curvatureAt(q, c, 8);
        if (found === Number.POSITIVE_INFINITY || found <= stiffest[c]) continue;
        stiffest[c] = found;
        stepSize[c] = product / found;
      }
    },
    finish() {},
    memory: () => ({ stiffest, transitions, directions }),
  };
}
