// The tslab kernel in whose process this code runs, if any. Another copy of the tslab module cannot display, so the
// kernel's own is looked up in the module cache behind the `require` that tslab hands to its cells.

/** What one display shows: MIME types and their contents; a frontend picks the richest that it knows. */
export interface DisplayContent {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** A display with an id can be replaced later. */
  readonly id?: string;
  /** Replaces the display of this id in place of adding one. */
  readonly update?: boolean;
}

/** One run of one cell. */
export interface RunningCell {
  /** Emits a display under this cell, also after the cell's end. */
  readonly display: (content: DisplayContent) => void;
  /** Differs from one run to the next, also of the same cell. */
  readonly run: unknown;
}

/** The cell that is running now, or undefined where no tslab cell is. */
export function runningCell(): RunningCell | undefined {
  // tslab's public `display` sends a single MIME type per message; this is the function beneath it, made anew per run.
  const write = kernelWriter();
  if (write === undefined) return undefined;
  return {
    display: ({ data, metadata = {}, id, update = false }) =>
      write({ data, metadata, transient: id === undefined ? {} : { display_id: id } }, update),
    run: write,
  };
}

/**
 * Tells cells apart by what they say: the hash of the calling cell's source, equal when the same cell is run again.
 * Undefined where the caller was not reached from a cell but from a timer or an event.
 */
export function cellFingerprint(): string | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 200;
    Error.prepareStackTrace = (_, callSites) => callSites;
    const callSites = new Error().stack as unknown as ScriptCallSite[];
    // The outermost frame of a script is the cell; what lies within may be a function of an earlier one.
    return callSites
      .reverse()
      .find((site) => site.getFileName() === "evalmachine.<anonymous>")
      ?.getScriptHash?.();
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

type KernelWriter = (content: unknown, update: boolean) => void;

/** `getScriptHash` is V8's own and younger than the types of it. */
type ScriptCallSite = NodeJS.CallSite & { getScriptHash?(): string };

interface Tslab {
  readonly require: { readonly cache: Record<string, NodeJS.Module | undefined> };
}

function kernelWriter(): KernelWriter | undefined {
  const { __tslab__: tslab } = globalThis as { __tslab__?: Tslab };
  for (const [path, module] of Object.entries(tslab?.require?.cache ?? {})) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path)) continue;
    // A global tslab that handed over to a local one stays in the cache too, and never gets a writer.
    const write = module?.exports?.lastWriteDisplayData;
    if (typeof write === "function") return write;
  }
  return undefined;
}
