// The kernels without trajectories, many chains at a time: a chain is the same alone and beside others, and goes on from its memory; what
// is broken is refused, recorded or stopped.

import assert from "node:assert/strict";
import { test } from "node:test";
import { banana as tracedBanana } from "../../src/energies/banana.js";
import type { Energy } from "../../src/energies/energy.js";
import { energy as traced } from "../../src/energies/traced.js";
import { type Random, restore, stream } from "../../src/random/index.js";
import {
  ellipticalSlice,
  gradientDescent,
  langevin,
  mala,
  nesterov,
  randomWalk,
  samplers,
} from "../../src/samplers/index.js";
import type { Adaptation, Kernel, KernelState, Memory, Sampler } from "../../src/samplers/kernel.js";
import { visit } from "./expectations.js";
import { banana, energyOf, truncatedNormal } from "./laws.js";

const cooling = Float64Array.from({ length: 40 }, (_, t) => 2 - t / 40);

const kernels: { name: string; sampler: Sampler }[] = [
  { name: "langevin()", sampler: langevin() },
  {
    name: "langevin of given schedules",
    sampler: langevin({ stepSize: cooling.map((x) => x / 1000), temperature: cooling }),
  },
  { name: "mala()", sampler: mala() },
  { name: "mala that cools down", sampler: mala({ stepSize: 0.01, temperature: cooling, mass: [2, 1] }) },
  { name: "randomWalk()", sampler: randomWalk() },
  { name: "randomWalk of a diagonal", sampler: randomWalk({ covariance: "diagonal", temperature: cooling }) },
  {
    name: "ellipticalSlice()",
    sampler: ellipticalSlice({
      mean: [1, 1],
      covariance: [
        [1, 0.5],
        [0.5, 3],
      ],
    }),
  },
  { name: "gradientDescent()", sampler: gradientDescent() },
  { name: "nesterov()", sampler: nesterov() },
];

const energies: { name: string; energy: Energy }[] = [
  { name: "a traced energy", energy: tracedBanana() },
  { name: "a hand-written energy", energy: banana.energy },
];

const [warmup, draws] = [60, 30];

for (const { name, sampler } of kernels) {
  for (const { name: whose, energy } of energies) {
    test(`${name} on ${whose}: the same chains, to the last bit, alone and beside any number of others`, () => {
      const run = (width: number, chains: number): Float64Array => {
        const seen: number[][] = Array.from({ length: chains }, () => []);
        const plan = { chains, width, warmup, draws, seed: 100, start: [1, 1] };
        visit(energy, sampler, plan, (q, value, chain, _draw, info) => {
          seen[chain].push(...q, value, ...Object.values(info).map((numbers) => numbers[chain % width]));
        });
        return Float64Array.from(seen.flat());
      };
      const alone = run(1, 5);
      assert.ok(!alone.includes(Number.NaN));
      assert.deepEqual(run(5, 5), alone);
      assert.deepEqual(run(11, 11).subarray(0, alone.length), alone);
    });

    test(`${name} on ${whose}: from its memory it goes on as if never interrupted, in warmup and after it`, () => {
      const whole = begun(energy, sampler);
      const parted = begun(energy, sampler);
      for (const length of [37, 41]) {
        go(whole, length);
        go(parted, length);
        const copy = again(energy, sampler, parted);
        go(parted, 5);
        go(copy, 5);
        assert.deepEqual(copy.trace, parted.trace);
        Object.assign(parted, again(energy, sampler, copy));
        go(whole, 5);
      }
      assert.deepEqual(parted.trace, whole.trace);
      assert.ok(whole.time > warmup);
    });
  }
}

/** Three chains under way. */
interface Run {
  kernel: Kernel;
  state: KernelState;
  adaptation: Adaptation | undefined;
  random: Random[];
  time: number;
  /** Everything seen of the latest transitions. */
  trace: number[];
}

const width = 3;

function begun(energy: Energy, sampler: Sampler): Run {
  const kernel = samplers[sampler.kind].build(energy, sampler.options, width);
  const random = Array.from({ length: width }, (_, c) => stream(101, c));
  const state = kernel.init(Float64Array.of(1, 0.5, 0, 1, 0.2, 0.4), random);
  const adaptation = kernel.adaptation?.(warmup);
  adaptation?.start(state, random);
  return { kernel, state, adaptation, random, time: 0, trace: [] };
}

function go(run: Run, transitions: number): void {
  const { kernel, state, adaptation, random } = run;
  run.trace = [];
  for (let k = 0; k < transitions; k++) {
    const info = kernel.step(state, random);
    run.time++;
    if (run.time <= warmup) adaptation?.update(state, info, random);
    if (run.time === warmup) adaptation?.finish(state);
    kernel.refresh?.(state);
    run.trace.push(...state.position, ...state.energy, ...Object.values(info).flatMap((numbers) => [...numbers]));
  }
  run.trace.push(...Object.values(kernel.parameters()).flatMap((numbers) => [...numbers]));
}

/** A kernel of its own that goes on where `run` stands, known by its memory and its streams alone. */
function again(energy: Energy, sampler: Sampler, run: Run): Run {
  const kernel = samplers[sampler.kind].build(energy, sampler.options, width);
  const random = run.random.map((source) => restore(JSON.parse(JSON.stringify(source.state()))));
  const state = kernel.init(run.state.position.slice(), random);
  copy(run.kernel.memory!(run.state), kernel.memory!(state));
  kernel.restored?.(state);
  const adaptation = run.time < warmup ? kernel.adaptation?.(warmup) : undefined;
  if (adaptation !== undefined) {
    copy(run.adaptation!.memory!(), adaptation.memory!());
    adaptation.restored?.(state);
  }
  return { kernel, state, adaptation, random, time: run.time, trace: run.trace };
}

function copy(from: Memory, to: Memory): void {
  assert.deepEqual(Object.keys(to), Object.keys(from));
  for (const [name, numbers] of Object.entries(from)) {
    assert.equal(numbers.length % width, 0, `${name} has a column per chain`);
    to[name].set(numbers);
  }
}

test("a start outside of the support, or with a broken gradient, is refused with its column", () => {
  const random = [0, 1, 2].map((c) => stream(102, c));
  const broken = energyOf(1, ([q], gradient) => {
    gradient[0] = q === 5 ? Number.NaN : q;
    return q * q;
  });
  for (const sampler of [langevin(), mala(), randomWalk(), ellipticalSlice(), gradientDescent(), nesterov()]) {
    const { kind } = sampler;
    const build = (energy: Energy) => samplers[kind].build(energy, sampler.options, 3);
    assert.throws(
      () => build(truncatedNormal.energy).init(Float64Array.of(0, 5, 0), random),
      new RegExp(`^RangeError: ${kind}: the energy at the start of column 1 must be finite, got Infinity$`),
    );
    if (kind === "randomWalk" || kind === "ellipticalSlice") continue;
    assert.throws(
      () => build(broken).init(Float64Array.of(0, 5, 0), random),
      new RegExp(`^RangeError: ${kind}: the gradient at the start of column 1 must be finite, got NaN$`),
    );
  }
});

/** Steps of three columns that start at 0.5, -0.5 and 1. */
function stepped(energy: Energy, sampler: Sampler, transitions: number): { state: KernelState; kernel: Kernel } {
  const random = [0, 1, 2].map((c) => stream(103, c));
  const kernel = samplers[sampler.kind].build(energy, sampler.options, 3);
  const start = Float64Array.from({ length: 3 * energy.dim }, (_, k) => [0.5, -0.5, 1][k % 3]);
  const state = kernel.init(start, random);
  for (let t = 0; t < transitions; t++) kernel.step(state, random);
  kernel.refresh?.(state);
  return { state, kernel };
}

test("an unadjusted step of 1e9 runs away: the chain is stopped at its last finite position, and its neighbours go on", () => {
  // Flat for negative q, steep for positive: the columns that start at 0.5 and 1 are thrown out, and the other stays where it is.
  const half = traced(1, (q) => q.relu().square().square().sum().div(4));
  const well = traced(1, (q) => q.square().square().sum().div(4));
  for (const make of [gradientDescent, nesterov, langevin]) {
    const sampler = make({ stepSize: 1e9, ...(make === langevin ? { noiseScale: 0 } : {}) });
    const { state } = stepped(half, sampler, 20);
    assert.ok(state.position.every(Number.isFinite) && state.position[1] === -0.5, sampler.kind);
    const { state: gone } = stepped(well, sampler, 20);
    assert.deepEqual([...gone.stopped], [1, 1, 1], sampler.kind);
    assert.ok(
      gone.position.every((q) => Number.isFinite(q) && Math.abs(q) > 1e8),
      sampler.kind,
    );
  }
});

test("a stopped column does not move, and does not disturb the others", () => {
  const wall = energyOf(1, ([q], gradient) => {
    gradient[0] = q > 0.9 ? -3 : 0.1 * q;
    return q > 2 ? Number.NaN : q > 0.9 ? -3 * q : 0.05 * q * q;
  });
  const { state } = stepped(wall, langevin({ stepSize: 0.1, noiseScale: 1e-3 }), 50);
  assert.deepEqual([...state.stopped], [0, 0, 1]);
  assert.ok(state.position[2] > 1.5 && state.position[2] <= 2);
  assert.ok(state.position.every(Number.isFinite));
});

test("adjusted kernels refuse proposals whose energy is no number, and stay within the support", () => {
  const pit = energyOf(1, ([q], gradient) => {
    gradient[0] = q;
    return q > 1.5 ? Number.NaN : q < -1.5 ? Number.NEGATIVE_INFINITY : (q * q) / 2;
  });
  for (const sampler of [mala({ stepSize: 1 }), randomWalk({ stepSize: 2 }), ellipticalSlice()]) {
    const { state } = stepped(pit, sampler, 300);
    assert.ok(
      state.position.every((q) => Math.abs(q) <= 1.5),
      `${sampler.kind}: ${state.position}`,
    );
    assert.ok(state.energy.every(Number.isFinite));
  }
});

test("steps of 1e9 and 1e-12 of adjusted kernels are refused and taken, and nothing breaks", () => {
  const normal = traced(2, (q) => q.square().sum().mul(0.5));
  for (const [stepSize, accepted] of [
    [1e9, 0],
    [1e-12, 1],
  ]) {
    for (const sampler of [mala({ stepSize }), randomWalk({ stepSize })]) {
      const random = [stream(104)];
      const kernel = samplers[sampler.kind].build(normal, sampler.options, 1);
      const state = kernel.init(Float64Array.of(1, -1), random);
      for (let t = 0; t < 20; t++) assert.equal(kernel.step(state, random).accepted[0], accepted, sampler.kind);
      assert.ok(state.position.every((q) => Math.abs(Math.abs(q) - 1) < 1e-4));
    }
  }
});

test("ten thousand dimensions, traced or not, are as good as one", () => {
  const dim = 10000;
  const large = traced(dim, (q) => q.square().sum().mul(0.5));
  const plain = energyOf(dim, (q, gradient) => {
    gradient.set(q);
    return q.reduce((sum, x) => sum + x * x, 0) / 2;
  });
  const start = Array.from({ length: dim }, (_, i) => Math.sin(i) * Math.SQRT2);
  for (const energy of [large, plain]) {
    for (const sampler of [langevin(), mala(), randomWalk(), ellipticalSlice(), gradientDescent(), nesterov()]) {
      const plan = { chains: 1, warmup: 30, draws: 30, seed: 105, start };
      visit(energy, sampler, plan, (q, value) => {
        assert.ok(Math.abs(value - energy.value(q)) <= 1e-9 * value + 1e-9);
      });
    }
  }
});
