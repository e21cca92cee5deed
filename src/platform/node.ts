// The ports under Node: threads are `worker_threads`, an interrupt is SIGINT.

import { availableParallelism } from "node:os";
import { parentPort, Worker } from "node:worker_threads";
import { fileStorage } from "./file-storage.js";
import type { EventSink, Platform, Port, Thread } from "./platform.js";
import { extendWasm } from "./wasm-flags.js";

export interface NodePlatformOptions {
  /** Where `src/worker.ts` lies: beside the entry point, in the format of the entry point. */
  readonly workerUrl: URL;
  /** Makes a sink per run; silent where left out. */
  readonly progress?: () => EventSink;
}

export function nodePlatform({ workerUrl, progress = () => () => {} }: NodePlatformOptions): Platform {
  return {
    name: "node",
    now: () => performance.now(),
    parallelism: availableParallelism(),
    storage: fileStorage,
    startThread: () => startThread(workerUrl),
    progress,
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    onInterrupt,
    extendWasm,
  };
}

/** The line to the thread that started this one. Throws on the main thread. */
export function parentThread(): Port {
  const port = parentPort;
  if (port === null) throw new Error("ergodic: the worker was not started as a thread");
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.removeAllListeners("message");
      port.on("message", listener);
    },
  };
}

function startThread(workerUrl: URL): Thread {
  const worker = start(workerUrl);
  let onMessage: (message: unknown) => void = () => {};
  let onFailure: (error: Error) => void = () => {};
  let over = false;
  const fail = (error: Error) => {
    if (over) return;
    over = true;
    onFailure(error);
  };
  worker.on("message", (message) => onMessage(message));
  worker.on("messageerror", fail);
  worker.on("error", fail);
  worker.on("exit", (code) => fail(new Error(`the thread exited with code ${code}`)));
  return {
    post: (message) => worker.postMessage(message),
    onMessage(listener) {
      onMessage = listener;
    },
    onFailure(listener) {
      onFailure = listener;
    },
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
    async terminate() {
      over = true;
      await worker.terminate();
    },
  };
}

// Where SIGINT has no listener, it ends the process, and ours would take that away. tslab listens: there the interrupted cell
// is given up, while what it had started would go on. We look a moment later, because tslab runs a cell's synchronous part
// with `breakOnSigint`, and while that lasts Node takes all listeners away.
function onInterrupt(listener: () => void): () => void {
  const listening = setImmediate(() => {
    if (process.listenerCount("SIGINT") > 0) process.on("SIGINT", listener);
  });
  return () => {
    clearImmediate(listening);
    process.removeListener("SIGINT", listener);
  };
}

function start(workerUrl: URL): Worker {
  // Threads inherit the process's Node options; one of them, which belongs to `node --eval`, no thread starts with.
  const execArgv = process.execArgv.some((option) => option.startsWith("--input-type")) ? [] : undefined;
  const isSource = workerUrl.pathname.endsWith(".ts");
  if (!isSource) return new Worker(workerUrl, { execArgv });
  return new Worker(new URL("./platform/source-thread.mjs", workerUrl), { execArgv, workerData: workerUrl.href });
}
