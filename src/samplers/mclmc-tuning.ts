// Tunes microcanonical Langevin's step size, decoherence length L and scales from the chain's own energy errors, variances and
// autocorrelations (Robnik, De Luca, Silverstein and Seljak 2023, section 4; the weights and constants are those of BlackJAX).

import { lastDraws } from "./correlation-time.js";
import { type IsokineticTunable, isokineticMoments, oneStepError } from "./isokinetic-tuning.js";
import type { Adaptation, Memory } from "./kernel.js";
import type { MclmcState } from "./mclmc.js";
import { searchStepSize } from "./step-size-search.js";
import { named } from "./warmup.js";

export interface MclmcTuningOptions {
  readonly desiredEnergyVariance: number;
  readonly adaptsStep: boolean;
  readonly adaptsL: boolean;
  readonly adaptsScale: boolean;
}

/** Shares of warmup: from where variances are learned, where they are used and learned anew, where they are used again, and from where autocorrelations are. */
const PHASES = { variances: 0.2, scales: 0.35, scalesAgain: 0.6, autocorrelations: 0.7 } as const;

/** L over the length travelled per effective draw. */
const L_PER_EFFECTIVE_LENGTH = 0.4;

export function mclmcTuning(
  tunable: IsokineticTunable,
  warmup: number,
  options: MclmcTuningOptions,
): Adaptation<MclmcState> {
  const { stepSize, L, inverseMass } = tunable;
  const { adaptsStep, adaptsL, adaptsScale } = options;
  const dim = inverseMass.length;
  const desired = dim * options.desiredEnergyVariance;
  const from = Math.floor(PHASES.variances * warmup);
  const first = Math.floor(PHASES.scales * warmup);
  const second = Math.floor(PHASES.scalesAgain * warmup);
  const last = Math.floor(PHASES.autocorrelations * warmup);

  const follower = stepFollower(desired);
  const moments = isokineticMoments(tunable);
  const watch = settledStep(desired, warmup - last);
  const trace = lastDraws(dim, adaptsL ? warmup - last : 0);
  /** Transitions made. */
  const transitions = new Float64Array(1);

  function takeVariances(): void {
    const taken = moments.take(adaptsScale);
    if (taken === undefined) return;
    if (adaptsL) L[0] = taken.radius;
    if (adaptsStep && adaptsScale) {
      stepSize[0] *= taken.unitChange;
      follower.restart();
    }
  }

  return {
    start(state, random) {
      if (!adaptsStep) return;
      const energyError = oneStepError(tunable, state, random[0]);
      // As a search for acceptance: its threshold is met where the squared error is the desired one.
      const threshold = (size: number) => (Math.log(0.8) * energyError(size) ** 2) / desired;
      stepSize[0] = searchStepSize("mclmc", stepSize[0], threshold);
    },

    update(state, info) {
      const t = ++transitions[0];
      if (adaptsStep && t <= last) {
        const isBarred = !Number.isFinite(info.energyError[0]);
        stepSize[0] = isBarred ? follower.barred(stepSize[0]) : follower.next(stepSize[0], info.energyError[0]);
      }
      if (adaptsStep && t > last) stepSize[0] = watch.next(stepSize[0], info.energyError[0]);
      if (t > from && t <= second) moments.add(state.position);
      if (t === first || t === second) takeVariances();
      if (t > last) trace.add(state.position);
    },

    finish() {
      if (!adaptsL) return;
      const draws = trace.meanCorrelationTime();
      if (Number.isFinite(draws)) L[0] = L_PER_EFFECTIVE_LENGTH * stepSize[0] * draws;
    },

    memory: () => ({
      transitions,
      ...named("step", follower.memory),
      ...named("watch", watch.memory),
      ...named("moments", moments.memory),
      ...named("trace", trace.memory),
    }),
  };
}

interface StepFollower {
  /** The step size after one that made this energy error. */
  next(stepSize: number, energyError: number): number;
  /** The step size after one that led into numbers that are not finite: no later one is larger. */
  barred(stepSize: number): number;
  /** Forgets the errors, which a change of scales has made void. */
  restart(): void;
  readonly memory: Memory;
}

/** How far a single error may be off, in sixths of a power of e, before it is believed less; and of how many errors the mean is taken. */
const TRUST = 1.5;
const WINDOW = 150;

/**
 * Follows the step size at which squared energy errors have the mean `desired`. They grow with its sixth power, so that each error,
 * `xi = error^2 / desired` at a step `eps`, proposes `eps xi^(-1/6)`; the mean of `xi / eps^6` forgets slowly, and trusts less what proposes
 * to change the step much.
 */
function stepFollower(desired: number): StepFollower {
  const [sum, weights, largest] = [Float64Array.of(0), Float64Array.of(0), Float64Array.of(Number.POSITIVE_INFINITY)];
  const keep = (WINDOW - 1) / (WINDOW + 1);
  return {
    memory: { sum, weights, largest },
    next(stepSize, energyError) {
      // No error at all would propose an infinite step.
      const xi = energyError ** 2 / desired + 1e-8;
      const weight = Math.exp(-0.5 * (Math.log(xi) / (6 * TRUST)) ** 2);
      if (weight === 0) return this.barred(stepSize);
      sum[0] = keep * sum[0] + weight * (xi / stepSize ** 6);
      weights[0] = keep * weights[0] + weight;
      const proposed = (sum[0] / weights[0]) ** (-1 / 6);
      return proposed > 0 && proposed < largest[0] ? proposed : Math.min(stepSize, largest[0]);
    },
    barred(stepSize) {
      largest[0] = Math.min(largest[0], 0.8 * stepSize);
      return largest[0];
    },
    restart() {
      sum[0] = 0;
      weights[0] = 0;
      // What barred the way was met in other units.
      largest[0] = Number.POSITIVE_INFINITY;
    },
  };
}

interface SettledStep {
  /** The step size after one of the settled size that made this energy error. */
  next(stepSize: number, energyError: number): number;
  readonly memory: Memory;
}

const CHECKS = 3;
/** So many times the desired variance no few errors come to by chance, and none of a step that is stable in all directions. */
const FAR_TOO_MUCH = 10;

/**
 * Watches a step that follows no more, over `transitions` of them. Where stiff directions are few their errors hardly show in the mean over
 * all, up to the step at which they are unstable: a step settled a few per cent too large heats the chain for good. Thrice, after as many
 * transitions to cool down, a step with far too large errors is shortened by a factor of `sqrt(1/2)`.
 */
function settledStep(desired: number, transitions: number): SettledStep {
  const [seen, sum, count] = [Float64Array.of(0), Float64Array.of(0), Float64Array.of(0)];
  const ends = Array.from({ length: CHECKS }, (_, k) => Math.floor(((k + 1) * transitions) / CHECKS));
  const cooling = Math.floor(transitions / CHECKS / 2);
  return {
    memory: { seen, sum, count },
    next(stepSize, energyError) {
      const t = ++seen[0];
      const since = t - Math.max(0, ...ends.filter((end) => end < t));
      if (since > cooling) {
        sum[0] += energyError ** 2;
        count[0]++;
      }
      if (!ends.includes(t)) return stepSize;
      const mean = sum[0] / count[0];
      sum[0] = count[0] = 0;
      // Errors that are no numbers are too large, too.
      return mean <= FAR_TOO_MUCH * desired ? stepSize : stepSize * Math.SQRT1_2;
    },
  };
}
