// Where chains stand: all that decides how they go on, taken out of a kernel's columns and written back into them.

import { type RandomState, stream } from "../random/index.js";
import type { Memory } from "../samplers/kernel.js";

/** Arrays over all chains of a run; plain data. */
export interface Standing {
  /** `[chain]`: transitions made, of a stopped chain until it stopped. NaN where a chain has not begun. */
  readonly transitions: Float64Array;
  /** `[chain]`: 1 where the chain was stopped. */
  readonly stopped: Uint8Array;
  readonly random: readonly RandomState[];
  /** `[chain, rows]` each; see `Draws.final`. */
  readonly memory: Readonly<Record<string, Float64Array>>;
}

/** Where the chains of one group stand; arrays of its own. */
export interface GroupEnd {
  readonly first: number;
  /** `[width]` each, as in `Standing`. */
  readonly transitions: Float64Array;
  readonly stopped: Uint8Array;
  /** `[width, dim]`, in the user's coordinates. */
  readonly position: Float64Array;
  readonly random: readonly RandomState[];
  /** `[width, rows]` each. */
  readonly memory: Readonly<Record<string, Float64Array>>;
}

/** What the memory's arrays are called, by whose they are: the kernel's own names come without a prefix. */
export const OF_WARMUP = "warmup.";
export const OF_RUN = "run.";

/** Copies of live arrays, `[rows, width]`, chain by chain: `[width, rows]`, under their names with the prefix. */
export function takeOut(live: Memory, prefix: string, width: number, into: Record<string, Float64Array>): void {
  for (const [name, values] of Object.entries(live)) {
    const rows = values.length / width;
    const copy = new Float64Array(values.length);
    for (let c = 0; c < width; c++) {
      for (let r = 0; r < rows; r++) copy[c * rows + r] = values[r * width + c];
    }
    into[prefix + name] = copy;
  }
}

/** Overwrites live arrays, `[rows, width]`, with what chains `first ...` held. Throws where there is nothing to write or not as much. */
export function writeBack(live: Memory, prefix: string, standing: Standing, first: number, width: number): void {
  const chains = standing.transitions.length;
  for (const [name, values] of Object.entries(live)) {
    const rows = values.length / width;
    const held = standing.memory[prefix + name];
    if (held?.length !== chains * rows) {
      const what = held === undefined ? "is missing" : `holds ${held.length} numbers in place of ${chains * rows}`;
      throw new RangeError(
        `sample: the run cannot be gone on with: its memory ${JSON.stringify(prefix + name)} ${what}`,
      );
    }
    for (let c = 0; c < width; c++) {
      for (let r = 0; r < rows; r++) values[r * width + c] = held[(first + c) * rows + r];
    }
  }
}

/** A copy that holds on to nothing else; in memory that threads share where that is possible, so that it is copied once. */
export function ownStanding({ transitions, stopped, random, memory }: Standing, shared: boolean): Standing {
  const own = (values: Float64Array): Float64Array => {
    if (!shared) return values.slice();
    const copy = new Float64Array(new SharedArrayBuffer(8 * values.length));
    copy.set(values);
    return copy;
  };
  return {
    transitions: transitions.slice(),
    stopped: stopped.slice(),
    random: [...random],
    memory: Object.fromEntries(Object.entries(memory).map(([name, values]) => [name, own(values)])),
  };
}

/** Whether none of the chains `first ... first + width - 1` has anything left to do. */
export function isOver({ transitions, stopped }: Standing, first: number, width: number, total: number): boolean {
  for (let chain = first; chain < first + width; chain++) {
    if (stopped[chain] === 0 && !(transitions[chain] >= total)) return false;
  }
  return true;
}

/** `earlier`, where there is one, with what groups reported since. Chains of which nothing is known have not begun. */
export function standingOf(
  chains: number,
  seed: number,
  earlier: Standing | undefined,
  ends: Iterable<GroupEnd>,
): Standing {
  const transitions = earlier?.transitions.slice() ?? new Float64Array(chains).fill(Number.NaN);
  const stopped = earlier?.stopped.slice() ?? new Uint8Array(chains);
  const random = earlier?.random.slice() ?? new Array<RandomState>(chains);
  const memory: Record<string, Float64Array> = {};
  for (const [name, values] of Object.entries(earlier?.memory ?? {})) memory[name] = values.slice();

  for (const end of ends) {
    const { first } = end;
    const width = end.transitions.length;
    transitions.set(end.transitions, first);
    stopped.set(end.stopped, first);
    for (let c = 0; c < width; c++) random[first + c] = end.random[c];
    // What the group no longer has, a finished warmup's memory, is not kept either.
    for (const values of Object.values(memory)) {
      const rows = values.length / chains;
      values.fill(Number.NaN, first * rows, (first + width) * rows);
    }
    for (const [name, values] of Object.entries(end.memory)) {
      const rows = values.length / width;
      memory[name] ??= new Float64Array(chains * rows).fill(Number.NaN);
      memory[name].set(values, first * rows);
    }
  }
  for (let chain = 0; chain < chains; chain++) random[chain] ??= stream(seed, "chain", chain).state();
  if (ofWarmup(memory).every(([, values]) => values.every(Number.isNaN))) {
    for (const [name] of ofWarmup(memory)) delete memory[name];
  }
  return { transitions, stopped, random, memory };
}

function ofWarmup(memory: Record<string, Float64Array>): [string, Float64Array][] {
  return Object.entries(memory).filter(([name]) => name.startsWith(OF_WARMUP));
}
