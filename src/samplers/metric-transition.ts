// HMC's transition by metrics that are not diagonal, in plain JavaScript: one column after the other, each with a metric of its own. As
// `plainTransition` otherwise.

import type { Energy } from "../energies/energy.js";
import { type Integrator, stagesOf } from "./integrators.js";
import type { Metric } from "./metric.js";
import { plainTransition, type Transition } from "./transition.js";

/** Takes one column through `steps` steps, in place; returns U at the end. As `ColumnTrajectory`, by a metric. */
export type MetricTrajectory = (
  q: Float64Array,
  p: Float64Array,
  g: Float64Array,
  stepSize: number,
  metric: Metric,
  steps: number,
) => number;

export function metricTrajectory(energy: Energy, integrator: Integrator): MetricTrajectory {
  const { kicks, drifts } = stagesOf(integrator);
  const { dim } = energy;
  const stages = kicks.length;
  const velocity = new Float64Array(dim);

  // Hot: stages x steps gradients and velocities; nothing is allocated.
  return (q, p, g, stepSize, metric, steps) => {
    const edge = stepSize * kicks[0];
    let value = Number.NaN;
    for (let step = 0; step < steps; step++) {
      for (let stage = 0; stage < stages; stage++) {
        // A step's last kick and the next one's first are at the same point: one kick of twice the size.
        const kick = stage > 0 ? stepSize * kicks[stage] : step > 0 ? 2 * edge : edge;
        const drift = stepSize * drifts[stage];
        for (let i = 0; i < dim; i++) p[i] -= kick * g[i];
        metric.velocity(p, velocity);
        for (let i = 0; i < dim; i++) q[i] += drift * velocity[i];
        value = energy.valueAndGradient(q, g);
      }
    }
    for (let i = 0; i < dim; i++) p[i] -= edge * g[i];
    return value;
  };
}

/** The transition of as many columns as there are metrics, which decide momenta and velocities; `inverseMass` and `momentumScale` are not read. */
export function metricTransition(
  energy: Energy,
  integrator: Integrator,
  metrics: readonly Metric[],
  maxEnergyError: number,
): Transition {
  const { dim } = energy;
  const width = metrics.length;
  const move = metricTrajectory(energy, integrator);
  const [q, p, g, z] = Array.from({ length: 4 }, () => new Float64Array(dim));
  const transition = plainTransition({ run: alongMetrics }, dim, width, maxEnergyError);
  transition.inverseMass.fill(1);
  transition.momentumScale.fill(1);
  return transition;

  // With unit masses `plainTransition` hands over z with p = M^1/2 z, and wants back what has the kinetic energy z' z / 2.
  function alongMetrics(
    position: Float64Array,
    momentum: Float64Array,
    gradient: Float64Array,
    stepSize: Float64Array,
    _inverseMass: Float64Array,
    steps: Int32Array,
    value: Float64Array,
  ): void {
    for (let c = 0; c < width; c++) {
      for (let i = 0, k = c; i < dim; i++, k += width) {
        q[i] = position[k];
        z[i] = momentum[k];
        g[i] = gradient[k];
      }
      metrics[c].momentum(z, p);
      value[c] = move(q, p, g, stepSize[c], metrics[c], steps[c]);
      metrics[c].whiten(p, z);
      for (let i = 0, k = c; i < dim; i++, k += width) {
        position[k] = q[i];
        momentum[k] = z[i];
        gradient[k] = g[i];
      }
    }
  }
}
