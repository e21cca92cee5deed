// How a kernel's chains begin: at their starts, or where they stood when an earlier run ended.

import type { Energy } from "../energies/energy.js";
import { type Random, restore, stream } from "../random/index.js";
import type { Adaptation, Kernel, KernelState } from "../samplers/kernel.js";
import type { Plan } from "./plan.js";
import { OF_RUN, OF_WARMUP, type Standing, writeBack } from "./standing.js";
import { acceptablePositions, startingPositions } from "./start.js";

/** A kernel's chains, ready for their next transition. */
export interface Begun {
  readonly random: readonly Random[];
  readonly state: KernelState;
  readonly adaptation: Adaptation | undefined;
  readonly done: number;
  readonly resumed: boolean;
  /** `[width]`: transitions of a column that was stopped, NaN of the others. */
  readonly stoppedAt: Float64Array;
}

/** `ofRun`: the group's own numbers, `[width]` each, which are overwritten where it goes on. */
export function begin(
  energy: Energy,
  kernel: Kernel,
  plan: Plan,
  first: number,
  ofRun: Readonly<Record<string, Float64Array>>,
): Begun {
  const { width } = kernel;
  const { standing } = plan;
  if (standing !== undefined && !Number.isNaN(standing.transitions[first])) {
    return resume(energy, kernel, plan, standing, first, ofRun);
  }
  const random = Array.from({ length: width }, (_, c) => stream(plan.seed, "chain", first + c));
  const state = kernel.init(startingPositions(energy, plan, first, width), random);
  const adaptation = kernel.adaptation?.(plan.warmup);
  adaptation?.start(state, random);
  return { random, state, adaptation, done: 0, resumed: false, stoppedAt: new Float64Array(width).fill(Number.NaN) };
}

function resume(
  energy: Energy,
  kernel: Kernel,
  plan: Plan,
  standing: Standing,
  first: number,
  ofRun: Readonly<Record<string, Float64Array>>,
): Begun {
  const { width } = kernel;
  const stoppedAt = new Float64Array(width).fill(Number.NaN);
  let done = Number.NaN;
  for (let c = 0; c < width; c++) {
    const transitions = standing.transitions[first + c];
    if (standing.stopped[first + c] === 1) stoppedAt[c] = transitions;
    else if (Number.isNaN(done)) done = transitions;
    else if (done !== transitions) {
      throw new RangeError(
        `sample: the run cannot be gone on with: chain ${first + c} has made ${transitions} transitions and those beside it ${done}`,
      );
    }
  }
  const position = new Float64Array(energy.dim * width);
  writeBack({ position }, "", standing, first, width);
  // What the kernel draws at its start was drawn long ago: its streams are put in place after that.
  const spare = Array.from({ length: width }, (_, c) => stream(plan.seed, "chain", first + c, "resumed"));
  const state = kernel.init(acceptablePositions(energy, plan, first, position), spare);
  writeBack(kernel.memory(state), "", standing, first, width);
  for (let c = 0; c < width; c++) state.stopped[c] = standing.stopped[first + c];
  kernel.restored?.(state);

  const adaptation = done < plan.warmup ? kernel.adaptation?.(plan.warmup) : undefined;
  if (adaptation !== undefined) {
    writeBack(adaptation.memory(), OF_WARMUP, standing, first, width);
    adaptation.restored?.(state);
  }
  writeBack(ofRun, OF_RUN, standing, first, width);
  const random = Array.from({ length: width }, (_, c) => restore(standing.random[first + c]));
  return { random, state, adaptation, done, resumed: true, stoppedAt };
}
