// Tunes the adjusted microcanonical sampler: its step size by dual averaging, its scales from variances, its trajectories' length from
// variances and then from autocorrelations (Robnik, Cohn-Gordon and Seljak 2025, arXiv:2503.01707, section on adaptation).

import { lastDraws } from "./correlation-time.js";
import { dualAveraging } from "./dual-averaging.js";
import { type IsokineticTunable, isokineticMoments, oneStepError } from "./isokinetic-tuning.js";
import type { Adaptation } from "./kernel.js";
import type { MamsState } from "./mams.js";
import { searchStepSize } from "./step-size-search.js";
import { named } from "./warmup.js";

export interface MamsTuningOptions {
  readonly targetAcceptance: number;
  readonly adaptsStep: boolean;
  readonly adaptsL: boolean;
  readonly adaptsScale: boolean;
}

/** Shares of warmup: from where variances are learned, where they are used and learned anew, and until where autocorrelations are. */
const PHASES = { variances: 0.05, scales: [0.15, 0.3, 0.6], autocorrelations: 0.85 } as const;

/** Steps of a trajectory before anything is known of the law's size. */
const FIRST_STEPS = 5;
/** L over the length travelled per effective draw. */
const L_PER_EFFECTIVE_LENGTH = 0.5;

export function mamsTuning(
  tunable: IsokineticTunable,
  warmup: number,
  { targetAcceptance, adaptsStep, adaptsL, adaptsScale }: MamsTuningOptions,
): Adaptation<MamsState> {
  const { stepSize, L, inverseMass } = tunable;
  const from = Math.floor(PHASES.variances * warmup);
  const scales = PHASES.scales.map((share) => Math.floor(share * warmup));
  const settled = scales[scales.length - 1];
  const until = Math.floor(PHASES.autocorrelations * warmup);

  const averaging = dualAveraging(1, { target: targetAcceptance });
  const moments = isokineticMoments(tunable);
  const trace = lastDraws(inverseMass.length, adaptsL ? until - settled : 0);
  /** Transitions made; and 1 while `L` is a number of steps, for nothing is known of the law's size. */
  const [transitions, sizeUnknown] = [Float64Array.of(0), Float64Array.of(adaptsL ? 1 : 0)];

  /** Until the law's size is known trajectories have `FIRST_STEPS` steps, however long these are. */
  function followStep(): void {
    if (sizeUnknown[0] === 1) L[0] = FIRST_STEPS * stepSize[0];
  }

  function restart(size: number): void {
    stepSize[0] = size;
    averaging.restart(0, size);
    followStep();
  }

  function takeVariances(): void {
    const taken = moments.take(adaptsScale);
    if (taken === undefined) return;
    if (adaptsL) {
      L[0] = taken.radius;
      sizeUnknown[0] = 0;
    }
    if (adaptsStep) restart(averaging.average(0) * taken.unitChange);
  }

  function takeCorrelations(): void {
    const draws = trace.meanCorrelationTime();
    if (!Number.isFinite(draws)) return;
    L[0] *= Math.min(2, Math.max(0.5, L_PER_EFFECTIVE_LENGTH * draws));
  }

  return {
    start(state, random) {
      if (!adaptsStep) return;
      const energyError = oneStepError(tunable, state, random[0]);
      restart(searchStepSize("mams", stepSize[0], (size) => -energyError(size)));
    },

    update(state, info) {
      const t = ++transitions[0];
      if (adaptsStep) stepSize[0] = averaging.update(0, info.acceptance[0]);
      followStep();
      if (t > from && t <= settled) moments.add(state.position);
      if (t > settled && t <= until) trace.add(state.position);
      if (scales.includes(t)) takeVariances();
      if (t === until && adaptsL) takeCorrelations();
    },

    finish() {
      if (!adaptsStep) return;
      stepSize[0] = averaging.average(0);
      followStep();
    },

    memory: () => ({
      transitions,
      sizeUnknown,
      ...named("averaging", averaging.memory),
      ...named("moments", moments.memory),
      ...named("trace", trace.memory),
    }),
  };
}
