// Observations as plain vectors: a box loses its shape, a choice becomes a one among zeros.

import { knownOptions } from "../../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord } from "../definition.js";
import { type EnvironmentRecord, type EnvironmentSource, sizeOfSpace } from "../environment.js";
import { refuseLength } from "../task.js";
import { NOTHING, wrapped } from "./wrapped.js";

/**
 * FlattenObservation: a box of any shape as a vector, one of `count` choices as `count` numbers, 1 at the choice and 0 elsewhere.
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
    const choice = new Float64Array(1);
    const check = (observation: Float64Array): void => {
      if (observation.length !== space.count) refuseLength(inner.name, "observation", space.count, observation);
    };
    const write = (observation: Float64Array): void => {
      observation.fill(0);
      observation[choice[0]] = 1;
    };
    return wrapped(inner, NOTHING, {
      observationSpace: { kind: "box", shape: [space.count], low: 0, high: 1 },
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
