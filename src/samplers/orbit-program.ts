// Orbits in WebAssembly, with diagonal and dense masses: points lie in one memory, and a leapfrog step reads one and writes another there.
// With a traced energy a step is one program, gradient included; any other energy is asked between two halves of it.

import type { Energy } from "../energies/energy.js";
import { hasVectors } from "../tensor/backends/wasm/instance.js";
import { compileWasm } from "../tensor/backends/wasm/loops.js";
import { type Graph, gradient, inline, type Shape, type Tensor, trace } from "../tensor/index.js";
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

/** What a metric makes of a leapfrog step, as expressions of numbers that hold the metric and the step size. */
interface Moves {
  /** Shapes of `by`: what has another sign backward in time, and what is the same in both directions. */
  readonly directed: Shape;
  readonly fixed: readonly Shape[];
  /** From a point's position, momentum and gradient: the next position, and the momentum on the way. */
  depart(q: Tensor, p: Tensor, g: Tensor, by: readonly Tensor[]): [Tensor, Tensor];
  /** From the momentum on the way and the gradient there: the momentum, and its velocity unless that is the same. */
  arrive(half: Tensor, g: Tensor, by: readonly Tensor[]): [Tensor] | [Tensor, Tensor];
  /** Writes the directed numbers for steps of this size, negative where backward. */
  direct(numbers: Float64Array, metric: Metric, stepSize: number): void;
  /** Writes the others, where there are any. */
  fix(numbers: readonly Float64Array[], metric: Metric): void;
  /** Turns standard normal numbers into a momentum, and writes its velocity. */
  draw(p: Float64Array, v: Float64Array, metric: Metric): void;
}

/**
 * Momenta are kept as M^(-1/2) p: standard normal at the start, equal to their velocities, and with the same inner products, so that
 * masses are met in kicks and drifts only.
 */
function diagonalMoves(dim: number): Moves {
  return {
    // Half a step times M^(-1/2).
    directed: [dim],
    fixed: [],
    depart(q, p, g, [kick]) {
      const half = p.sub(kick.mul(g));
      return [q.add(kick.mul(2).mul(half)), half];
    },
    arrive: (half, g, [kick]) => [half.sub(kick.mul(g))],
    direct(kick, { inverseMass }, stepSize) {
      for (let i = 0; i < dim; i++) kick[i] = (stepSize / 2) * Math.sqrt(inverseMass[i]);
    },
    fix() {},
    draw() {},
  };
}

function denseMoves(dim: number): Moves {
  return {
    directed: [],
    fixed: [[dim, dim]],
    depart(q, p, g, [stepSize, inverseMass]) {
      const half = p.sub(stepSize.mul(0.5).mul(g));
      return [q.add(stepSize.mul(inverseMass.matmul(half))), half];
    },
    arrive(half, g, [stepSize, inverseMass]) {
      const momentum = half.sub(stepSize.mul(0.5).mul(g));
      return [momentum, inverseMass.matmul(momentum)];
    },
    direct(size, _metric, stepSize) {
      size[0] = stepSize;
    },
    fix([matrix], { inverseMass }) {
      matrix.set(inverseMass);
    },
    draw(p, v, metric) {
      metric.momentum(p, p);
      metric.velocity(p, v);
    },
  };
}

function orbitBy(moves: Moves, energy: Energy, points: number, sums: number): Orbit {
  const { dim } = energy;
  const { graphs, velocities } = graphsOf(moves, energy);
  const { memory, programs, allocate } = compileWasm(graphs);

  const bytes = Math.ceil(dim / 8) * 64;
  const vectors = velocities ? 4 : 3;
  const pointBytes = vectors * bytes;
  const firstPoint = allocate(points * pointBytes);
  const firstSum = allocate(sums * bytes);
  const numbersAt = allocate(8 * (3 * points + 3));
  const halfAt = allocate(bytes);
  const numbersOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);
  const fixedAt = moves.fixed.map((shape) => allocate(8 * numbersOf(shape)));
  const [backwardAt, forwardAt] = [0, 1].map(() => allocate(8 * numbersOf(moves.directed)));
  const byAt = [
    [backwardAt, ...fixedAt],
    [forwardAt, ...fixedAt],
  ];

  // The memory grows no more: arrays on it stay.
  const array = (address: number, length: number): Float64Array => new Float64Array(memory.buffer, address, length);
  const each = (vector: number): Float64Array[] =>
    Array.from({ length: points }, (_, point) => array(firstPoint + point * pointBytes + vector * bytes, dim));
  const [positions, momenta, gradients] = [each(0), each(1), each(2)];
  const velocityOf = velocities ? each(3) : momenta;
  const [potential, kinetic, along] = [0, 1, 2].map((k) => array(numbersAt + 8 * k * points, points));
  const productsAt = numbersAt + 24 * points;
  const found = array(productsAt, 3);
  const fixed = fixedAt.map((address, i) => array(address, numbersOf(moves.fixed[i])));
  const [backward, forward] = [backwardAt, forwardAt].map((address) => array(address, numbersOf(moves.directed)));
  const turns = turnsIn(memory);
  const momentumAt = (point: number): number => firstPoint + point * pointBytes + bytes;
  const velocityAt = (point: number): number => firstPoint + point * pointBytes + (velocities ? 3 : 1) * bytes;
  const sumAt = (sum: number): number => firstSum + sum * bytes;

  // The metric and the step size that the numbers are for.
  let known: Metric | undefined;
  let knownVersion = 0;
  let knownSize = 0;

  // Addresses of inputs and outputs, backward and forward in time, so that a step sets those of its two points only.
  const leap =
    programs.length === 1
      ? wholeStep(programs[0].runAt, byAt, velocities)
      : halves(programs[0].runAt, programs[1].runAt, byAt, velocities);

  return {
    points,
    potential,
    kinetic,
    along,
    position: (point) => positions[point],
    gradient: (point) => gradients[point],

    begin(start, random) {
      const { metric, metricVersion, stepSize } = start;
      const renewed = metric !== known || metricVersion !== knownVersion;
      if (renewed) moves.fix(fixed, metric);
      if (renewed || stepSize !== knownSize) {
        moves.direct(backward, metric, -stepSize);
        moves.direct(forward, metric, stepSize);
      }
      known = metric;
      knownVersion = metricVersion;
      knownSize = stepSize;
      positions[0].set(start.position);
      gradients[0].set(start.gradient);
      potential[0] = start.energy;
      random.fillNormal(momenta[0]);
      moves.draw(momenta[0], velocityOf[0], metric);
      kinetic[0] = turns.dot(momentumAt(0), velocityAt(0), bytes) / 2;
    },

    leap,

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

  type Run = (addresses: readonly number[]) => void;

  /** Hot: one call of the program. */
  function wholeStep(run: Run, parameters: readonly number[][], hasVelocity: boolean): Orbit["leap"] {
    const inputs = 3 + parameters[0].length;
    const addresses = parameters.map((own) => [0, 0, 0, ...own, ...new Array<number>(hasVelocity ? 7 : 6).fill(0)]);
    return (from, to, forward) => {
      const at = addresses[forward ? 1 : 0];
      const source = firstPoint + from * pointBytes;
      const target = firstPoint + to * pointBytes;
      at[0] = source;
      at[1] = source + bytes;
      at[2] = source + 2 * bytes;
      at[inputs] = target;
      at[inputs + 1] = target + 2 * bytes;
      at[inputs + 2] = numbersAt + 8 * to;
      writeArrival(at, inputs + 3, to);
      run(at);
    };
  }

  /** Two programs, and between them the energy's own function on the arrays of the point. */
  function halves(depart: Run, arrive: Run, parameters: readonly number[][], hasVelocity: boolean): Orbit["leap"] {
    const inputs = 3 + parameters[0].length;
    const departures = parameters.map((own) => [0, 0, 0, ...own, 0, halfAt]);
    const arrivals = parameters.map((own) => [halfAt, 0, 0, ...own, ...new Array<number>(hasVelocity ? 4 : 3).fill(0)]);
    return (from, to, forward) => {
      const departure = departures[forward ? 1 : 0];
      const arrival = arrivals[forward ? 1 : 0];
      const source = firstPoint + from * pointBytes;
      const target = firstPoint + to * pointBytes;
      departure[0] = source;
      departure[1] = source + bytes;
      departure[2] = source + 2 * bytes;
      departure[inputs] = target;
      depart(departure);
      potential[to] = energy.valueAndGradient(positions[to], gradients[to]);
      arrival[1] = target + 2 * bytes;
      arrival[2] = source + bytes;
      writeArrival(arrival, inputs, to);
      arrive(arrival);
    };
  }

  /** Where `arrivalOf` is to go. */
  function writeArrival(addresses: number[], first: number, to: number): void {
    addresses[first] = momentumAt(to);
    addresses[first + 1] = numbersAt + 8 * (points + to);
    addresses[first + 2] = numbersAt + 8 * (2 * points + to);
    if (velocities) addresses[first + 3] = velocityAt(to);
  }
}

/** The step as one graph where the energy was traced, else what comes before and after its gradient. */
function graphsOf(moves: Moves, energy: Energy): { graphs: Graph[]; velocities: boolean } {
  const vector = [energy.dim];
  let velocities = false;
  /** Momentum, kinetic energy, product with the momentum of departure, and the velocity where it is another vector. */
  const arrivalOf = (half: Tensor, g: Tensor, from: Tensor, by: readonly Tensor[]): Tensor[] => {
    const [momentum, velocity] = moves.arrive(half, g, by);
    velocities = velocity !== undefined;
    const v = velocity ?? momentum;
    const numbers = [momentum, momentum.mul(v).sum().div(2), v.mul(from).sum()];
    return velocity === undefined ? numbers : [...numbers, velocity];
  };
  const traced = tracedEnergy(energy);
  if (traced !== undefined) {
    const step = trace(
      ([q, p, g, ...by]) => {
        const [next, half] = moves.depart(q, p, g, by);
        const [value] = inline(traced, [next]);
        const [slope] = gradient(value, [next]);
        return [next, slope, value, ...arrivalOf(half, slope, p, by)];
      },
      [vector, vector, vector, moves.directed, ...moves.fixed],
    );
    return { graphs: [step], velocities };
  }
  const depart = trace(
    ([q, p, g, ...by]) => moves.depart(q, p, g, by),
    [vector, vector, vector, moves.directed, ...moves.fixed],
  );
  const arrive = trace(
    ([half, g, from, ...by]) => arrivalOf(half, g, from, by),
    [vector, vector, vector, moves.directed, ...moves.fixed],
  );
  return { graphs: [depart, arrive], velocities };
}
