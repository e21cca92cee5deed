// A sampler's run, shown as a figure that grows while it goes on.

import type { EventSink, RunEvent } from "../platform/platform.js";
import { showLive } from "./live.js";
import { emptyHistory, recordEvent, runFigure } from "./run-figure.js";
import type { ShowOptions } from "./show.js";

export interface LiveRun {
  /** For the option `onEvent` of `sample`, of one run after another. */
  readonly onEvent: EventSink;
  /** Resolves when the last state is shown, with its picture where `ergodic notebooks` runs the notebook; rejects where one could not be. */
  done(): Promise<void>;
}

/**
 * Shows a run while it goes on, in place of the usual table: the acceptance and the step size of every chain over its transitions,
 * and in the title how far the run is. It never holds up the sampler. Throws as `show` does.
 *
 * @example
 * const run = await showRun();
 * const draws = await sample(energy, hmc(), { onEvent: run.onEvent });
 * await run.done();
 */
export async function showRun(options: ShowOptions = {}): Promise<LiveRun> {
  let history = emptyHistory;
  let started = performance.now();
  const live = await showLive(runFigure(history, 0), options);
  let failure: { readonly error: unknown } | undefined;
  const draw = (): void => {
    try {
      live.update(runFigure(history, (performance.now() - started) / 1000));
    } catch (error) {
      // A sampler does not end because its picture cannot be drawn: `done` says it.
      failure ??= { error };
    }
  };
  return {
    onEvent(event: RunEvent) {
      if (event.type === "started") started = performance.now();
      history = recordEvent(history, event);
      // There may be thousands of divergences in a second; the next progress shows them.
      if (event.type !== "divergence") draw();
    },
    async done() {
      await live.done();
      if (failure !== undefined) throw failure.error;
    },
  };
}
