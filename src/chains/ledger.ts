// What is known of a run so far, and how it becomes `Draws`: at its end, or at any moment before.

import type { EventSink, RunEvent } from "../platform/platform.js";
import { type RandomState, stream } from "../random/index.js";
import type { Draws } from "./draws.js";
import type { GroupEnd, Reporter } from "./group.js";
import { type Plan, transitionsOf } from "./plan.js";
import { PROGRESS, type Storage, type Table } from "./storage.js";

export interface Ledger {
  readonly plan: Plan;
  /** Where events go; until this is called they are held back. */
  listen(sink: EventSink): void;
  readonly report: Reporter;
  /** Set once the statistics' names are known. */
  storage: Storage | undefined;
  /** Sends a progress event for every chain that moved since the last call. */
  tellProgress(): void;
  /** The mean share of the chains' transitions that are made. */
  fraction(): number;
  /** A copy of all there is, except that a whole run's arrays which nobody else can write are handed over as they are. */
  draws(options: { readonly aborted: boolean; readonly seconds: number; readonly handOver: boolean }): Draws;
}

export function openLedger(plan: Plan, names: readonly string[]): Ledger {
  const { chains, dim } = plan;
  const total = transitionsOf(plan);
  const adapted: Record<string, Float64Array> = {};
  const position = new Float64Array(chains * dim).fill(Number.NaN);
  const random: (RandomState | undefined)[] = new Array(chains).fill(undefined);
  const stopped: { chain: number; draw: number; reason: string }[] = [];
  const told = new Float64Array(chains);
  const heldBack: RunEvent[] = [];
  let sink: EventSink = (event) => heldBack.push(event);

  function noteAdapted(first: number, width: number, parameters: Record<string, Float64Array>): void {
    for (const [name, values] of Object.entries(parameters)) {
      const each = values.length / width;
      adapted[name] ??= new Float64Array(chains * each).fill(Number.NaN);
      for (let c = 0; c < width; c++) {
        for (let i = 0; i < each; i++) adapted[name][(first + c) * each + i] = values[i * width + c];
      }
    }
  }

  function noteEnd(end: GroupEnd): void {
    position.set(end.position, end.first * dim);
    end.random.forEach((state, c) => {
      random[end.first + c] = state;
    });
  }

  const ledger: Ledger = {
    plan,
    storage: undefined,
    listen(next) {
      sink = next;
      for (const event of heldBack.splice(0)) next(event);
    },
    report: {
      opened() {},
      event(event: RunEvent) {
        if (event.type === "stopped") stopped.push({ chain: event.chain, draw: event.draw, reason: event.reason });
        sink(event);
      },
      adapted: noteAdapted,
      ended: noteEnd,
    },
    tellProgress() {
      const progress = ledger.storage?.progress;
      if (progress === undefined) return;
      for (let chain = 0; chain < chains; chain++) {
        const [done, acceptance, divergences, stepSize] = progress.subarray(chain * PROGRESS, (chain + 1) * PROGRESS);
        if (Number.isNaN(done) || done === told[chain]) continue;
        told[chain] = done;
        const warmup = done < plan.warmup;
        sink({ type: "progress", chain, done, total, warmup, acceptance, divergences, stepSize });
      }
    },
    fraction() {
      let done = 0;
      for (let chain = 0; chain < chains; chain++) done += ledger.storage?.progress[chain * PROGRESS] || 0;
      return done / (chains * total);
    },
    draws({ aborted, seconds, handOver }) {
      const storage = ledger.storage;
      const lengths = Array.from({ length: chains }, (_, chain) => (storage ? Atomics.load(storage.kept, chain) : 0));
      const kept = tableOf(plan, storage?.draws, plan.draws, lengths, storage?.names ?? ["energy"], handOver);
      return {
        chains,
        draws: plan.draws,
        dim,
        names: [...names],
        lengths,
        position: kept.position,
        stats: kept.stats,
        ...(plan.keepWarmup ? { warmup: warmupOf(plan, storage, handOver) } : {}),
        adapted: Object.fromEntries(Object.entries(adapted).map(([name, values]) => [name, values.slice()])),
        final: {
          position: endPositions(plan, position, kept.position, lengths),
          random: random.map(
            (state, chain) => state ?? stream(plan.seed, "chain", chain, "after", lengths[chain]).state(),
          ),
        },
        sampler: plan.sampler,
        seed: plan.seed,
        stopped: [...stopped].sort((a, b) => a.chain - b.chain),
        aborted,
        seconds,
      };
    },
  };
  return ledger;
}

function warmupOf(plan: Plan, storage: Storage | undefined, handOver: boolean): NonNullable<Draws["warmup"]> {
  const lengths = Array.from({ length: plan.chains }, (_, chain) =>
    storage ? Atomics.load(storage.warmed, chain) : 0,
  );
  const table = tableOf(plan, storage?.warmup, plan.warmup, lengths, storage?.names ?? ["energy"], handOver);
  return { draws: plan.warmup, ...table };
}

// NaN beyond each chain's length. (A slice of shared memory is memory of its own.)
function tableOf(
  plan: Plan,
  table: Table | undefined,
  draws: number,
  lengths: readonly number[],
  names: readonly string[],
  handOver: boolean,
): { position: Float64Array; stats: Record<string, Float64Array> } {
  const own = (values: Float64Array | undefined, each: number): Float64Array => {
    const result =
      values === undefined ? new Float64Array(plan.chains * draws * each) : handOver ? values : values.slice();
    lengths.forEach((length, chain) => {
      result.fill(Number.NaN, (chain * draws + length) * each, (chain + 1) * draws * each);
    });
    return result;
  };
  return {
    position: own(table?.position, plan.dim),
    stats: Object.fromEntries(names.map((name, s) => [name, own(table?.stats[s], 1)])),
  };
}

// A chain that could not report its end, because its thread was ended or is still at work, ends at its last kept draw.
function endPositions(plan: Plan, ends: Float64Array, kept: Float64Array, lengths: readonly number[]): Float64Array {
  const { dim, draws } = plan;
  const result = ends.slice();
  lengths.forEach((length, chain) => {
    if (length === 0 || !Number.isNaN(ends[chain * dim])) return;
    const last = (chain * draws + length - 1) * dim;
    result.set(kept.subarray(last, last + dim), chain * dim);
  });
  return result;
}
