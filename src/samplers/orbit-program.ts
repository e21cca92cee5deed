// Orbits in WebAssembly, with diagonal and dense masses: points lie in one memory, and a leapfrog step reads one and writes another there.
// With a traced energy a step is one program, gradient included; any other energy is asked between two halves of it.

import type { Energy } from "../energies/energy.js";
import { hasVectors } from "../tensor/backends/wasm/instance.js";
import { compileWasm } from "../tensor/backends/wasm/loops.js";
import { type Graph, gradient, inline, type Shape, type Tensor, trace } from "../tensor/index.js";
import { denseMoves, diagonalMoves, type Moves } from "./leapfrog-moves.js";
import type { Metric } from "./metric.js";
import type { Orbit } from "./orbit.js";
import { tracedEnergy } from "./trajectory-program.js";
import { turnsIn } from "./turn-program.js";

/** The orbit in WebAssembly, or undefined where the metric is of low rank or WebAssembly has no vectors. */
export function compiledOrbit(energy: Energy, kind: Metric["kind"], points: number, sums: number): Orbit | undefined {
  if (kind === "lowRank" || !hasVectors()) return undefined;
  // All kernels of a thread share it: nothing of an orbit outlives a transition.
  const owner = tracedEnergy(energy) ?? energy;
  let byShape = orbits.get(owner);
  if (byShape === undefined) {
    byShape = new Map();
    orbits.set(owner, byShape);
  }
  const key = `${kind} ${points} ${sums}`;
  let orbit = byShape.get(key);
  if (orbit === undefined) {
    orbit = orbitBy(kind === "diagonal" ? diagonalMoves(energy.dim) : denseMoves(energy.dim), energy, points, sums);
    byShape.set(key, orbit);
  }
  return orbit;
}

const orbits = new WeakMap<Graph | Energy, Map<string, Orbit>>();

function orbitBy(moves: Moves, energy: Energy, points: number, sums: number): Orbit {
  const { dim } = energy;
  const { vectors } = moves;
  const traced = tracedEnergy(energy);
  const steps = traced === undefined ? halvesOf(moves, dim) : [stepOf(moves, traced)];
  const starts = moves.start === undefined ? [] : [startOf(moves.start, moves, dim)];
  const { memory, programs, allocate } = compileWasm([...steps, ...starts]);
  const runs = programs.map(({ runAt }) => runAt);

  // Vectors begin at multiples of 64 bytes, and zeros follow their last coordinates.
  const bytes = Math.ceil(dim / 8) * 64;
  const pointBytes = vectors * bytes;
  const firstPoint = allocate(points * pointBytes);
  const firstSum = allocate(sums * bytes);
  const numbersAt = allocate(8 * (3 * points + 3));
  const wayAt = [allocate(bytes), allocate(bytes)];
  const lengthOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);
  const fixedAt = moves.fixed.map((shape) => allocate(8 * lengthOf(shape)));
  const [backwardAt, forwardAt] = [0, 1].map(() => allocate(8 * lengthOf(moves.directed)));

  // The memory grows no more: arrays on it stay.
  const array = (address: number, length: number): Float64Array => new Float64Array(memory.buffer, address, length);
  const each = (vector: number): Float64Array[] =>
    Array.from({ length: points }, (_, point) => array(firstPoint + point * pointBytes + vector * bytes, dim));
  const [positions, momenta, gradients] = [each(0), each(1), each(2)];
  const [potential, kinetic, along] = [0, 1, 2].map((k) => array(numbersAt + 8 * k * points, points));
  const productsAt = numbersAt + 24 * points;
  const found = array(productsAt, 3);
  const fixed = fixedAt.map((address, i) => array(address, lengthOf(moves.fixed[i])));
  const [backward, forward] = [backwardAt, forwardAt].map((address) => array(address, lengthOf(moves.directed)));
  const normals = starts.length > 0 ? array(wayAt[0], dim) : momenta[0];
  const turns = turnsIn(memory);
  const pointAt = (point: number): number => firstPoint + point * pointBytes;
  const momentumAt = (point: number): number => firstPoint + point * pointBytes + bytes;
  const velocityAt = (point: number): number => firstPoint + point * pointBytes + (vectors > 3 ? 3 : 1) * bytes;
  const sumAt = (sum: number): number => firstSum + sum * bytes;

  // The metric and the step size that the numbers are for.
  let known: Metric | undefined;
  let knownVersion = 0;
  let knownSize = 0;

  // Addresses of inputs and outputs, backward and forward in time, so that a step sets those of its two points only.
  const by = [
    [backwardAt, ...fixedAt],
    [forwardAt, ...fixedAt],
  ];
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  const way = wayAt.slice(0, vectors > 3 ? 2 : 1);

  /** Hot: one call of the program. */
  function wholeStep(): Orbit["leap"] {
    const [run] = runs;
    const addresses = by.map((own) => [...zeros(vectors), ...own, ...zeros(vectors + 3)]);
    const outputs = vectors + by[0].length;
    return (from, to, isForward) => {
      const at = addresses[isForward ? 1 : 0];
      const source = pointAt(from);
      const target = pointAt(to);
      for (let k = 0; k < vectors; k++) {
        at[k] = source + k * bytes;
        at[outputs + k] = target + k * bytes;
      }
      for (let k = 0; k < 3; k++) at[outputs + vectors + k] = numbersAt + 8 * (k * points + to);
      run(at);
    };
  }

  /** Two programs, and between them the energy's own function on the arrays of the point. */
  function halves(): Orbit["leap"] {
    const [depart, arrive] = runs;
    const departures = by.map((own) => [...zeros(vectors), ...own, 0, ...way]);
    const arrivals = by.map((own) => [...way, 0, 0, ...own, ...zeros(vectors)]);
    const outputs = way.length + 2 + by[0].length;
    return (from, to, isForward) => {
      const departure = departures[isForward ? 1 : 0];
      const arrival = arrivals[isForward ? 1 : 0];
      const target = pointAt(to);
      for (let k = 0; k < vectors; k++) departure[k] = pointAt(from) + k * bytes;
      departure[vectors + by[0].length] = target;
      depart(departure);
      potential[to] = energy.valueAndGradient(positions[to], gradients[to]);
      arrival[way.length] = target + 2 * bytes;
      arrival[way.length + 1] = momentumAt(from);
      arrival[outputs] = target + bytes;
      for (let k = 3; k < vectors; k++) arrival[outputs + k - 2] = target + k * bytes;
      arrival[outputs + vectors - 2] = numbersAt + 8 * (points + to);
      arrival[outputs + vectors - 1] = numbersAt + 8 * (2 * points + to);
      arrive(arrival);
    };
  }

  const startAddresses = [wayAt[0], pointAt(0) + 2 * bytes, ...fixedAt, momentumAt(0)];
  for (let k = 3; k < vectors; k++) startAddresses.push(pointAt(0) + k * bytes);

  return {
    points,
    potential,
    kinetic,
    along,
    position: (point) => positions[point],
    gradient: (point) => gradients[point],

    begin({ position, gradient: slope, energy: value, stepSize, metric, metricVersion }, random) {
      const renewed = metric !== known || metricVersion !== knownVersion;
      if (renewed) moves.fix(fixed, metric);
      if (renewed || stepSize !== knownSize) {
        moves.direct(backward, metric, -stepSize);
        moves.direct(forward, metric, stepSize);
      }
      known = metric;
      knownVersion = metricVersion;
      knownSize = stepSize;
      positions[0].set(position);
      gradients[0].set(slope);
      potential[0] = value;
      random.fillNormal(normals);
      if (starts.length > 0) runs[steps.length](startAddresses);
      kinetic[0] = turns.dot(momentumAt(0), velocityAt(0), bytes) / 2;
    },

    leap: traced === undefined ? halves() : wholeStep(),

    products(a, b, c, d, sum) {
      const [pa, pb, pc, pd] = [momentumAt(a), momentumAt(b), momentumAt(c), momentumAt(d)];
      turns.products(velocityAt(a), velocityAt(b), pa, pb, pc, pd, sumAt(sum), productsAt, bytes);
      return found;
    },

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
}

/** A point's vectors and `by` to the next point's vectors, its U, its kinetic energy, and the product with the momentum of departure. */
function stepOf(moves: Moves, energy: Graph): Graph {
  const { shape } = energy.inputs[0];
  return trace(
    (inputs) => {
      const [point, by] = [inputs.slice(0, moves.vectors), inputs.slice(moves.vectors)];
      const [next, ...moving] = moves.depart(point, by);
      const [value] = inline(energy, [next]);
      const [slope] = gradient(value, [next]);
      const [momentum, ...carried] = moves.arrive(moving, slope, by);
      return [next, momentum, slope, ...carried, value, ...numbersOf(momentum, carried, point[1])];
    },
    [...vectorsOf(shape, moves.vectors), moves.directed, ...moves.fixed],
  );
}

/** The same in two, before the gradient and after it. */
function halvesOf(moves: Moves, dim: number): Graph[] {
  const moving = moves.vectors > 3 ? 2 : 1;
  const by = [moves.directed, ...moves.fixed];
  return [
    trace(
      (inputs) => moves.depart(inputs.slice(0, moves.vectors), inputs.slice(moves.vectors)),
      [...vectorsOf([dim], moves.vectors), ...by],
    ),
    trace(
      (inputs) => {
        const [slope, from, ...rest] = inputs.slice(moving);
        const [momentum, ...carried] = moves.arrive(inputs.slice(0, moving), slope, rest);
        return [momentum, ...carried, ...numbersOf(momentum, carried, from)];
      },
      [...vectorsOf([dim], moving + 2), ...by],
    ),
  ];
}

function startOf(start: NonNullable<Moves["start"]>, { fixed }: Moves, dim: number): Graph {
  return trace(([normals, g, ...rest]) => start(normals, g, rest), [[dim], [dim], ...fixed]);
}

function numbersOf(momentum: Tensor, [velocity = momentum]: readonly Tensor[], from: Tensor): Tensor[] {
  return [momentum.mul(velocity).sum().div(2), velocity.mul(from).sum()];
}

function vectorsOf(shape: Shape, count: number): Shape[] {
  return Array.from({ length: count }, () => shape);
}
