// The last observations together, so that a policy without memory sees what moves.

import { integerAtLeast, knownOptions } from "../../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord } from "../definition.js";
import { type EnvironmentRecord, type EnvironmentSource, sizeOfSpace } from "../environment.js";
import { boundsOf, boxOf } from "../spaces.js";
import { refuseLength } from "../task.js";
import { wrapped } from "./wrapped.js";

export interface FrameStackOptions {
  /** Observations that are seen at once. */
  stackSize: number;
}

/**
 * FrameStackObservation: the last `stackSize` observations, oldest first; at the start of an episode all are its first. Pictures
 * `[height, width, channels]` are stacked along their channels, as convolutions want it; other shapes along a new first axis. Throws
 * where the size is no positive integer.
 *
 * Example: `frameStackObservation(catchBall(), { stackSize: 4 })` observes the shape `[10, 5, 4]`.
 */
export function frameStackObservation(environment: EnvironmentSource, options: FrameStackOptions): EnvironmentRecord {
  return environmentRecord("frameStackObservation", { environment, stackSize: sizeOf(options) });
}

export const frameStackObservationDefinition: EnvironmentDefinition = {
  build({ environment, ...options }, { make }) {
    const stackSize = sizeOf(options as unknown as FrameStackOptions);
    const inner = make(environment as EnvironmentSource);
    const space = boxOf("frameStackObservation", "observation", inner.observationSpace);
    const { low, high } = boundsOf("frameStackObservation", space);
    const size = sizeOfSpace(space);
    const isPicture = space.shape.length === 3;
    /** Numbers that stay together: a pixel's channels, or a whole observation. */
    const run = isPicture ? space.shape[2] : size;
    const latest = new Float64Array(size);
    /** `[stackSize, size]`, oldest first. */
    const frames = new Float64Array(stackSize * size);

    const push = (): void => {
      frames.copyWithin(0, size);
      frames.set(latest, (stackSize - 1) * size);
    };
    const write = (observation: Float64Array): void => interleave(frames, stackSize, size, run, observation);
    const check = (observation: Float64Array): void => {
      if (observation.length !== frames.length) refuseLength(inner.name, "observation", frames.length, observation);
    };
    const stacked = (bound: Float64Array): number[] => {
      const all = new Float64Array(stackSize * size);
      for (let frame = 0; frame < stackSize; frame++) all.set(bound, frame * size);
      const out = new Float64Array(all.length);
      interleave(all, stackSize, size, run, out);
      return Array.from(out);
    };

    return wrapped(inner, frames, {
      observationSpace: {
        kind: "box",
        shape: isPicture ? [space.shape[0], space.shape[1], run * stackSize] : [stackSize, ...space.shape],
        low: stacked(low),
        high: stacked(high),
      },
      reset(random, observation) {
        check(observation);
        inner.reset(random, latest);
        for (let frame = 0; frame < stackSize; frame++) push();
        write(observation);
      },
      step(action, random, observation) {
        check(observation);
        const result = inner.step(action, random, latest);
        push();
        write(observation);
        return result;
      },
    });
  },
};

/** From `[frames, size / run, run]` to `[size / run, frames, run]`. */
function interleave(from: Float64Array, frames: number, size: number, run: number, to: Float64Array): void {
  for (let frame = 0, at = 0; frame < frames; frame++) {
    for (let start = frame * run; start < frames * size; start += frames * run) {
      for (let i = 0; i < run; i++) to[start + i] = from[at++];
    }
  }
}

function sizeOf(options: FrameStackOptions): number {
  knownOptions("frameStackObservation", options, ["stackSize"]);
  return integerAtLeast("frameStackObservation", "stackSize", options.stackSize, 1);
}
