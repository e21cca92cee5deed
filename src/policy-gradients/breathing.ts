// Long work on the caller's thread in slices, so that timers, input and messages come in between.

import { platform } from "../platform/platform.js";

const SLICE_MILLISECONDS = 20;

/** A function to call often: it lets others in where the last time is long ago, and gives undefined otherwise. */
export function breathing(): () => Promise<void> | undefined {
  const { now, breathe } = platform();
  let sliceEnd = now() + SLICE_MILLISECONDS;
  return () => {
    if (now() <= sliceEnd) return undefined;
    return breathe().then(() => {
      sliceEnd = now() + SLICE_MILLISECONDS;
    });
  };
}
