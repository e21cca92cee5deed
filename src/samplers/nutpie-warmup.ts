// nutpie's warmup (Seyboldt, Carlson, Carpenter 2024; the schedule of nuts-rs): the mass follows draws and gradients all the time, from
// an estimator in the foreground that is replaced now and again by a younger one from the background, so that the start is soon forgotten.

import type { Random } from "../random/random.js";
import { dualAveraging } from "./dual-averaging.js";
import type { Adaptation, KernelState, Memory } from "./kernel.js";
import { massEstimator } from "./mass-estimators.js";
import { named } from "./memory.js";
import { settledStepSize } from "./settled-step-size.js";
import { searchStepSize } from "./step-size-search.js";
import type { Tunable, WarmupOptions } from "./warmup.js";

/** The share of warmup that is early, and the share of its end in which only the step size goes on. */
const EARLY = 0.3;
const FINAL = 0.15;
/** The background comes forward after so many transitions: early, at first when it is no longer early, and by what that grows. */
const EARLY_SWITCH = 10;
const FIRST_SWITCH = 80;
const GROWTH = 1.5;
/** A diagonal follows every transition; what costs an eigenvalue problem, every so many. */
const COSTLY_UPDATE = 20;
/** Positions that make a first mass. */
const LEAST_COUNT = 3;

/** Where in a warmup the mass may be renewed. */
export interface NutpieSchedule {
  /** Transitions that are early. */
  readonly early: number;
  /** After so many transitions the mass stays. */
  readonly last: number;
}

/** @example nutpieSchedule(1000) // { early: 300, last: 850 } */
export function nutpieSchedule(warmup: number): NutpieSchedule {
  return { early: Math.floor(EARLY * warmup), last: warmup - Math.ceil(FINAL * warmup) };
}

/** As `metricWarmup` with `adaptation: "nutpie"`. `adapts` must be a kind of mass. */
export function nutpieWarmup<State extends KernelState>(
  tunable: Tunable<State>,
  warmup: number,
  { targetAcceptance, adapts = "diagonal", endsAt = "target" }: WarmupOptions,
): Adaptation<State> {
  const { where, dim, stepSize, inverseMass } = tunable;
  const width = stepSize.length;
  const averaging = dualAveraging(width, { target: targetAcceptance });
  const settled = endsAt === "target" ? settledStepSize(width, targetAcceptance) : undefined;
  const foreground = massEstimator(adapts, "gradients", dim, width);
  const background = massEstimator(adapts, "gradients", dim, width);
  const { early, last } = nutpieSchedule(warmup);
  const every = adapts === "diagonal" ? 1 : COSTLY_UPDATE;
  /** Transitions made, the same number for every column. */
  const transitions = new Float64Array(width);
  /** Positions after which a column's background comes forward once it is no longer early. */
  const interval = new Float64Array(width).fill(FIRST_SWITCH);
  /** 1 once a column's mass comes from draws. */
  const learnt = new Float64Array(width);

  function searchFrom(state: State, column: number, random: Random): void {
    const accept = (size: number) => tunable.logAcceptance(state, column, size, random);
    stepSize[column] = searchStepSize(where, stepSize[column], accept);
    averaging.restart(column, stepSize[column]);
    settled?.restart(column);
  }

  /** The one position's own rule, |q| / |gradient| for |q| near 1. */
  function writeFirst(gradient: Float64Array, column: number): void {
    const apart = adapts === "dense" ? dim + 1 : 1;
    for (let i = 0; i < dim; i++) {
      const slope = Math.abs(gradient[i * width + column]);
      inverseMass[i * apart * width + column] = slope > 0 ? 1 / Math.min(Math.max(slope, 1e-20), 1e20) : 1;
    }
    tunable.massChanged(column);
  }

  function comesForward(transition: number, column: number): boolean {
    const wanted = transition <= early ? EARLY_SWITCH : interval[column];
    // The last one to come forward must have time to grow.
    if (background.count(column) < wanted || transition + wanted > last) return false;
    copyColumn(background.memory, foreground.memory, column, width);
    background.reset(column);
    if (transition > early) interval[column] = Math.ceil(GROWTH * interval[column]);
    return true;
  }

  return {
    start(state, random) {
      for (let c = 0; c < width; c++) {
        if (warmup > 0) writeFirst(tunable.gradient(state), c);
        searchFrom(state, c, random[c]);
      }
    },
    update(state, info, random) {
      const transition = ++transitions[0];
      transitions.fill(transition);
      for (let c = 0; c < width; c++) {
        settled?.add(c, stepSize[c], info.acceptance[c]);
        stepSize[c] = averaging.update(c, info.acceptance[c]);
        if (transition > last) continue;
        if (info.diverging === undefined || info.diverging[c] === 0) {
          foreground.add(state.position, tunable.gradient(state), c);
          background.add(state.position, tunable.gradient(state), c);
        }
        const renewed = comesForward(transition, c);
        const due = renewed || transition % every === 0 || transition === last;
        if (!due || foreground.count(c) < LEAST_COUNT) continue;
        foreground.write(c, inverseMass);
        tunable.massChanged(c);
        if (learnt[c] === 0) searchFrom(state, c, random[c]);
        learnt[c] = 1;
      }
    },
    finish() {
      for (let c = 0; c < width; c++) stepSize[c] = settled?.stepSize(c) ?? averaging.average(c);
    },
    memory: () => ({
      transitions,
      interval,
      learnt,
      ...named("averaging", averaging.memory),
      ...(settled === undefined ? {} : named("settled", settled.memory)),
      ...named("foreground", foreground.memory),
      ...named("background", background.memory),
    }),
  };
}

function copyColumn(from: Memory, to: Memory, column: number, width: number): void {
  for (const [name, values] of Object.entries(from)) {
    for (let k = column; k < values.length; k += width) to[name][k] = values[k];
  }
}
