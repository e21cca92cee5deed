// The ports in a browser: threads are module workers, and there is nothing like an interrupt.
// Shared memory, and with it threads, needs a page that is isolated (the COOP and COEP headers).

import type { EventSink, Platform, Port, Thread } from "./platform.js";

export interface BrowserPlatformOptions {
  /** Where the bundled worker lies. */
  readonly workerUrl: URL;
  /** Makes a sink per run; silent where left out. */
  readonly progress?: () => EventSink;
}

export function browserPlatform({ workerUrl, progress = () => () => {} }: BrowserPlatformOptions): Platform {
  return {
    name: "browser",
    now: () => performance.now(),
    parallelism: scope.navigator?.hardwareConcurrency ?? 1,
    storage: undefined,
    startThread: () => startThread(workerUrl),
    progress,
    breathe,
    onInterrupt: () => () => {},
    extendWasm: () => "a page has what the browser gives by itself, and it does not give this",
  };
}

/** The line to the page that started this worker. */
export function parentThread(): Port {
  return {
    post: (message) => scope.postMessage?.(message),
    onMessage(listener) {
      scope.onmessage = (event) => listener(event.data);
    },
  };
}

function startThread(workerUrl: URL): Thread {
  if (scope.Worker === undefined) throw new Error("ergodic: there are no threads here");
  const worker = new scope.Worker(workerUrl, { type: "module" });
  return {
    post: (message) => worker.postMessage(message),
    onMessage(listener) {
      worker.onmessage = (event) => listener(event.data);
    },
    onFailure(listener) {
      worker.onerror = (event) => listener(new Error(event.message ?? "the worker could not be loaded"));
      worker.onmessageerror = () => listener(new Error("a message of the worker could not be read"));
    },
    keepAlive() {},
    async terminate() {
      worker.terminate();
    },
  };
}

// A message to oneself: unlike a timer it is not held back to 4 ms by the browser.
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new scope.MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

// The few names of the browser that are used here, so that the project need not be compiled against the DOM's types.
interface BrowserWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  onmessageerror: (() => void) | null;
}

interface BrowserPort {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

interface BrowserScope {
  readonly MessageChannel: new () => { readonly port1: BrowserPort; readonly port2: BrowserPort };
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly Worker?: new (url: URL, options: { readonly type: "module" }) => BrowserWorker;
  postMessage?(message: unknown): void;
  onmessage?: ((event: { readonly data: unknown }) => void) | null;
}

const scope = globalThis as unknown as BrowserScope;
