// Orbits of traced energies in WebAssembly: a leapfrog step with its gradient is one program that reads one point and writes another where
// they lie in memory, and the test of a U-turn is one pass over the vectors in it.

import type { Energy } from "../energies/energy.js";
import { hasVectors } from "../tensor/backends/wasm/instance.js";
import { compileWasm } from "../tensor/backends/wasm/loops.js";
import { type Graph, gradient, inline, type Tensor, trace } from "../tensor/index.js";
import type { Metric } from "./metric.js";
import type { Orbit } from "./orbit.js";
import { tracedEnergy } from "./trajectory-program.js";
import { turnsIn } from "./turn-program.js";

/** The compiled orbit, or undefined where the energy was not traced, the metric is of low rank, or WebAssembly has no vectors. */
export function compiledOrbit(energy: Energy, kind: Metric["kind"], points: number, sums: number): Orbit | undefined {
  const graph = tracedEnergy(energy);
  if (graph === undefined || kind === "lowRank" || !hasVectors()) return undefined;
  // All kernels of a thread share it: nothing of an orbit outlives a transition.
  let byShape = orbits.get(graph);
  if (byShape === undefined) {
    byShape = new Map();
    orbits.set(graph, byShape);
  }
  const key = `${kind} ${points} ${sums}`;
  let orbit = byShape.get(key);
  if (orbit === undefined) {
    orbit = kind === "diagonal" ? diagonalOrbit(graph, points, sums) : denseOrbit(graph, points, sums);
    byShape.set(key, orbit);
  }
  return orbit;
}

const orbits = new WeakMap<Graph, Map<string, Orbit>>();

/**
 * With a diagonal mass momenta are kept as M^(-1/2) p: standard normal at the start, equal to their velocities, and with the same inner
 * products, so that masses are met in the kicks and drifts only. `kick` is half a step times M^(-1/2).
 */
function diagonalOrbit(energy: Graph, points: number, sums: number): Orbit {
  const { shape } = energy.inputs[0];
  const step = trace(
    ([q, p, g, kick]) => {
      const half = p.sub(kick.mul(g));
      const next = q.add(kick.mul(2).mul(half));
      const [value, slope] = withSlope(energy, next);
      const momentum = half.sub(kick.mul(slope));
      return [next, momentum, slope, value, momentum.square().sum().div(2)];
    },
    [shape, shape, shape, shape],
  );
  const dim = shape[0];
  const place = placed(step, dim, points, sums, 3);
  const kicks = [place.vector(), place.vector()];
  const orbit = place.open();
  const [backward, forward] = kicks.map((address) => orbit.array(address, dim));
  const addresses = [0, 0, 0, 0, 0, 0, 0, 0, 0];

  return {
    ...orbit.shared,
    begin({ position, gradient: slope, energy: value, stepSize, metric: { inverseMass } }, random) {
      orbit.start(position, slope, value);
      const p = orbit.momentum(0);
      random.fillNormal(p);
      let squares = 0;
      for (let i = 0; i < dim; i++) {
        squares += p[i] * p[i];
        const kick = (stepSize / 2) * Math.sqrt(inverseMass[i]);
        forward[i] = kick;
        backward[i] = -kick;
      }
      orbit.shared.kinetic[0] = squares / 2;
    },
    leap(from, to, isForward) {
      orbit.between(from, to, addresses, 4);
      addresses[3] = kicks[isForward ? 1 : 0];
      orbit.run(addresses);
    },
  };
}

/** With a dense mass a point has its velocity beside its momentum. */
function denseOrbit(energy: Graph, points: number, sums: number): Orbit {
  const { shape } = energy.inputs[0];
  const dim = shape[0];
  const step = trace(
    ([q, p, g, stepSize, inverseMass]) => {
      const edge = stepSize.mul(0.5);
      const half = p.sub(edge.mul(g));
      const next = q.add(stepSize.mul(inverseMass.matmul(half)));
      const [value, slope] = withSlope(energy, next);
      const momentum = half.sub(edge.mul(slope));
      const velocity = inverseMass.matmul(momentum);
      return [next, momentum, slope, value, momentum.mul(velocity).sum().div(2), velocity];
    },
    [shape, shape, shape, [], [dim, dim]],
  );
  const place = placed(step, dim, points, sums, 4);
  const steps = [place.vector(), place.vector()];
  const matrixAt = place.vector(dim * dim);
  const orbit = place.open();
  const [backward, forward] = steps.map((address) => orbit.array(address, 1));
  const matrix = orbit.array(matrixAt, dim * dim);
  const addresses = [0, 0, 0, 0, matrixAt, 0, 0, 0, 0, 0, 0];
  let known: Metric | undefined;
  let knownVersion = -1;

  return {
    ...orbit.shared,
    begin({ position, gradient: slope, energy: value, stepSize, metric, metricVersion }, random) {
      orbit.start(position, slope, value);
      if (metric !== known || metricVersion !== knownVersion) {
        matrix.set(metric.inverseMass);
        known = metric;
        knownVersion = metricVersion;
      }
      forward[0] = stepSize;
      backward[0] = -stepSize;
      const p = orbit.momentum(0);
      const v = orbit.velocity(0);
      random.fillNormal(p);
      metric.momentum(p, p);
      metric.velocity(p, v);
      let twice = 0;
      for (let i = 0; i < dim; i++) twice += p[i] * v[i];
      orbit.shared.kinetic[0] = twice / 2;
    },
    leap(from, to, isForward) {
      orbit.between(from, to, addresses, 5);
      addresses[3] = steps[isForward ? 1 : 0];
      addresses[10] = orbit.velocityAt(to);
      orbit.run(addresses);
    },
  };
}

function withSlope(energy: Graph, q: Tensor): [Tensor, Tensor] {
  const value = inline(energy, [q])[0];
  return [value, gradient(value, [q])[0]];
}

/**
 * Points in the memory of the compiled `step`, each `vectors` vectors: position, momentum, gradient and, where there are four, velocity; else
 * the velocity is the momentum. Arrays can be made once everything has its place.
 */
function placed(step: Graph, dim: number, points: number, sums: number, vectors: 3 | 4) {
  const { memory, programs, allocate } = compileWasm([step]);
  const [program] = programs;
  const bytes = Math.ceil(dim / 8) * 64;
  const firstPoint = allocate(points * vectors * bytes);
  const firstSum = allocate(sums * bytes);
  const potentialAt = allocate(8 * points);
  const kineticAt = allocate(8 * points);
  const pointBytes = vectors * bytes;
  const momentumAt = (point: number): number => firstPoint + point * pointBytes + bytes;
  const velocityAt = (point: number): number => momentumAt(point) + (vectors === 4 ? 2 * bytes : 0);
  const sumAt = (sum: number): number => firstSum + sum * bytes;

  return {
    vector: (length = dim): number => allocate(8 * length),
    open() {
      const array = (address: number, length: number): Float64Array => new Float64Array(memory.buffer, address, length);
      const each = (offset: number): Float64Array[] =>
        Array.from({ length: points }, (_, point) => array(firstPoint + point * pointBytes + offset, dim));
      const [positions, momenta, gradients] = [each(0), each(bytes), each(2 * bytes)];
      const potential = array(potentialAt, points);
      const kinetic = array(kineticAt, points);
      const turns = turnsIn(memory);
      const shared: Omit<Orbit, "begin" | "leap"> = {
        points,
        potential,
        kinetic,
        position: (point) => positions[point],
        gradient: (point) => gradients[point],
        pairGoesOn: (first, second, sum) =>
          turns.pair(
            velocityAt(first),
            velocityAt(second),
            momentumAt(first),
            momentumAt(second),
            sumAt(sum),
            bytes,
          ) === 1,
        goesOn: (first, last, own, nextFirst, nextLast, next, sum) =>
          turns.stretches(
            velocityAt(first),
            velocityAt(last),
            velocityAt(nextFirst),
            velocityAt(nextLast),
            momentumAt(last),
            momentumAt(nextFirst),
            sumAt(own),
            sumAt(next),
            sumAt(sum),
            bytes,
          ) === 1,
      };
      return {
        shared,
        array,
        velocityAt,
        momentum: (point: number): Float64Array => momenta[point],
        velocity: (point: number): Float64Array => array(velocityAt(point), dim),
        start(q: Float64Array, g: Float64Array, value: number): void {
          positions[0].set(q);
          gradients[0].set(g);
          potential[0] = value;
        },
        /** Writes the addresses of what is read at `from`, and from entry `outputs` on of what is written at `to`. */
        between(from: number, to: number, addresses: number[], outputs: number): void {
          const source = firstPoint + from * pointBytes;
          const target = firstPoint + to * pointBytes;
          addresses[0] = source;
          addresses[1] = source + bytes;
          addresses[2] = source + 2 * bytes;
          addresses[outputs] = target;
          addresses[outputs + 1] = target + bytes;
          addresses[outputs + 2] = target + 2 * bytes;
          addresses[outputs + 3] = potentialAt + 8 * to;
          addresses[outputs + 4] = kineticAt + 8 * to;
        },
        run: program.runAt,
      };
    },
  };
}
