// A task for tests of training: small, random, with choices or numbers for actions.

import type { Environment } from "../../src/policy-gradients/environments/index.js";

/** Says a number; the action nearest to it pays most. Episodes are cut after three steps. */
export function echo(): Environment {
  const state = new Float64Array(2);
  return {
    name: "Echo",
    observationSpace: { kind: "box", shape: [1], low: -1, high: 1 },
    actionSpace: { kind: "box", shape: [1], low: -2, high: 2 },
    reset(random, observation) {
      state.set([2 * random.uniform() - 1, 0]);
      observation[0] = state[0];
    },
    step(action, random, observation) {
      const reward = -((action[0] - state[0]) ** 2);
      state.set([2 * random.uniform() - 1, state[1] + 1]);
      observation[0] = state[0];
      return { reward, terminated: false, truncated: state[1] === 3 };
    },
    state: () => state.slice(),
    restore: (saved) => state.set(saved),
  };
}
