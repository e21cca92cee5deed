// The worker's side of a run: it rebuilds energies and samplers from plain data, by looking their kinds up in tables. A thread may also
// be asked for a part of a summary, or be given a job of another kind, such as to take part in the gradients of one loss.

import type { Energy, EnergySource } from "../energies/energy.js";
import type { Port } from "../platform/platform.js";
import type { SamplerDefinition } from "../samplers/kernel.js";
import { openBlocks } from "./blocks.js";
import type { FromThread, ToThread } from "./protocol.js";
import { plainError } from "./protocol.js";
import { statisticsOf } from "./row-statistics.js";
import { type Prepared, prepare, startShift } from "./shift.js";
import { groupStorage } from "./storage.js";

/** Rebuilds an energy from the source of its kind. */
export type EnergyBuilder = (source: never) => Energy | Promise<Energy>;

export interface Tables {
  /** By `source.kind`. */
  readonly energies: Readonly<Record<string, EnergyBuilder>>;
  /** By `sampler.kind`. */
  readonly samplers: Readonly<Record<string, SamplerDefinition>>;
  /** What else a thread can be told to do, by `message.type`; most such jobs never end. */
  readonly jobs: Readonly<Record<string, (message: never, port: Port) => void | Promise<void>>>;
  readonly now: () => number;
}

/** How long one group of chains advances before the next has its turn. */
const TURN_MS = 20;

/** Answers what runs ask over `port`, one run after another. */
export function serve(port: Port, tables: Tables): void {
  const say = (message: FromThread) => port.post(message);
  let prepared: Prepared | undefined;

  async function answer(message: ToThread): Promise<void> {
    if (Object.hasOwn(tables.jobs, message.type)) return tables.jobs[message.type](message as never, port);
    if (message.type === "summarize") {
      say({ type: "summarized", first: message.first, table: statisticsOf(message.taken) });
      return;
    }
    if (message.type === "prepare") {
      const { plan, source } = message;
      const definition = lookUp(tables.samplers, "sampler", plan.sampler.kind);
      prepared = prepare(await rebuild(tables, source), definition, plan);
      say({ type: "prepared", statistics: prepared.statistics });
      return;
    }
    if (prepared === undefined) throw new Error("ergodic: a thread was told to run before it had anything to run");
    const { plan } = prepared;
    const blocks = openBlocks(plan, message.names.length, (block) => say({ type: "block", block }));
    const shift = startShift(prepared, {
      storage: { ...groupStorage(plan, message.names, message.progress), destination: blocks.destination },
      control: message.control,
      threads: message.threads,
      now: tables.now,
      report: {
        opened: (first, width) => say({ type: "opened", first, width }),
        event: (event) => say({ type: "event", event }),
        adapted: (first, width, parameters) => say({ type: "adapted", first, width, parameters }),
        snapshot: (ends) => say({ type: "snapshot", ends }),
        ended: (end) => say({ type: "ended", end }),
      },
    });
    while (shift.turn(TURN_MS)) {
      // The thread has nothing else to do: the abort flag lies in shared memory.
    }
    prepared = undefined;
    say({ type: "done" });
  }

  port.onMessage((message) => {
    answer(message as ToThread).catch((error) => say({ type: "failed", error: plainError(error) }));
  });
}

async function rebuild({ energies }: Tables, source: EnergySource): Promise<Energy> {
  const build = lookUp(energies, "energy", source.kind);
  return build(source as never);
}

function lookUp<T>(table: Readonly<Record<string, T>>, what: string, kind: string): T {
  if (!Object.hasOwn(table, kind)) {
    throw new RangeError(
      `sample: no ${what} of the kind ${JSON.stringify(kind)} is known to threads; known are ${Object.keys(table).join(", ")}`,
    );
  }
  return table[kind];
}
