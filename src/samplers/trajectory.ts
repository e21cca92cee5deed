// Hamiltonian trajectories: several steps of a symplectic integrator from (position, momentum), for many columns.
// The gradient comes in with the start and goes out with the end, so that no point is ever differentiated twice.

import type { Energy } from "../energies/energy.js";
import { type Integrator, stagesOf } from "./integrators.js";

/** Moves columns along their trajectories. Arrays over coordinates are `[dim, width]`. */
export interface Trajectory {
  /**
   * Takes column `c` through `steps[c]` steps of size `stepSize[c]` under `H = U(q) + p' M^-1 p / 2`. Position, momentum
   * and gradient move in place; `gradient` must hold the gradient at `position` and does so again afterwards.
   * `energy[c]` becomes U at the end; it and what moved are not finite where the trajectory ran into such numbers.
   */
  run(
    position: Float64Array,
    momentum: Float64Array,
    gradient: Float64Array,
    stepSize: Float64Array,
    inverseMass: Float64Array,
    steps: Int32Array,
    energy: Float64Array,
  ): void;
}

/** The trajectory of one column: as `Trajectory.run`, on vectors of length `dim`; returns U at the end. */
export type ColumnTrajectory = (
  q: Float64Array,
  p: Float64Array,
  g: Float64Array,
  stepSize: number,
  inverseMass: Float64Array,
  steps: number,
) => number;

/** A column's trajectory in plain JavaScript: one `valueAndGradient` per stage of each step. */
export function plainTrajectory(energy: Energy, integrator: Integrator): ColumnTrajectory {
  const { kicks, drifts } = stagesOf(integrator);
  const { dim } = energy;
  const stages = kicks.length;

  // Hot: stages x steps gradients and as many passes over the coordinates; nothing is allocated.
  return (q, p, g, stepSize, inverseMass, steps) => {
    const edge = stepSize * kicks[0];
    let value = Number.NaN;
    for (let step = 0; step < steps; step++) {
      for (let stage = 0; stage < stages; stage++) {
        // A step's last kick and the next one's first are at the same point: one kick of twice the size.
        const kick = stage > 0 ? stepSize * kicks[stage] : step > 0 ? 2 * edge : edge;
        const drift = stepSize * drifts[stage];
        for (let i = 0; i < dim; i++) {
          const moved = p[i] - kick * g[i];
          p[i] = moved;
          q[i] += drift * inverseMass[i] * moved;
        }
        value = energy.valueAndGradient(q, g);
      }
    }
    for (let i = 0; i < dim; i++) p[i] -= edge * g[i];
    return value;
  };
}

/** Carries one column's trajectory over to `width` columns, one after the other. */
export function overColumns(column: ColumnTrajectory, dim: number, width: number): Trajectory {
  if (width === 1) {
    return {
      run(position, momentum, gradient, stepSize, inverseMass, steps, energy) {
        energy[0] = column(position, momentum, gradient, stepSize[0], inverseMass, steps[0]);
      },
    };
  }
  const q = new Float64Array(dim);
  const p = new Float64Array(dim);
  const g = new Float64Array(dim);
  const m = new Float64Array(dim);
  return {
    run(position, momentum, gradient, stepSize, inverseMass, steps, energy) {
      for (let c = 0; c < width; c++) {
        for (let i = 0, k = c; i < dim; i++, k += width) {
          q[i] = position[k];
          p[i] = momentum[k];
          g[i] = gradient[k];
          m[i] = inverseMass[k];
        }
        energy[c] = column(q, p, g, stepSize[c], m, steps[c]);
        for (let i = 0, k = c; i < dim; i++, k += width) {
          position[k] = q[i];
          momentum[k] = p[i];
          gradient[k] = g[i];
        }
      }
    },
  };
}
