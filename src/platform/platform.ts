// Ports to the outside. What is below asks for a port by name; `src/index.ts` decides which implementation stands behind it.

/** One end of a line between two threads; what is posted is cloned, shared memory is shared. */
export interface Port {
  post(message: unknown): void;
  /** Whom messages go to; a later call replaces the listener. */
  onMessage(listener: (message: unknown) => void): void;
}

/** A thread that answers messages. */
export interface Thread extends Port {
  /** Called with the reason when the thread dies on its own; a later call replaces the listener. */
  onFailure(listener: (error: Error) => void): void;
  /** Whether the thread keeps the process alive; it does from its start. Means nothing in a browser. */
  keepAlive(alive: boolean): void;
  terminate(): Promise<void>;
}

/** What happens while a run goes on; plain data. */
export type RunEvent =
  | RunStarted
  | RunProgress
  | { readonly type: "divergence"; readonly chain: number; readonly draw: number }
  | { readonly type: "stopped"; readonly chain: number; readonly draw: number; readonly reason: string }
  | { readonly type: "finished"; readonly seconds: number; readonly aborted: boolean };

export interface RunStarted {
  readonly type: "started";
  readonly title: string;
  readonly chains: number;
  readonly warmup: number;
  readonly draws: number;
  /** Threads that the chains run in; 0 where they run on the caller's. */
  readonly workers: number;
}

/** How far one chain is, a few times per second; of very many chains, how far some that are next to each other are. */
export interface RunProgress {
  readonly type: "progress";
  readonly chain: number;
  /**
   * How many chains this is about, from `chain` on; one where it is absent. Of several, `divergences` is the sum and everything
   * else the mean.
   */
  readonly chains?: number;
  /** Transitions made and asked for, warmup included. */
  readonly done: number;
  readonly total: number;
  readonly warmup: boolean;
  /** Running mean over the latest transitions; NaN where the sampler reports none. */
  readonly acceptance: number;
  /** Divergent transitions of the present phase: during warmup the warmup's, then the others. */
  readonly divergences: number;
  /** NaN where the sampler has none. */
  readonly stepSize: number;
}

export type EventSink = (event: RunEvent) => void;

/** Where bytes are kept by name beyond the end of the program. */
export interface Storage {
  /** Undefined where there is nothing of this name. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Writes the parts one after another. Whoever reads finds what was there before or all of it, never a part. */
  write(path: string, parts: Iterable<Uint8Array>): Promise<void>;
  /** Does nothing where there is nothing of this name. */
  remove(path: string): Promise<void>;
}

/** What an engine of WebAssembly may have beyond the standard. */
export type WasmExtension = "relaxedSimd" | "wideVectors";

export interface Platform {
  readonly name: "node" | "browser";
  /** Milliseconds since an arbitrary start. */
  now(): number;
  /** How many threads are worth having here. */
  readonly parallelism: number;
  /** Undefined where nothing can be kept. */
  readonly storage: Storage | undefined;
  /** Starts a thread that runs Ergodic's worker. */
  startThread(): Thread;
  /** Where the progress of a run is shown when the caller did not say: a sink per run, silent where nobody looks. */
  progress(): EventSink;
  /** Lets timers, input and messages in between two slices of work on this thread. */
  breathe(): Promise<void>;
  /**
   * Calls `listener` when the user interrupts what is running, where an interrupt does not end the program (a notebook's
   * kernel). Returns what ends the listening.
   */
  onInterrupt(listener: () => void): () => void;
  /**
   * Lets WebAssembly that is compiled from now on, anywhere in the process, use an extension. Returns why that cannot be, in words;
   * undefined where it can.
   */
  extendWasm(extension: WasmExtension): string | undefined;
}

let installed: Platform | undefined;

/** Called once by the entry point. */
export function install(platform: Platform): void {
  installed = platform;
}

/** Undefined where there is none, as in threads, which need none of it. */
export function installedPlatform(): Platform | undefined {
  return installed;
}

export function platform(): Platform {
  if (installed === undefined)
    throw new Error('ergodic: no platform is installed; import from "ergodic", not from a part of it');
  return installed;
}
