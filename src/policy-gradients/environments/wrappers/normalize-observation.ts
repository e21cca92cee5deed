// Brings each number of the observation to mean 0 and variance 1 by what was seen so far, as Gymnasium does.

import { knownOptions, nonNegativeNumber } from "../../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord, type Parts } from "../definition.js";
import { type EnvironmentRecord, type EnvironmentSource, sizeOfSpace } from "../environment.js";
import { boxOf } from "../spaces.js";
import { NOTHING, wrapped } from "./wrapped.js";

export interface NormalizeObservationOptions {
  /** Added to the variance under the root; 1e-8. */
  epsilon?: number;
}

/**
 * NormalizeObservation: (observation - mean) / sqrt(variance + epsilon), with the moments of all observations up to and with this one.
 * What is learnt can be shared, saved and frozen: `EnvironmentStatistics`. Throws on a wrong option; a step throws where an
 * observation is not finite.
 *
 * Example: `normalizeObservation(clipAction(pendulum()))`.
 */
export function normalizeObservation(
  environment: EnvironmentSource,
  options: NormalizeObservationOptions = {},
): EnvironmentRecord {
  return environmentRecord("normalizeObservation", { environment, epsilon: epsilonOf(options) });
}

export const normalizeObservationDefinition: EnvironmentDefinition = {
  learns: true,

  build({ environment, ...options }, parts: Parts) {
    const epsilon = epsilonOf(options);
    const inner = parts.make(environment as EnvironmentSource);
    const { shape } = boxOf("normalizeObservation", "observation", inner.observationSpace);
    const size = sizeOfSpace(inner.observationSpace);
    const { moments, frozen, own } = parts.moments("normalizeObservation", size);
    const { memory } = moments;

    // Hot: nothing is allocated.
    const normalize = (observation: Float64Array): void => {
      if (!frozen) moments.update(observation);
      const count = memory[0];
      for (let i = 0; i < size; i++) {
        observation[i] = (observation[i] - memory[1 + i]) / Math.sqrt(memory[1 + size + i] / count + epsilon);
      }
    };

    return wrapped(inner, own ? memory : NOTHING, {
      observationSpace: { kind: "box", shape, low: -Infinity, high: Infinity },
      reset(random, observation) {
        inner.reset(random, observation);
        normalize(observation);
      },
      step(action, random, observation) {
        const result = inner.step(action, random, observation);
        normalize(observation);
        return result;
      },
    });
  },
};

function epsilonOf(options: NormalizeObservationOptions): number {
  knownOptions("normalizeObservation", options, ["epsilon"]);
  const { epsilon = 1e-8 } = options;
  return nonNegativeNumber("normalizeObservation", "epsilon", epsilon);
}
