// The points of one Hamiltonian trajectory that a tree of doublings has in hand: leapfrog steps from point to point, and the sums of
// momenta by which a stretch of it is seen to turn. Here in plain JavaScript for any energy and metric; `orbit-program.ts` has
// the same for traced energies as WebAssembly.

import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import type { Metric } from "./metric.js";

/** Points and sums are numbers from 0 on; what lies behind them belongs to the orbit and may be overwritten by the next one. */
export interface Orbit {
  readonly points: number;
  /** U at each point. */
  readonly potential: Float64Array;
  /** p' M^-1 p / 2 at each point. */
  readonly kinetic: Float64Array;
  position(point: number): Float64Array;
  gradient(point: number): Float64Array;
  /** Makes point 0 the start: this position, and a momentum drawn from N(0, M) by `dim` normal numbers. */
  begin(start: OrbitStart, random: Random): void;
  /** One leapfrog step from a point to another, forward or backward in time. */
  leap(from: number, to: number, forward: boolean): void;
  /** Whether two neighbouring points still move apart: the U-turn criterion of a tree of two. `sum` becomes the sum of their momenta. */
  pairGoesOn(first: number, second: number, sum: number): boolean;
  /**
   * Whether two neighbouring stretches of a trajectory, together and across their join, still go on: each is given by its first and
   * last point and the sum of its momenta; `sum`, which may be one of these, becomes the sum of both.
   */
  goesOn(
    first: number,
    last: number,
    momenta: number,
    nextFirst: number,
    nextLast: number,
    nextMomenta: number,
    sum: number,
  ): boolean;
}

export interface OrbitStart {
  readonly position: Float64Array;
  readonly gradient: Float64Array;
  readonly energy: number;
  readonly stepSize: number;
  readonly metric: Metric;
  /** Another number whenever the metric has changed. */
  readonly metricVersion: number;
}

/** The orbit in plain JavaScript. */
export function plainOrbit(energy: Energy, points: number, sums: number): Orbit {
  const { dim } = energy;
  const vectors = (count: number): Float64Array[] => Array.from({ length: count }, () => new Float64Array(dim));
  const [positions, gradients, momenta, velocities] = Array.from({ length: 4 }, () => vectors(points));
  const summed = vectors(sums);
  const potential = new Float64Array(points);
  const kinetic = new Float64Array(points);
  let metric: Metric;
  let stepSize = 0;

  function setKinetic(point: number): void {
    const p = momenta[point];
    const v = velocities[point];
    metric.velocity(p, v);
    let twice = 0;
    for (let i = 0; i < dim; i++) twice += p[i] * v[i];
    kinetic[point] = twice / 2;
  }

  return {
    points,
    potential,
    kinetic,
    position: (point) => positions[point],
    gradient: (point) => gradients[point],

    begin(start, random) {
      ({ metric, stepSize } = start);
      positions[0].set(start.position);
      gradients[0].set(start.gradient);
      potential[0] = start.energy;
      random.fillNormal(momenta[0]);
      metric.momentum(momenta[0], momenta[0]);
      setKinetic(0);
    },

    // Hot: one gradient, two velocities and three passes over the coordinates; nothing is allocated.
    leap(from, to, forward) {
      const step = forward ? stepSize : -stepSize;
      const half = step / 2;
      const [q0, g0, p0] = [positions[from], gradients[from], momenta[from]];
      const [q, g, p, v] = [positions[to], gradients[to], momenta[to], velocities[to]];
      for (let i = 0; i < dim; i++) p[i] = p0[i] - half * g0[i];
      metric.velocity(p, v);
      for (let i = 0; i < dim; i++) q[i] = q0[i] + step * v[i];
      potential[to] = energy.valueAndGradient(q, g);
      for (let i = 0; i < dim; i++) p[i] -= half * g[i];
      setKinetic(to);
    },

    pairGoesOn(first, second, sum) {
      const [va, vb, pa, pb] = [velocities[first], velocities[second], momenta[first], momenta[second]];
      const rho = summed[sum];
      let atFirst = 0;
      let atSecond = 0;
      for (let i = 0; i < dim; i++) {
        const both = pa[i] + pb[i];
        rho[i] = both;
        atFirst += va[i] * both;
        atSecond += vb[i] * both;
      }
      return atFirst > 0 && atSecond > 0;
    },

    goesOn(first, last, own, nextFirst, nextLast, next, sum) {
      const [va, vb, vc, vd] = [velocities[first], velocities[last], velocities[nextFirst], velocities[nextLast]];
      const [pb, pc, left, right, rho] = [momenta[last], momenta[nextFirst], summed[own], summed[next], summed[sum]];
      let [a, d, aJoin, c, b, dJoin] = [0, 0, 0, 0, 0, 0];
      for (let i = 0; i < dim; i++) {
        const both = left[i] + right[i];
        const toNext = left[i] + pc[i];
        const fromLast = pb[i] + right[i];
        rho[i] = both;
        a += va[i] * both;
        d += vd[i] * both;
        aJoin += va[i] * toNext;
        c += vc[i] * toNext;
        b += vb[i] * fromLast;
        dJoin += vd[i] * fromLast;
      }
      return a > 0 && d > 0 && aJoin > 0 && c > 0 && b > 0 && dJoin > 0;
    },
  };
}
