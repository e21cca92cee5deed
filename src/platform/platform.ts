// Ports to the outside. What is below asks for a port by name; `src/index.ts` decides which implementation stands behind it.

/** A thread that answers messages; what is posted is cloned, shared memory is shared. */
export interface Thread {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called with the reason when the thread dies on its own. */
  onFailure(listener: (error: Error) => void): void;
  terminate(): Promise<void>;
}

/** What happens while a run goes on; plain data. */
export type RunEvent =
  | { readonly type: "started"; readonly title: string; readonly chains: number; readonly warmup: number; readonly draws: number; readonly workers: number }
  | { readonly type: "progress"; readonly chain: number; readonly done: number; readonly total: number; readonly warmup: boolean; readonly acceptance: number; readonly divergences: number; readonly stepSize: number }
  | { readonly type: "divergence"; readonly chain: number; readonly draw: number }
  | { readonly type: "stopped"; readonly chain: number; readonly draw: number; readonly reason: string }
  | { readonly type: "finished"; readonly seconds: number; readonly aborted: boolean };

export type EventSink = (event: RunEvent) => void;

export interface Platform {
  readonly name: "node" | "browser";
  /** Milliseconds since an arbitrary start. */
  now(): number;
  /** How many threads are worth having here. */
  readonly parallelism: number;
  /** Starts a thread that runs Ergodic's worker. */
  startThread(): Thread;
  /** Where the progress of a run is shown when the caller did not say: a sink per run, silent where nobody looks. */
  progress(): EventSink;
  /** Lets timers, input and messages in between two slices of work on this thread. */
  breathe(): Promise<void>;
}

let installed: Platform | undefined;

/** Called once by the entry point. */
export function install(platform: Platform): void {
  installed = platform;
}

export function platform(): Platform {
  if (installed === undefined) throw new Error("ergodic: no platform is installed; import from \"ergodic\", not from a part of it");
  return installed;
}
