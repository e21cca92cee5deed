// What is known of a run so far, and how it becomes `Draws`: at its end, or at any moment before.

import type { EventSink, RunEvent } from "../platform/platform.js";
import type { Draws, Final } from "./draws.js";
import { drawsText } from "./draws-text.js";
import { type Earlier, type EarlierRows, warmedOf } from "./earlier.js";
import type { Reporter } from "./group.js";
import { type Plan, transitionsOf } from "./plan.js";
import { printedAs } from "./printed.js";
import { type GroupEnd, type Standing, standingOf } from "./standing.js";
import { allocateStorage, PROGRESS, type Storage, type Table } from "./storage.js";

export interface Ledger {
  readonly plan: Plan;
  /** Where events go; until this is called they are held back. */
  listen(sink: EventSink): void;
  readonly report: Reporter;
  /** Undefined until it is allocated. */
  readonly storage: Storage | undefined;
  /** Allocates the storage, once the statistics' names are known, and writes into it what an earlier run kept. */
  allocate(statistics: readonly string[], shared: boolean): Storage;
  /** Sends a progress event for every chain, or block of many chains, that moved since the last call. */
  tellProgress(): void;
  /** The mean share of the chains' transitions that are made. */
  fraction(): number;
  /** A copy of all there is, except that at the run's end its tables, which nobody writes any more, are handed over as they are. */
  draws(options: { readonly aborted: boolean; readonly seconds: number; readonly handOver: boolean }): Draws;
  /** What there is of chains whose every transition is accounted for; nothing is copied, and nothing of it will change. */
  snapshot(): Snapshot;
}

/** A run at a moment: how far each chain is, with the storage that holds its draws up to there. */
export interface Snapshot {
  readonly storage: Storage | undefined;
  readonly standing: Standing;
  /** `[chain, dim]` */
  readonly position: Float64Array;
  readonly adapted: Readonly<Record<string, Float64Array>>;
  readonly stopped: Draws["stopped"];
}

export interface LedgerOptions {
  readonly names: readonly string[];
  /** See `Draws.final`. */
  readonly energy?: string;
  readonly earlier?: Earlier;
}

export function openLedger(plan: Plan, { names, energy, earlier }: LedgerOptions): Ledger {
  const { chains, dim } = plan;
  const adapted: Record<string, Float64Array> = {};
  for (const [name, values] of Object.entries(earlier?.adapted ?? {})) adapted[name] = values.slice();
  const stopped: Draws["stopped"][number][] = [...(earlier?.stopped ?? [])];
  /** By the group's first chain. */
  const ends = new Map<number, GroupEnd>();
  const snapshots = new Map<number, GroupEnd>();
  /** 1 where a chain was begun whose end is not known. */
  const open = new Uint8Array(chains);
  const told = new Float64Array(chains);
  const heldBack: RunEvent[] = [];
  let sink: EventSink = (event) => heldBack.push(event);
  let storage: Storage | undefined;

  function noteAdapted(first: number, width: number, parameters: Record<string, Float64Array>): void {
    for (const [name, values] of Object.entries(parameters)) {
      const each = values.length / width;
      adapted[name] ??= new Float64Array(chains * each).fill(Number.NaN);
      for (let c = 0; c < width; c++) {
        for (let i = 0; i < each; i++) adapted[name][(first + c) * each + i] = values[i * width + c];
      }
    }
  }

  function positions(of: Iterable<GroupEnd>): Float64Array {
    const result = plan.init?.slice() ?? new Float64Array(chains * dim).fill(Number.NaN);
    earlier?.standing.transitions.forEach((made, chain) => {
      const [from, to] = [chain * dim, (chain + 1) * dim];
      if (!Number.isNaN(made)) result.set(earlier.position.subarray(from, to), from);
    });
    for (const { first, position } of of) result.set(position, first * dim);
    return result;
  }

  function final(lengths: readonly number[], kept: Float64Array): Final {
    const { transitions, random, memory } = standingOf(chains, plan.seed, earlier?.standing, ends.values());
    const position = positions(ends.values());
    open.forEach((isOpen, chain) => {
      if (isOpen === 0) return;
      // Its thread was ended, or is still at work: it is taken to end at its last kept draw.
      transitions[chain] = Number.NaN;
      const last = (chain * plan.draws + lengths[chain] - 1) * dim;
      if (lengths[chain] > 0) position.set(kept.subarray(last, last + dim), chain * dim);
    });
    return {
      position,
      random: [...random],
      transitions: Array.from(transitions, (made, chain) => (Number.isNaN(made) && open[chain] === 0 ? 0 : made)),
      memory: { ...memory },
      warmup: plan.warmup,
      thin: plan.thin,
      ...(energy === undefined ? {} : { energy }),
    };
  }

  const byChain = () => [...stopped].sort((a, b) => a.chain - b.chain);

  return {
    plan,
    get storage() {
      return storage;
    },
    allocate(statistics, shared) {
      storage = allocateStorage(plan, statistics, shared);
      if (earlier !== undefined) writeEarlier(storage, plan, earlier);
      return storage;
    },
    listen(next) {
      sink = next;
      for (const event of heldBack.splice(0)) next(event);
    },
    report: {
      opened: (first, width) => void open.fill(1, first, first + width),
      event(event: RunEvent) {
        if (event.type === "stopped") stopped.push({ chain: event.chain, draw: event.draw, reason: event.reason });
        sink(event);
      },
      adapted: noteAdapted,
      snapshot(standing) {
        for (const end of standing) snapshots.set(end.first, end);
      },
      ended(end) {
        open.fill(0, end.first, end.first + end.transitions.length);
        ends.set(end.first, end);
        snapshots.delete(end.first);
      },
    },
    tellProgress: () => tellProgress(plan, storage, told, sink),
    fraction() {
      let done = 0;
      for (let chain = 0; chain < chains; chain++) done += storage?.progress[chain * PROGRESS] || 0;
      return done / (chains * transitionsOf(plan));
    },
    draws({ aborted, seconds, handOver }) {
      const lengths = Array.from({ length: chains }, (_, chain) => storage?.kept[chain] ?? 0);
      const kept = tableOf(plan, storage?.draws, plan.draws, lengths, storage?.names ?? ["energy"], handOver);
      const result: Draws = {
        chains,
        draws: plan.draws,
        dim,
        names: [...names],
        lengths,
        position: kept.position,
        stats: kept.stats,
        ...(plan.keepWarmup ? { warmup: warmupOf(plan, storage, handOver) } : {}),
        adapted: Object.fromEntries(Object.entries(adapted).map(([name, values]) => [name, values.slice()])),
        final: final(lengths, kept.position),
        sampler: plan.sampler,
        seed: plan.seed,
        stopped: byChain(),
        aborted,
        seconds: seconds + (earlier?.seconds ?? 0),
      };
      return printedAs(result, drawsText);
    },
    snapshot() {
      const known = [...ends.values(), ...snapshots.values()];
      const standing = standingOf(chains, plan.seed, earlier?.standing, known);
      return {
        storage,
        standing,
        position: positions(known),
        adapted: Object.fromEntries(Object.entries(adapted).map(([name, values]) => [name, values.slice()])),
        stopped: byChain().filter(({ chain }) => standing.stopped[chain] === 1),
      };
    },
  };
}

/** The storage as the earlier run left it, with room for what comes. Throws where its draws had other statistics. */
function writeEarlier(storage: Storage, plan: Plan, { lengths, draws, warmup, standing }: Earlier): void {
  const missing = storage.names.find((name) => draws.stats[name] === undefined);
  if (missing !== undefined && lengths.some((length) => length > 0)) {
    const known = Object.keys(draws.stats).join(", ");
    throw new RangeError(`sample: the run cannot be gone on with: its draws have no ${missing}, only ${known}`);
  }
  for (let chain = 0; chain < plan.chains; chain++) {
    const warmed = warmedOf(standing, chain, plan.warmup);
    copyRows(plan, storage, storage.draws, plan.draws, draws, chain, lengths[chain]);
    if (storage.warmup && warmup) copyRows(plan, storage, storage.warmup, plan.warmup, warmup, chain, warmed);
    storage.kept[chain] = lengths[chain];
    storage.warmed[chain] = warmed;
    storage.progress[chain * PROGRESS] = standing.transitions[chain];
  }
}

function copyRows(
  { dim }: Plan,
  { names }: Storage,
  to: Table,
  rows: number,
  from: EarlierRows,
  chain: number,
  count: number,
): void {
  const start = from.starts[chain];
  to.position.set(from.position.subarray(start * dim, (start + count) * dim), chain * rows * dim);
  if (count === 0) return;
  names.forEach((name, s) => {
    to.stats[s].set(from.stats[name].subarray(start, start + count), chain * rows);
  });
}

/** Of more chains than this, blocks are told of. */
const MOST_TOLD = 64;
const BLOCKS = 32;

function tellProgress(plan: Plan, storage: Storage | undefined, told: Float64Array, sink: EventSink): void {
  if (storage === undefined) return;
  const { progress } = storage;
  const { chains, warmup } = plan;
  const total = transitionsOf(plan);
  const size = chains <= MOST_TOLD ? 1 : Math.ceil(chains / BLOCKS);
  for (let first = 0; first < chains; first += size) {
    const count = Math.min(size, chains - first);
    const sums = [0, 0, 0, 0];
    let moved = false;
    for (let chain = first; chain < first + count; chain++) {
      const done = progress[chain * PROGRESS];
      if (Number.isNaN(done)) continue;
      moved ||= done !== told[chain];
      told[chain] = done;
      for (let k = 0; k < PROGRESS; k++) sums[k] += progress[chain * PROGRESS + k];
    }
    if (!moved) continue;
    const [done, acceptance, , stepSize] = sums.map((sum) => sum / count);
    sink({
      type: "progress",
      chain: first,
      ...(size > 1 ? { chains: count } : {}),
      done: Math.floor(done),
      total,
      warmup: done < warmup,
      acceptance,
      divergences: sums[2],
      stepSize,
    });
  }
}

function warmupOf(plan: Plan, storage: Storage | undefined, handOver: boolean): NonNullable<Draws["warmup"]> {
  const lengths = Array.from({ length: plan.chains }, (_, chain) => storage?.warmed[chain] ?? 0);
  const table = tableOf(plan, storage?.warmup, plan.warmup, lengths, storage?.names ?? ["energy"], handOver);
  return { draws: plan.warmup, ...table };
}

// NaN beyond each chain's length.
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
