// The masses of HMC's columns, whatever kind they are, and the single step by which a first step size is searched.

import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import type { Integrator } from "./integrators.js";
import type { KernelState } from "./kernel.js";
import { inverseOf, isDiagonal, type Mass } from "./mass.js";
import { type Metric, metricFor } from "./metric.js";
import { metricTrajectory } from "./metric-transition.js";
import { columnTrajectory } from "./trajectory-program.js";

/** The columns' masses: diagonal for all in one array, or a metric for each. */
export interface Masses {
  /** `[rows, width]` */
  readonly inverseMass: Float64Array;
  /** `[dim, width]`, where they are diagonal. */
  readonly momentumScale: Float64Array;
  readonly metrics: readonly Metric[] | undefined;
  /** To be called after a column of `inverseMass` was rewritten. */
  changed(column: number): void;
}

export function massesOf(mass: Mass, dim: number, width: number): Masses {
  if (mass === "diagonal" || isDiagonal(mass)) {
    const inverseMass = inverseOf(mass === "diagonal" ? 1 : mass, dim, width);
    const momentumScale = inverseMass.map((inverse) => 1 / Math.sqrt(inverse));
    return {
      inverseMass,
      momentumScale,
      metrics: undefined,
      changed(c) {
        for (let k = c; k < inverseMass.length; k += width) momentumScale[k] = 1 / Math.sqrt(inverseMass[k]);
      },
    };
  }
  const metrics = Array.from({ length: width }, () => metricFor("hmc", mass, dim));
  const rows = metrics[0].inverseMass.length;
  const inverseMass = Float64Array.from({ length: rows * width }, (_, k) => {
    return metrics[k % width].inverseMass[Math.floor(k / width)];
  });
  return {
    inverseMass,
    momentumScale: new Float64Array(0),
    metrics,
    changed(c) {
      const own = metrics[c].inverseMass;
      for (let i = 0, k = c; i < rows; i++, k += width) own[i] = inverseMass[k];
      metrics[c].changed();
    },
  };
}

/** What the step-size search asks for: H before minus H after one step of one column with a fresh momentum. */
export function oneStep(
  energy: Energy,
  integrator: Integrator,
  { inverseMass, momentumScale, metrics }: Masses,
  width: number,
): (state: Moving, column: number, stepSize: number, random: Random) => number {
  const { dim } = energy;
  const move = columnTrajectory(energy, integrator);
  const moveBy = metrics === undefined ? undefined : metricTrajectory(energy, integrator);
  const [q, p, g, m] = Array.from({ length: 4 }, () => new Float64Array(dim));
  return (state, column, stepSize, random) => {
    random.fillNormal(p);
    let before = 0;
    for (let i = 0, k = column; i < dim; i++, k += width) {
      before += p[i] * p[i];
      q[i] = state.position[k];
      g[i] = state.gradient[k];
    }
    let value: number;
    let after = 0;
    if (metrics !== undefined && moveBy !== undefined) {
      metrics[column].momentum(p, p);
      value = moveBy(q, p, g, stepSize, metrics[column], 1);
      metrics[column].whiten(p, p);
      for (let i = 0; i < dim; i++) after += p[i] * p[i];
    } else {
      for (let i = 0, k = column; i < dim; i++, k += width) {
        p[i] *= momentumScale[k];
        m[i] = inverseMass[k];
      }
      value = move(q, p, g, stepSize, m, 1);
      for (let i = 0; i < dim; i++) after += p[i] * p[i] * m[i];
    }
    return state.energy[column] + before / 2 - (value + after / 2);
  };
}

/** A state as far as a step needs to know it. */
interface Moving extends KernelState {
  readonly gradient: Float64Array;
}
