// How a sampler is held to a law: run chains, compare averages with exact expectations in Monte-Carlo standard errors.

import assert from "node:assert/strict";
import { essMean, mcseMean } from "../../src/diagnostics/index.js";
import type { Energy } from "../../src/energies/energy.js";
import { stream } from "../../src/random/index.js";
import { samplers } from "../../src/samplers/index.js";
import type { Info, Kernel, KernelState, Sampler } from "../../src/samplers/kernel.js";
import type { Expectation } from "./laws.js";

export interface Plan {
  readonly chains: number;
  readonly warmup: number;
  readonly draws: number;
  readonly seed: number;
  /** Where every chain starts. */
  readonly start: readonly number[];
  readonly width?: number;
}

/** Two sides of this many standard errors: about 7 in a million, and both runs of a cell must miss. */
const Z = 4.5;

/**
 * Every expectation must lie within 4.5 standard errors of its estimate. Where one does not, everything is run once more
 * with four times the draws and must then.
 */
export function assertExpectations(
  energy: Energy,
  sampler: Sampler,
  plan: Plan,
  expectations: readonly Expectation[],
): void {
  const misses = (run: Plan): string[] => missesOf(values(energy, sampler, run, expectations), expectations);
  if (misses(plan).length > 0) assert.deepEqual(misses({ ...plan, draws: 4 * plan.draws }), []);
}

function missesOf(chainsOfEach: readonly Float64Array[][], expectations: readonly Expectation[]): string[] {
  return expectations.flatMap(({ of, exact, error: ofExact = 0 }, e) => {
    const chains = chainsOfEach[e];
    const all = chains.flatMap((chain) => Array.from(chain));
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    const error = Math.hypot(mcseMean(chains), ofExact);
    const ess = essMean(chains);
    const holds = Math.abs(mean - exact) <= Z * error && ess > 200;
    return holds ? [] : [`E[${of}] is ${exact}, estimated ${mean} +- ${error} from ${ess.toFixed(0)} effective draws`];
  });
}

/** One array per expectation and chain. */
function values(energy: Energy, sampler: Sampler, plan: Plan, expectations: readonly Expectation[]): Float64Array[][] {
  const result = expectations.map(() => Array.from({ length: plan.chains }, () => new Float64Array(plan.draws)));
  visit(energy, sampler, plan, (q, value, chain, draw) => {
    expectations.forEach(({ f }, e) => {
      result[e][chain][draw] = f(q, value);
    });
  });
  return result;
}

type Visitor = (q: Float64Array, energy: number, chain: number, draw: number, info: Info) => void;

/** Runs the chains and shows every draw; returns the kernels as the draws left them. */
export function visit(energy: Energy, sampler: Sampler, plan: Plan, visitor: Visitor): Kernel[] {
  const { width = 1 } = plan;
  const kernels: Kernel[] = [];
  const q = new Float64Array(energy.dim);
  for (let first = 0; first < plan.chains; first += width) {
    const kernel = samplers[sampler.kind].build(energy, sampler.options, width);
    kernels.push(kernel);
    const random = Array.from({ length: width }, (_, c) => stream(plan.seed, "chain", first + c));
    const start = Float64Array.from({ length: energy.dim * width }, (_, k) => plan.start[Math.floor(k / width)]);
    const state: KernelState = kernel.init(start, random);
    const adaptation = kernel.adaptation?.(plan.warmup);
    adaptation?.start(state, random);
    for (let t = 0; t < plan.warmup; t++) {
      const info = kernel.step(state, random);
      adaptation?.update(state, info, random);
    }
    adaptation?.finish(state);
    for (let draw = 0; draw < plan.draws; draw++) {
      const info = kernel.step(state, random);
      kernel.refresh?.(state);
      for (let c = 0; c < width; c++) {
        assert.equal(state.stopped[c], 0, `chain ${first + c} stopped at draw ${draw}`);
        for (let i = 0; i < q.length; i++) q[i] = state.position[i * width + c];
        visitor(q, state.energy[c], first + c, draw, info);
      }
    }
  }
  return kernels;
}
