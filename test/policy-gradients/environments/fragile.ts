// A task that fails as its option `how` says, in threads only: for tests of what callers are told.

import type { EnvironmentDefinition } from "../../../src/policy-gradients/environments/definition.js";

export function fragile(fails: boolean): EnvironmentDefinition {
  return {
    name: "Fragile",
    build({ how }) {
      let steps = 0;
      return {
        name: "Fragile",
        observationSpace: { kind: "box", shape: [1], low: 0, high: Infinity },
        actionSpace: { kind: "discrete", count: 2 },
        reset: (_, observation) => observation.fill(0),
        step(_action, _random, observation) {
          steps++;
          if (fails && how === "breaks" && steps === 3) throw new RangeError("the third step is one too many");
          observation[0] = steps;
          return { reward: fails && how === "pays nonsense" ? NaN : 1, terminated: false, truncated: false };
        },
        state: () => new Float64Array(fails && how === "grows" ? 2 : 1),
        restore: () => {},
      };
    },
  };
}
