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
  /** The product of each point's momentum, p, and that of the point from which it was reached, o: o' M^-1 p. */
  readonly along: Float64Array;
  position(point: number): Float64Array;
  gradient(point: number): Float64Array;
  /** Makes point 0 the start: this position, and a momentum drawn from N(0, M) by `dim` normal numbers. */
  begin(start: OrbitStart, random: Random): void;
  /** One leapfrog step from a point to another, forward or backward in time. */
  leap(from: number, to: number, forward: boolean): void;
  /**
   * The products a' M^-1 c, a' M^-1 d and b' M^-1 d of the momenta at four points, in an array that the next call overwrites. The sum of all four
   * momenta is written to `sum`.
   */
  products(a: number, b: number, c: number, d: number, sum: number): Float64Array;
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

/** The criterion for two neighbouring points, of which the second was reached from the first. */
export function pairGoesOn({ kinetic, along }: Orbit, first: number, second: number): boolean {
  return 2 * kinetic[first] + along[second] > 0 && 2 * kinetic[second] + along[second] > 0;
}

/**
 * The same as `goesOn` for two neighbouring pairs, from products of which half are known: c was reached from b, d from c, and `later` is the one
 * of a and b that was reached from the other.
 */
export function foursGoOn(
  orbit: Orbit,
  a: number,
  b: number,
  later: number,
  c: number,
  d: number,
  sum: number,
): boolean {
  const { kinetic, along } = orbit;
  const products = orbit.products(a, b, c, d, sum);
  const [ac, ad, bd] = [products[0], products[1], products[2]];
  const [ab, bc, cd] = [along[later], along[c], along[d]];
  const toThird = 2 * kinetic[a] + ab + ac;
  const fromSecond = bd + cd + 2 * kinetic[d];
  return (
    toThird + ad > 0 &&
    ad + fromSecond > 0 &&
    toThird > 0 &&
    ac + bc + 2 * kinetic[c] > 0 &&
    2 * kinetic[b] + bc + bd > 0 &&
    fromSecond > 0
  );
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
  const along = new Float64Array(points);
  const found = new Float64Array(3);
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
    along,
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
      const v0 = velocities[from];
      let product = 0;
      for (let i = 0; i < dim; i++) {
        const momentum = p[i] - half * g[i];
        p[i] = momentum;
        product += v0[i] * momentum;
      }
      along[to] = product;
      setKinetic(to);
    },

    products(a, b, c, d, sum) {
      const [va, vb, pa, pb, pc, pd] = [velocities[a], velocities[b], momenta[a], momenta[b], momenta[c], momenta[d]];
      const rho = summed[sum];
      let ac = 0;
      let ad = 0;
      let bd = 0;
      for (let i = 0; i < dim; i++) {
        rho[i] = pa[i] + pb[i] + (pc[i] + pd[i]);
        ac += va[i] * pc[i];
        ad += va[i] * pd[i];
        bd += vb[i] * pd[i];
      }
      found[0] = ac;
      found[1] = ad;
      found[2] = bd;
      return found;
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
