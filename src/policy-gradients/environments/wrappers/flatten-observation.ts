// Observations as plain vectors: a box loses its shape, each choice becomes a one among zeros.

import { knownOptions } from "../../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord } from "../definition.js";
import { choicesOf, type EnvironmentRecord, type EnvironmentSource, sizeOfSpace } from "../environment.js";
import { refuseLength } from "../task.js";
import { NOTHING, wrapped } from "./wrapped.js";

/**
 * FlattenObservation: a box of any shape as a vector, yes and no as they are, one of `count` choices as `count` numbers, 1 at the choice and 0 elsewhere, several
 * choices one after another.
 *
 * Example: `flattenObservation(gridWorld())` observes 24 numbers, one for each place outside of the goal.
 */
export function flattenObservation(environment: EnvironmentSource): EnvironmentRecord {
  return environmentRecord("flattenObservation", { environment });
}

export const flattenObservationDefinition: EnvironmentDefinition = {
  build({ environment, ...options }, { make }) {
    knownOptions("flattenObservation", options, []);
    const inner = make(environment as EnvironmentSource);
    const space = inner.observationSpace;
    if (space.kind === "box") {
      return wrapped(inner, NOTHING, { observationSpace: { ...space, shape: [sizeOfSpace(space)] } });
    }
    if (space.kind === "multiBinary") {
      return wrapped(inner, NOTHING, { observationSpace: { kind: "box", shape: [space.size], low: 0, high: 1 } });
    }
    const counts = choicesOf(space) ?? [];
    const width = counts.reduce((sum, count) => sum + count, 0);
    const choice = new Float64Array(counts.length);
    const check = (observation: Float64Array): void => {
      if (observation.length !== width) refuseLength(inner.name, "observation", width, observation);
    };
    const write = (observation: Float64Array): void => {
      observation.fill(0);
      for (let i = 0, first = 0; i < counts.length; first += counts[i], i++) observation[first + choice[i]] = 1;
    };
    return wrapped(inner, NOTHING, {
      observationSpace: { kind: "box", shape: [width], low: 0, high: 1 },
      reset(random, observation) {
        check(observation);
        inner.reset(random, choice);
        write(observation);
      },
      step(action, random, observation) {
        check(observation);
        const result = inner.step(action, random, choice);
        write(observation);
        return result;
      },
    });
  },
};
