// What a checkpoint holds of a run, in a file of arrays (see array-file.ts). Of tables only what is kept is there: `draws.position` holds
// `lengths[0]` rows of chain 0, then those of chain 1, ...

import {
  type ArrayFile,
  type ArrayParts,
  arrayFileParts,
  type FileKind,
  readArrayFile,
} from "../platform/array-file.js";
import { type Earlier, type EarlierRows, keptOf, warmedOf } from "./earlier.js";
import type { Snapshot } from "./ledger.js";
import type { Plan } from "./plan.js";
import type { Table } from "./storage.js";

/** What decides a run, as plain data: strings and numbers that two runs either share or not. */
export type RunPrint = Readonly<Record<string, string | number | boolean>>;

interface Header {
  readonly run: RunPrint;
  readonly seconds: number;
  readonly stopped: Earlier["stopped"];
}

const KIND: FileKind = { what: "checkpoint", version: 1 };

/** The file's bytes. Rows are read from the storage as they are asked for. */
export function checkpointParts(
  plan: Plan,
  run: RunPrint,
  snapshot: Snapshot,
  seconds: number,
): Generator<Uint8Array, void> {
  const { standing } = snapshot;
  const header: Header = { run, seconds, stopped: snapshot.stopped };
  return arrayFileParts(KIND, header, arraysOf(plan, snapshot));

  function arraysOf(
    { chains, dim, draws, warmup, thin, keepWarmup }: Plan,
    { storage, position, adapted }: Snapshot,
  ): ArrayParts[] {
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

function opened(bytes: Uint8Array): ArrayFile<Header> {
  return readArrayFile(KIND, bytes);
}
