// ChEES (Hoffman, Radul and Sountsov 2021, "An Adaptive-MCMC Scheme for Setting Trajectory Lengths in Hamiltonian Monte Carlo"): many chains
// learn one trajectory length, the one along which the squared distance from the mean changes most per transition, and with it one step
// size and one diagonal mass. They advance together and pool what they have seen.

import type { Random } from "../random/random.js";
import { dualAveraging } from "./dual-averaging.js";
import type { Adaptation, KernelState } from "./kernel.js";
import { named } from "./memory.js";
import { searchStepSize } from "./step-size-search.js";
import type { Tunable } from "./warmup.js";
import { type Welford, welford } from "./welford.js";
import { windows } from "./windows.js";

/** The acceptance at which HMC costs least (Beskos et al. 2013); here of the chains' harmonic mean. */
export const CHEES_ACCEPTANCE = 0.651;

// The constants of the paper and of its authors' code: Adam without momentum, and averages with weights t^-1/2.
const LEARNING_RATE = 0.025;
const SQUARES_DECAY = 0.95;
const MOST_UPDATE = 0.35;
const AVERAGING = 0.5;

/** What has just happened to `width` chains in one transition. Arrays over coordinates are `[dim, width]`, the others `[width]`. */
export interface Flight {
  readonly before: Float64Array;
  /** The trajectory's end, whether or not it was accepted. */
  readonly proposal: Float64Array;
  /** The momentum there. */
  readonly momentum: Float64Array;
  readonly acceptance: Float64Array;
  readonly diverging: Float64Array;
  readonly inverseMass: Float64Array;
  /** How long the trajectories were. */
  readonly length: number;
}

/** What ChEES reads and sets besides what every warmup does: values common to all columns, in arrays of theirs. */
export interface CheesTunable<State extends KernelState> extends Tunable<State> {
  /** `[width]`: the longest trajectory, of which each transition goes a share. */
  readonly trajectoryLength: Float64Array;
  /** Trajectories are at most so many times longer than a step. */
  readonly mostSteps: number;
  flight(): Flight;
}

export interface CheesOptions {
  readonly targetAcceptance: number;
  /** False where the mass was given. */
  readonly adaptMass: boolean;
}

/** Adapts `tunable` over `warmup` transitions of all chains. The first trajectories are one step long. */
export function cheesWarmup<State extends KernelState>(
  tunable: CheesTunable<State>,
  warmup: number,
  { targetAcceptance, adaptMass }: CheesOptions,
): Adaptation<State> {
  const { where, dim, stepSize, inverseMass, trajectoryLength, mostSteps } = tunable;
  const width = stepSize.length;
  // What all chains have in common is the same number in every column.
  const averaging = dualAveraging(width, { target: targetAcceptance, kappa: AVERAGING });
  const moments = welford(dim, width);
  const { initial, ends } = windows(adaptMass ? warmup : 0);
  const lastEnd = ends.length > 0 ? ends[ends.length - 1] : 0;
  const transitions = new Float64Array(width);
  const searched = new Float64Array(width);
  /** Adam's steps since the mass last changed, and the running mean square of the criterion's slope over them. */
  const updates = new Float64Array(width);
  const squares = new Float64Array(width);
  /** The length's logarithm, and its average. */
  const logLength = new Float64Array(width);
  const logAverage = new Float64Array(width);

  function searchFrom(state: State, random: readonly Random[]): void {
    const accept = (size: number): number => {
      let sum = 0;
      for (let c = 0; c < width; c++) sum += probability(tunable.logAcceptance(state, c, size, random[c]));
      return Math.log(sum / width);
    };
    stepSize.fill(searchStepSize(where, stepSize[0], accept));
    searched.set(stepSize);
    for (let c = 0; c < width; c++) averaging.restart(c, stepSize[c]);
  }

  /** Adam's step along the criterion, without momentum. */
  function learnLength(): void {
    const slope = cheesGradient(tunable.flight());
    if (!Number.isFinite(slope)) return;
    const t = updates[0] + 1;
    updates.fill(t);
    squares.fill(SQUARES_DECAY * squares[0] + (1 - SQUARES_DECAY) * slope * slope);
    const scale = Math.sqrt(squares[0] / (1 - SQUARES_DECAY ** t));
    const update = scale > 0 ? (LEARNING_RATE * slope) / scale : 0;
    const moved = logLength[0] + Math.min(MOST_UPDATE, Math.max(-MOST_UPDATE, update));
    setLength(moved);
    const weight = transitions[0] ** -AVERAGING;
    logAverage.fill((1 - weight) * logAverage[0] + weight * logLength[0]);
  }

  // Below one step all trajectories are alike, and what noise there is would let the length drift away.
  function setLength(logarithm: number): void {
    // The step size found by search, for those that dual averaging tries at first are far too long.
    const least = Math.log(searched[0]);
    logLength.fill(Math.min(least + Math.log(mostSteps), Math.max(least, logarithm)));
  }

  /** A new mass, and the trajectory as long as before in the new scales: its largest scales are those that its length is for. */
  function renewMass(state: State, random: readonly Random[]): void {
    let [old, renewed] = [0, 0];
    const n = width * moments.count[0];
    for (let i = 0; i < dim; i++) {
      old += inverseMass[i * width];
      const shrunk = (n / (n + 5)) * pooledVariance(moments, i) + 1e-3 * (5 / (n + 5));
      renewed += shrunk;
      inverseMass.fill(shrunk, i * width, (i + 1) * width);
    }
    const shift = Math.log(old / renewed) / 2;
    for (let c = 0; c < width; c++) {
      moments.reset(c);
      tunable.massChanged(c);
    }
    searchFrom(state, random);
    setLength(logLength[0] + shift);
    logAverage.fill(logAverage[0] + shift);
    // Slopes have another size from now on: measured by the earlier ones the next steps would leap over the first maximum.
    updates.fill(0);
    squares.fill(0);
  }

  return {
    start(state, random) {
      searchFrom(state, random);
      logLength.fill(Math.log(stepSize[0]));
      logAverage.set(logLength);
      trajectoryLength.set(stepSize);
    },
    update(state, info, random) {
      const transition = transitions[0] + 1;
      transitions.fill(transition);
      const acceptance = harmonicMean(info.acceptance);
      for (let c = 0; c < width; c++) stepSize[c] = averaging.update(c, acceptance);
      learnLength();
      if (transition > initial && transition <= lastEnd) {
        for (let c = 0; c < width; c++) moments.add(state.position, c);
        if (ends.includes(transition)) renewMass(state, random);
      }
      trajectoryLength.fill(Math.exp(logLength[0]));
    },
    finish() {
      for (let c = 0; c < width; c++) stepSize[c] = averaging.average(c);
      trajectoryLength.fill(Math.exp(logAverage[0]));
    },
    memory: () => ({
      transitions,
      searched,
      updates,
      squares,
      logLength,
      logAverage,
      ...named("averaging", averaging.memory),
      ...named("moments", moments.memory),
    }),
  };
}

/**
 * The slope of the ChEES criterion, `E[(|q' - mean|^2 - |q - mean|^2)^2] / 4`, in the logarithm of the trajectories' length, in coordinates in
 * which the mass is 1 (section 4 of the paper). Chains count as much as their proposals would be accepted; those that diverged do not.
 * NaN where none counts.
 */
export function cheesGradient(flight: Flight): number {
  const { before, proposal, momentum, acceptance, diverging, inverseMass, length } = flight;
  const width = acceptance.length;
  const starts = new Float64Array(width);
  const ends = new Float64Array(width);
  const outward = new Float64Array(width);
  let weights = 0;
  for (let c = 0; c < width; c++) if (diverging[c] === 0) weights += acceptance[c];
  if (weights === 0) return Number.NaN;
  for (let from = 0; from < before.length; from += width) {
    let [start, end] = [0, 0];
    for (let c = 0; c < width; c++) {
      start += before[from + c] / width;
      if (diverging[c] === 0) end += (acceptance[c] / weights) * proposal[from + c];
    }
    for (let c = 0; c < width; c++) {
      if (diverging[c] !== 0) continue;
      const k = from + c;
      starts[c] += (before[k] - start) ** 2 / inverseMass[k];
      ends[c] += (proposal[k] - end) ** 2 / inverseMass[k];
      // In these coordinates q' is q' / s and the velocity s p, for s^2 the inverse mass.
      outward[c] += (proposal[k] - end) * momentum[k];
    }
  }
  let slope = 0;
  for (let c = 0; c < width; c++) {
    if (diverging[c] === 0) slope += (acceptance[c] / weights) * (ends[c] - starts[c]) * outward[c];
  }
  return length * slope;
}

/** The variance of a coordinate over what all columns have seen (each as many positions), about their common mean. */
export function pooledVariance(moments: Welford, coordinate: number): number {
  const { count, mean } = moments;
  const width = count.length;
  const n = count[0];
  let middle = 0;
  for (let c = 0; c < width; c++) middle += mean[coordinate * width + c] / width;
  let squares = 0;
  for (let c = 0; c < width; c++) {
    const within = n > 1 ? (n - 1) * moments.variance(coordinate, c) : 0;
    squares += within + n * (mean[coordinate * width + c] - middle) ** 2;
  }
  return squares / (n * width - 1);
}

/**
 * The harmonic mean of acceptances, which the worst chain decides.
 * @example harmonicMean(Float64Array.of(1, 0.5, 0.25)) // 3 / 7
 */
export function harmonicMean(acceptance: Float64Array): number {
  let sum = 0;
  for (const probability of acceptance) sum += 1 / probability;
  return acceptance.length / sum;
}

/**
 * Entry k = 1, 2, ... of the Halton sequence of base 2: k's binary digits mirrored at the point, which fill (0, 1) evenly.
 * @example [1, 2, 3, 4].map(halton) // [0.5, 0.25, 0.75, 0.125]
 */
export function halton(k: number): number {
  let value = 0;
  for (let digit = 0.5, rest = k; rest > 0; digit /= 2, rest = Math.floor(rest / 2)) value += (rest % 2) * digit;
  return value;
}

/** min(1, exp(x)), 0 where it is not finite. */
function probability(logAcceptance: number): number {
  return Number.isFinite(logAcceptance) ? Math.min(1, Math.exp(logAcceptance)) : 0;
}
