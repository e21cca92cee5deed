// A chain that is broken off and gone on with from its memory, in a fresh kernel, is the chain that never stopped.

import assert from "node:assert/strict";
import type { Energy } from "../../src/energies/energy.js";
import { type Random, restore, stream } from "../../src/random/index.js";
import { samplers } from "../../src/samplers/index.js";
import type { Adaptation, Info, Kernel, KernelState, Memory, Sampler } from "../../src/samplers/kernel.js";

export interface Journey {
  readonly warmup: number;
  readonly draws: number;
  readonly start: readonly number[];
  /** After how many transitions, warmup included, the chain is broken off. */
  readonly breaks: readonly number[];
}

interface Running {
  readonly kernel: Kernel;
  readonly state: KernelState;
  readonly adaptation: Adaptation | undefined;
  readonly random: Random[];
}

/** Runs the journey with and without its breaks; every statistic and every array of the memory must be the same, bit for bit. */
export function assertGoesOn(energy: Energy, sampler: Sampler, journey: Journey): void {
  const whole = travelled(energy, sampler, { ...journey, breaks: [] });
  const broken = travelled(energy, sampler, journey);
  assert.equal(broken.length, whole.length);
  for (let k = 0; k < whole.length; k++) assert.ok(Object.is(broken[k], whole[k]), `number ${k} differs`);
}

function travelled(energy: Energy, sampler: Sampler, { warmup, draws, start, breaks }: Journey): number[] {
  const begin = (random: Random[]): Running => {
    const kernel = samplers[sampler.kind].build(energy, sampler.options, 1);
    const state = kernel.init(Float64Array.from(start), random);
    return { kernel, state, adaptation: kernel.adaptation?.(warmup), random };
  };
  const seen: number[] = [];
  let now = begin([stream(77, "chain", 0)]);
  now.adaptation?.start(now.state, now.random);
  for (let t = 0; t < warmup + draws; t++) {
    if (breaks.includes(t)) {
      // Begun from streams of its own, which are then those of the chain that stopped.
      const next = begin([stream(1, "another")]);
      const random = now.random.map((one) => restore(structuredClone(one.state())));
      overwrite(next.kernel.memory(next.state), now.kernel.memory(now.state));
      next.kernel.restored?.(next.state);
      if (t < warmup && next.adaptation !== undefined) {
        overwrite(next.adaptation.memory(), now.adaptation?.memory());
        next.adaptation.restored?.(next.state);
      }
      now = { ...next, random };
    }
    const info: Info = now.kernel.step(now.state, now.random);
    if (t < warmup) now.adaptation?.update(now.state, info, now.random);
    if (t === warmup - 1) now.adaptation?.finish(now.state);
    for (const name of now.kernel.statistics) seen.push(info[name][0]);
    for (const values of Object.values(now.kernel.memory(now.state) ?? {})) seen.push(...values);
  }
  return seen;
}

function overwrite(to: Memory | undefined, from: Memory | undefined): void {
  assert.ok(to !== undefined && from !== undefined, "there is no memory");
  assert.deepEqual(Object.keys(to), Object.keys(from));
  for (const [name, values] of Object.entries(structuredClone(from))) to[name].set(values);
}
