// The training of a policy, shown as a figure that grows while it goes on.

import type { TrainingCallback, TrainingEnd, TrainingProgress } from "../policy-gradients/index.js";
import { showLive } from "./live.js";
import type { ShowOptions } from "./show.js";
import { notBegun, trainingFigure } from "./training-figure.js";

export interface LiveTraining {
  /** For the option `callbacks` of `trainPolicy`, of one training after another. */
  readonly callback: TrainingCallback;
  /** Resolves when the last state is shown, with its picture where `ergodic notebooks` runs the notebook; rejects where one could not be. */
  done(): Promise<void>;
}

/** Milliseconds between two figures that are made; what is shown is throttled further. */
const INTERVAL = 400;

/**
 * Shows a training while it goes on: the mean return of the latest hundred episodes and the evaluations over the steps, and in the title how far it
 * is. It does not hold up the training. Throws as `show` does.
 *
 * @example
 * const training = await showTraining();
 * const { policy } = await trainPolicy(ppo(), environments.cartPole(), { totalSteps: 100_000, evaluateEvery: 10_000, callbacks: [training.callback] });
 * await training.done();
 */
export async function showTraining(options: ShowOptions = {}): Promise<LiveTraining> {
  const live = await showLive(trainingFigure(notBegun), options);
  let failure: { readonly error: unknown } | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  const draw = (progress: TrainingProgress, end?: TrainingEnd): void => {
    if (end === undefined && performance.now() < notBefore) return;
    notBefore = performance.now() + INTERVAL;
    const { algorithm, environment, steps, totalSteps, seconds, log } = progress;
    try {
      live.update(
        trainingFigure({
          ...{ algorithm: algorithm.kind, environment: environment.name },
          ...{ steps, totalSteps, seconds, log, end },
        }),
      );
    } catch (error) {
      // A training does not end because its picture cannot be drawn: `done` says it.
      failure ??= { error };
    }
  };
  return {
    callback: {
      onTrainingStart: (progress) => draw(progress),
      onRolloutEnd: (progress) => draw(progress),
      onTrainingEnd: (progress, end) => draw(progress, end),
    },
    async done() {
      await live.done();
      if (failure !== undefined) throw failure.error;
    },
  };
}
