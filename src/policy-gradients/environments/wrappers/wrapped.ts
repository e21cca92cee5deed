// What all wrappers have in common: they are environments that hand on what they do not change, and keep their own numbers in front of
// those of the environment within.

import type { Environment } from "../environment.js";

/** `inner` with some methods replaced; `own` are the wrapper's live numbers, saved and restored with the state. */
export function wrapped(inner: Environment, own: Float64Array, changes: Partial<Environment>): Environment {
  return {
    name: inner.name,
    observationSpace: inner.observationSpace,
    actionSpace: inner.actionSpace,
    reset: (random, observation) => inner.reset(random, observation),
    step: (action, random, observation) => inner.step(action, random, observation),

    state() {
      const within = inner.state();
      const state = new Float64Array(own.length + within.length);
      state.set(own);
      state.set(within, own.length);
      return state;
    },

    restore(state) {
      // The environment within refuses the rest where the length is wrong, before anything of ours has changed.
      inner.restore(state.slice(own.length));
      own.set(state.subarray(0, own.length));
    },

    ...(inner.outline && { outline: () => inner.outline!() }),
    close: () => inner.close?.(),
    ...changes,
  };
}

/** For wrappers that remember nothing. */
export const NOTHING: Float64Array = new Float64Array(0);
