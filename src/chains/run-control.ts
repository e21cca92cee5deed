// How a run is ended early: by its caller's signal, by an interrupt, or by an error in a listener of its events.

import { platform } from "../platform/platform.js";
import { ABORT, allocateControl } from "./storage.js";

export interface RunControl {
  /** `[ABORT, NEXT, SNAPSHOT]` of the storage. */
  readonly control: Int32Array;
  readonly aborted: boolean;
  /** Aborted by an interrupt of the program, not by the caller's signal. */
  readonly interrupted: boolean;
  /** What a listener of the run's events threw. */
  readonly error: Error | undefined;
  /** One listener, called at once where the run is aborted already. */
  onAbort(listener: (error: Error | undefined) => void): void;
  /** Calls what may throw an error of the caller's; the run then ends with that error. */
  guard(call: () => void): void;
  /** Stops listening to signal and interrupt. */
  close(): void;
}

export function openRunControl(signal: AbortSignal | undefined, shared: boolean): RunControl {
  const control = allocateControl(shared);
  let aborted = false;
  let interrupted = false;
  let failure: Error | undefined;
  let listener: (error: Error | undefined) => void = () => {};

  const abort = () => {
    aborted = true;
    Atomics.store(control, ABORT, 1);
    listener(failure);
  };
  const forgetInterrupt = platform().onInterrupt(() => {
    interrupted = true;
    abort();
  });
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();

  return {
    control,
    get aborted() {
      return aborted;
    },
    get interrupted() {
      return interrupted;
    },
    get error() {
      return failure;
    },
    onAbort(next) {
      listener = next;
      if (aborted) next(failure);
    },
    guard(call) {
      try {
        call();
      } catch (error) {
        failure ??= error instanceof Error ? error : new Error(String(error));
        abort();
      }
    },
    close() {
      forgetInterrupt();
      signal?.removeEventListener("abort", abort);
    },
  };
}
