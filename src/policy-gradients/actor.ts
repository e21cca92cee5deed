// An actor at work: observations in, actions out, for some rows at a time.

import type { Random } from "../random/random.js";
import { compile, trace } from "../tensor/index.js";
import type { ActorCritic } from "./actor-critic.js";
import type { Space } from "./environments/environment.js";
import { boundsOf } from "./environments/spaces.js";

export interface Actor {
  /**
   * The actions `[rows, size]` for observations `[rows, observations]`, in an array that is reused. Writes the outcomes of the law that they are made
   * of: drawn, or the mode where there is no `random`.
   */
  act(w: Float64Array, observations: Float64Array, outcomes: Float64Array, random?: Random): Float64Array;
}

/**
 * The actor of an agent for so many rows: compiled once. Normal actions are cut off at the bounds of the space, where the agent keeps to them; what is learnt
 * from is the outcome.
 */
export function actorOf(agent: ActorCritic, actionSpace: Space, rows: number): Actor {
  const { distribution } = agent;
  const program = compile(trace(([w, seen]) => [agent.law(w, seen)], [[agent.dim], [rows, agent.observations]]));
  const law = new Float64Array(rows * distribution.parameters);
  const actions = new Float64Array(rows * distribution.size);
  const bounds = actionSpace.kind === "box" && agent.keepsBounds ? boundsOf("trainPolicy", actionSpace) : undefined;
  return {
    act(w, observations, outcomes, random) {
      program.run([w, observations], [law]);
      if (random === undefined) distribution.mode(law, outcomes);
      else distribution.sample(law, outcomes, random);
      if (distribution.actions !== undefined) distribution.actions(outcomes, actions);
      else actions.set(outcomes);
      if (bounds !== undefined) {
        const { low, high } = bounds;
        for (let i = 0, k = 0; i < actions.length; i++, k = k + 1 === low.length ? 0 : k + 1) {
          actions[i] = Math.max(low[k], Math.min(high[k], actions[i]));
        }
      }
      return actions;
    },
  };
}
