// The contract of `memory`: a run that was cut anywhere and gone on with is, byte for byte, the run that was never cut.

import assert from "node:assert/strict";
import "./platform.js";
import type { Draws } from "../../src/chains/draws.js";
import { energyPrint } from "../../src/chains/energy-print.js";
import { openGroup } from "../../src/chains/group.js";
import { type SampleOptions, sample } from "../../src/chains/index.js";
import { openLedger } from "../../src/chains/ledger.js";
import { readRequest } from "../../src/chains/options.js";
import { groupCount, transitionsOf } from "../../src/chains/plan.js";
import { prepare } from "../../src/chains/shift.js";
import type { Energy } from "../../src/energies/energy.js";
import type { Sampler } from "../../src/samplers/kernel.js";

/** All that a run says of the chains, without the time it took. */
export function content({ seconds: _, ...draws }: Draws): Omit<Draws, "seconds"> {
  return draws;
}

const silent = () => {};

/**
 * Holds a sampler to it: cut before its first transition, in warmup (in the middle of each of its parts, whatever they are), at its
 * end, between draws and between the transitions of one draw; gone on with as it was, after a structured clone, and to more draws.
 */
export async function resumesExactly(energy: Energy, sampler: Sampler, options: SampleOptions = {}): Promise<void> {
  const { warmup = 60, draws = 12 } = options;
  const given = {
    chains: 3,
    seed: 41,
    thin: 2,
    keepWarmup: true,
    workers: 0,
    ...options,
    warmup,
    draws,
    onEvent: silent,
  };
  const whole = content(await sample(energy, sampler, given));
  const total = warmup + draws * given.thin;
  const inWarmup = [0, 1, 0.13, 0.29, 0.5, 0.77].map((share) => (share === 1 ? 1 : Math.floor(share * warmup)));
  const cuts = new Set([...inWarmup, warmup - 1, warmup, warmup + 1, warmup + 2, total - 3, total - 1, total]);
  for (const at of cuts) {
    if (at < 0 || at > total) continue;
    const cut = cutAt(energy, sampler, given, at);
    const resumed = await sample(energy, sampler, { resume: structuredClone(cut), workers: 0, onEvent: silent });
    assert.deepEqual(content(resumed), whole, `${sampler.kind}, cut after ${at} of ${total} transitions`);
  }
  // Schedules know how long the run is: only a run without them is the same whatever it was first meant to be.
  if (JSON.stringify(whole.sampler) !== JSON.stringify(sampler)) return;
  const half = await sample(energy, sampler, { ...given, draws: Math.ceil(draws / 2) });
  const longer = await sample(energy, sampler, { resume: half, draws, workers: 0, onEvent: silent });
  assert.deepEqual(content(longer), whole, `${sampler.kind}, gone on with after ${half.draws} of ${draws} draws`);
}

/**
 * What a run would return that was aborted when its chains had made so many transitions: the same for all of them, or `transitions(g)`
 * for those of group `g`, undefined where it had not begun.
 */
export function cutAt(
  energy: Energy,
  sampler: Sampler,
  options: SampleOptions,
  transitions: number | ((group: number) => number | undefined),
): Draws {
  const { plan, definition, earlier } = readRequest(energy, sampler, options);
  const ledger = openLedger(plan, { names: energy.names, energy: energyPrint(energy), earlier });
  const storage = ledger.allocate(prepare(energy, definition, plan).statistics, false);
  ledger.listen(() => {});
  for (let g = 0; g < groupCount(plan); g++) {
    const at = typeof transitions === "number" ? transitions : transitions(g);
    if (at === undefined) continue;
    const first = g * plan.width;
    const width = Math.min(plan.width, plan.chains - first);
    const kernel = definition.build(energy, plan.sampler.options, width);
    ledger.report.opened(first, width);
    const group = openGroup(energy, kernel, plan, first, storage, ledger.report);
    const inWarmup = Math.min(at, plan.warmup);
    if (inWarmup > 0) group.advance(inWarmup);
    if (at > inWarmup) group.advance(at - inWarmup);
    assert.ok(at <= transitionsOf(plan));
    group.close();
  }
  return ledger.draws({ aborted: true, seconds: 0, handOver: true });
}
