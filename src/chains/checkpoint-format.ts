// The file of a checkpoint. Numbers are little-endian.
//
//   24 bytes       "ergodic checkpoint 1", spaces, a line feed
//   8 bytes        n: the header's length, an unsigned integer
//   n bytes        the header: JSON in UTF-8, spaces at its end so that n is a multiple of 8
//   8 bytes each   numbers of the arrays that `header.arrays` lists by name and length, one after another
//   32 bytes       the fingerprint of everything before (see fingerprint.ts), in hexadecimal digits
//
// Of tables only what is kept is there: `draws.position` holds `lengths[0]` rows of chain 0, then those of chain 1, ...

import { type Earlier, type EarlierRows, keptOf, warmedOf } from "./earlier.js";
import { type Digest, digest } from "./fingerprint.js";
import type { Snapshot } from "./ledger.js";
import type { Plan } from "./plan.js";
import type { Table } from "./storage.js";

/** What decides a run, as plain data: strings and numbers that two runs either share or not. */
export type RunPrint = Readonly<Record<string, string | number | boolean>>;

interface Header {
  readonly run: RunPrint;
  readonly seconds: number;
  readonly stopped: Earlier["stopped"];
  readonly arrays: readonly (readonly [name: string, length: number])[];
}

const MAGIC = "ergodic checkpoint 1".padEnd(23).concat("\n");
const CHECKSUM_BYTES = 32;

/** The file's bytes. Rows are read from the storage as they are asked for. */
export function* checkpointParts(
  plan: Plan,
  run: RunPrint,
  snapshot: Snapshot,
  seconds: number,
): Generator<Uint8Array, void> {
  const { standing } = snapshot;
  const arrays = arraysOf(plan, snapshot);
  const header: Header = {
    run,
    seconds,
    stopped: snapshot.stopped,
    arrays: arrays.map(({ name, parts }) => [name, parts.reduce((sum, part) => sum + part.length, 0)]),
  };
  const sum = digest();
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(8 * Math.ceil(text.length / 8)).fill(0x20);
  padded.set(text);
  const length = new DataView(new ArrayBuffer(8));
  length.setUint32(0, padded.length, true);
  yield* summed(sum, [new TextEncoder().encode(MAGIC), new Uint8Array(length.buffer), padded]);
  for (const { parts } of arrays) yield* summed(sum, parts.map(bytesOf));
  yield new TextEncoder().encode(sum.hex());

  function arraysOf(
    { chains, dim, draws, warmup, thin, keepWarmup }: Plan,
    { storage, position, adapted }: Snapshot,
  ): { name: string; parts: Float64Array[] }[] {
    const rows = (prefix: string, table: Table | undefined, perChain: number, kept: (chain: number) => number) =>
      table === undefined
        ? []
        : [
            { name: `${prefix}position`, parts: slices(table.position, perChain * dim, (c) => kept(c) * dim) },
            ...(storage?.names ?? []).map((name, s) => ({
              name: `${prefix}stats.${name}`,
              parts: slices(table.stats[s], perChain, kept),
            })),
          ];
    const slices = (values: Float64Array, stride: number, length: (chain: number) => number): Float64Array[] =>
      Array.from({ length: chains }, (_, c) => values.subarray(c * stride, c * stride + length(c)));
    const random = standing.random.flatMap(({ words }) => [...words]);
    const record = (prefix: string, values: Readonly<Record<string, Float64Array>>) =>
      Object.entries(values).map(([name, array]) => ({ name: prefix + name, parts: [array] }));
    return [
      { name: "transitions", parts: [standing.transitions] },
      { name: "stopped", parts: [Float64Array.from(standing.stopped)] },
      { name: "random", parts: [Float64Array.from(random)] },
      { name: "position", parts: [position] },
      ...record("memory.", standing.memory),
      ...record("adapted.", adapted),
      ...rows("draws.", storage?.draws, draws, (c) => keptOf(standing, c, warmup, thin)),
      ...(keepWarmup ? rows("warmup.", storage?.warmup, warmup, (c) => warmedOf(standing, c, warmup)) : []),
    ];
  }
}

/** The run that a checkpoint is of. Throws an Error that says what is wrong with the bytes. */
export function checkpointRun(bytes: Uint8Array): RunPrint {
  return opened(bytes).header.run;
}

/** What a checkpoint of this very run holds. */
export function checkpointEarlier({ chains, warmup, thin, seed, keepWarmup }: Plan, bytes: Uint8Array): Earlier {
  const { header, arrays } = opened(bytes);
  const array = (name: string): Float64Array => arrays.get(name) ?? new Float64Array(0);
  const withPrefix = (prefix: string): Record<string, Float64Array> =>
    Object.fromEntries(
      [...arrays].flatMap(([name, values]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), values]] : [])),
    );
  const words = array("random");
  const standing = {
    transitions: array("transitions"),
    stopped: Uint8Array.from(array("stopped")),
    random: Array.from({ length: chains }, (_, chain) => ({
      seed,
      path: ["chain", chain],
      words: Array.from(words.subarray(4 * chain, 4 * chain + 4)),
    })),
    memory: withPrefix("memory."),
  };
  const rows = (prefix: string, kept: (chain: number) => number): EarlierRows => {
    const starts = new Float64Array(chains);
    for (let chain = 1; chain < chains; chain++) starts[chain] = starts[chain - 1] + kept(chain - 1);
    return { starts, position: array(`${prefix}position`), stats: withPrefix(`${prefix}stats.`) };
  };
  return {
    lengths: Array.from({ length: chains }, (_, chain) => keptOf(standing, chain, warmup, thin)),
    draws: rows("draws.", (chain) => keptOf(standing, chain, warmup, thin)),
    ...(keepWarmup ? { warmup: rows("warmup.", (chain) => warmedOf(standing, chain, warmup)) } : {}),
    adapted: withPrefix("adapted."),
    stopped: header.stopped,
    seconds: header.seconds,
    position: array("position"),
    standing,
  };
}

interface Opened {
  readonly header: Header;
  readonly arrays: ReadonlyMap<string, Float64Array>;
}

function opened(given: Uint8Array): Opened {
  // Views of doubles must begin at a multiple of 8.
  const bytes = given.byteOffset % 8 === 0 ? given : new Uint8Array(given);
  const start = MAGIC.length + 8;
  const text = (from: number, to: number): string => new TextDecoder().decode(bytes.subarray(from, to));
  if (text(0, MAGIC.length) !== MAGIC) throw new Error("it is no checkpoint of this version");
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < start) throw new Error("it is cut off");
  const sum = digest();
  sum.add(bytes.subarray(0, end));
  if (text(end, bytes.length) !== sum.hex()) throw new Error("it is cut off or damaged: its checksum does not fit");
  const length = new DataView(bytes.buffer, bytes.byteOffset + MAGIC.length).getUint32(0, true);
  const header: Header = JSON.parse(text(start, start + length));
  const arrays = new Map<string, Float64Array>();
  let at = bytes.byteOffset + start + length;
  for (const [name, count] of header.arrays) {
    arrays.set(name, new Float64Array(bytes.buffer as ArrayBuffer, at, count));
    at += 8 * count;
  }
  return { header, arrays };
}

function* summed(sum: Digest, parts: readonly Uint8Array[]): Generator<Uint8Array, void> {
  for (const part of parts) {
    sum.add(part);
    yield part;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
