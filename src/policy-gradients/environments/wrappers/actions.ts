// ClipAction and RescaleAction: between a policy, whose actions have no bounds or are in [-1, 1], and a task, whose actions have others.

import { finiteNumber, knownOptions, refuse } from "../../../arguments/index.js";
import { type EnvironmentDefinition, environmentRecord } from "../definition.js";
import { type EnvironmentRecord, type EnvironmentSource, sizeOfSpace } from "../environment.js";
import { boundsOf, boxOf } from "../spaces.js";
import { NOTHING, wrapped } from "./wrapped.js";

export interface RescaleActionOptions {
  /** What becomes the task's lower bound; -1. */
  low?: number;
  /** What becomes the task's upper bound; 1. */
  high?: number;
}

/**
 * ClipAction: any action is taken, and brought within the bounds of the task. Making it throws where the task's actions are choices.
 *
 * Example: to `clipAction(mountainCarContinuous())` the action 3 is the action 1.
 */
export function clipAction(environment: EnvironmentSource): EnvironmentRecord {
  return environmentRecord("clipAction", { environment });
}

export const clipActionDefinition: EnvironmentDefinition = {
  changesActionsOnly: true,

  build({ environment, ...options }, { make }) {
    knownOptions("clipAction", options, []);
    const inner = make(environment as EnvironmentSource);
    const space = boxOf("clipAction", "action", inner.actionSpace);
    const { low, high } = boundsOf("clipAction", space);
    const size = sizeOfSpace(space);
    const clipped = new Float64Array(size);
    return wrapped(inner, NOTHING, {
      actionSpace: { kind: "box", shape: space.shape, low: -Infinity, high: Infinity },
      step(action, random, observation) {
        if (action.length !== size) refuse(inner.name, "action", `${size} numbers`, action);
        // NaN passes through both, and the task refuses it.
        for (let i = 0; i < size; i++) clipped[i] = Math.min(Math.max(action[i], low[i]), high[i]);
        return inner.step(clipped, random, observation);
      },
    });
  },
};

/**
 * RescaleAction: actions from `low` to `high` are mapped linearly onto those of the task, and those beyond go beyond. Making it throws where
 * the task's actions are choices or have no bounds.
 *
 * Example: to `rescaleAction(pendulum())` the action 0.5 is a torque of 1.
 */
export function rescaleAction(environment: EnvironmentSource, options: RescaleActionOptions = {}): EnvironmentRecord {
  return environmentRecord("rescaleAction", { environment, ...rangeOf(options) });
}

export const rescaleActionDefinition: EnvironmentDefinition = {
  changesActionsOnly: true,

  build({ environment, ...options }, { make }) {
    const range = rangeOf(options);
    const inner = make(environment as EnvironmentSource);
    const space = boxOf("rescaleAction", "action", inner.actionSpace);
    const { low, high } = boundsOf("rescaleAction", space);
    const size = sizeOfSpace(space);
    for (let i = 0; i < size; i++) {
      if (!Number.isFinite(high[i] - low[i])) {
        refuse("rescaleAction", `the bounds of action ${i} of ${inner.name}`, "finite", `${low[i]} to ${high[i]}`);
      }
    }
    const rescaled = new Float64Array(size);
    return wrapped(inner, NOTHING, {
      actionSpace: { kind: "box", shape: space.shape, low: range.low, high: range.high },
      step(action, random, observation) {
        if (action.length !== size) refuse(inner.name, "action", `${size} numbers`, action);
        for (let i = 0; i < size; i++) {
          const share = (action[i] - range.low) / (range.high - range.low);
          // This way both ends are met exactly.
          rescaled[i] = low[i] * (1 - share) + high[i] * share;
        }
        return inner.step(rescaled, random, observation);
      },
    });
  },
};

function rangeOf(options: RescaleActionOptions): Required<RescaleActionOptions> {
  knownOptions("rescaleAction", options, ["low", "high"]);
  const { low = -1, high = 1 } = options;
  finiteNumber("rescaleAction", "low", low);
  finiteNumber("rescaleAction", "high", high);
  if (low >= high) refuse("rescaleAction", "high", `above low, ${low}`, high);
  return { low, high };
}
