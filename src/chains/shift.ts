// One thread's share of a run: it takes groups of chains as it has room and lets them advance in turns, so that a run that is
// ended early has about as many draws of every chain.

import type { Energy } from "../energies/energy.js";
import type { Kernel, SamplerDefinition } from "../samplers/kernel.js";
import { type Group, openGroup, type Reporter, statisticsOf } from "./group.js";
import { groupCount, type Plan, transitionsOf } from "./plan.js";
import { isOver } from "./standing.js";
import { ABORT, type GroupStorage, NEXT, SNAPSHOT } from "./storage.js";

/** An energy and a sampler that fit together, ready to run. */
export interface Prepared {
  readonly plan: Plan;
  readonly energy: Energy;
  readonly definition: SamplerDefinition;
  /** Of the plan's full width; the first group's. */
  readonly kernel: Kernel;
  readonly statistics: readonly string[];
}

/** Throws where the sampler's options do not fit the energy. */
export function prepare(energy: Energy, definition: SamplerDefinition, plan: Plan): Prepared {
  const kernel = definition.build(energy, plan.sampler.options, plan.width);
  return { plan, energy, definition, kernel, statistics: statisticsOf(energy, kernel) };
}

export interface Shift {
  /** Works for about so many milliseconds, at least one transition; false once nothing is left to do. */
  turn(milliseconds: number): boolean;
}

export interface ShiftOptions {
  readonly storage: GroupStorage;
  /** `[ABORT, NEXT, SNAPSHOT]`, common to all shifts of the run. */
  readonly control: Int32Array;
  /** How many threads share the run. */
  readonly threads: number;
  readonly now: () => number;
  readonly report: Reporter;
}

/** A thread keeps at most so many groups under way at once. */
const MOST_OPEN = 8;

/** Between two looks at the clock and at the abort flag a group makes transitions for about this long. */
const LEAST_BATCH_MS = 0.5;
const MOST_BATCH_MS = 2;
const MOST_TRANSITIONS = 1 << 16;

interface OpenGroup {
  readonly group: Group;
  /** Transitions between two looks at the clock. */
  batch: number;
}

export function startShift(prepared: Prepared, { storage, control, threads, now, report }: ShiftOptions): Shift {
  const { plan, energy, definition } = prepared;
  const groups = groupCount(plan);
  const room = Math.min(MOST_OPEN, Math.ceil(groups / threads));
  const open: OpenGroup[] = [];
  let spare: Kernel | undefined = prepared.kernel;
  let next = 0;
  let takesMore = true;
  let snapshots = 0;

  function takeGroup(): void {
    const number = Atomics.add(control, NEXT, 1);
    if (number >= groups) {
      takesMore = false;
      return;
    }
    const first = number * plan.width;
    const width = Math.min(plan.width, plan.chains - first);
    if (plan.standing !== undefined && isOver(plan.standing, first, width, transitionsOf(plan))) return;
    const kernel = spare?.width === width ? spare : definition.build(energy, plan.sampler.options, width);
    if (kernel === spare) spare = undefined;
    report.opened(first, width);
    const group = naming(first, width, () => openGroup(energy, kernel, plan, first, storage, report));
    open.push({ group, batch: 1 });
  }

  function closeAll(): void {
    for (const { group } of open) group.close();
    open.length = 0;
  }

  function answerSnapshot(): void {
    const asked = Atomics.load(control, SNAPSHOT);
    if (asked === snapshots) return;
    snapshots = asked;
    report.snapshot(open.map(({ group }) => group.end()));
  }

  function work(entry: OpenGroup, deadline: number): boolean {
    const { group } = entry;
    let before = now();
    while (Atomics.load(control, ABORT) === 0) {
      if (!group.advance(entry.batch)) return false;
      const after = now();
      if (after - before < LEAST_BATCH_MS) entry.batch = Math.min(2 * entry.batch, MOST_TRANSITIONS);
      else if (after - before > MOST_BATCH_MS) entry.batch = Math.max(1, entry.batch >> 1);
      if (after >= deadline) break;
      before = after;
    }
    return true;
  }

  return {
    turn(milliseconds) {
      const deadline = now() + milliseconds;
      if (Atomics.load(control, ABORT) !== 0) {
        closeAll();
        return false;
      }
      answerSnapshot();
      if (takesMore && open.length < room) takeGroup();
      if (open.length === 0) return takesMore;
      next = next < open.length ? next : 0;
      const entry = open[next];
      const { group } = entry;
      if (naming(group.first, group.width, () => work(entry, deadline))) {
        group.publish();
        next++;
      } else {
        group.close();
        open.splice(next, 1);
      }
      return open.length > 0 || takesMore;
    },
  };
}

// What an energy or a kernel throws is passed on with the chain's name. Our own refusals (a RangeError) say enough by themselves.
function naming<T>(first: number, width: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof RangeError && message.startsWith("sample: ")) throw error;
    throw new Error(`sample: ${chainsNamed(first, width)} failed: ${message}`, { cause: error });
  }
}

export function chainsNamed(first: number, width: number): string {
  return width === 1 ? `chain ${first}` : `chains ${first} to ${first + width - 1}`;
}
