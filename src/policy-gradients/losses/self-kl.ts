// How far a policy is from itself: the mean KL divergence to the policy at w* on stored states. It has a true minimum at w*, whatever the
// training did, and needs no environment: the loss for the LLC of policies whose returns are dear.

import { refuse } from "../../arguments/index.js";
import { type Loss, loss } from "../../networks/index.js";
import { compile, trace } from "../../tensor/index.js";
import { type PolicyAt, partsOf, policyLaw } from "./policy-law.js";
import { type StoredEpisodes, stepsOf } from "./record-episodes.js";

/** Observations `[rows, size]`, as lists or one after another; or stored episodes, all of whose states are taken. */
export type StoredStates = ArrayLike<number> | readonly ArrayLike<number>[] | StoredEpisodes;

/**
 * `mean over the states of KL(policy at w* || policy at w)`, in nats; 0 at w*, its minimum, where its Hessian is the Fisher matrix. Its
 * data are the states, so that it has mini-batches. A critic's parameters decide nothing: leave them out by `mask:
 * parameterGroups(agent).policy`. Throws where observations do not fit the policy.
 * @example
 * const states = await recordEpisodes(trained.policy, environments.cartPole(), { episodes: 20 });
 * await llc(selfKlLoss(trained.policy, states), { center: trained.policy.parameters });
 */
export function selfKlLoss(policy: PolicyAt, states: StoredStates): Loss {
  const where = "selfKlLoss";
  const { network, parameters } = partsOf(where, policy);
  const { dim, names, observations: width, distribution, law, initialize } = policyLaw(where, network);
  const seen = observationsOf(where, states, width);
  const rows = seen.length / width;
  const laws = new Float64Array(rows * distribution.parameters);
  compile(trace(([w, observations]) => [law(w, observations)], [[dim], [rows, width]])).run([parameters, seen], [laws]);
  return loss(
    dim,
    rows,
    (w, columns) => distribution.kl(columns.laws, law(w, columns.observations)).mean(),
    {
      observations: { values: seen, shape: [rows, width] },
      laws: { values: laws, shape: [rows, distribution.parameters] },
    },
    { names, initialize },
  );
}

/** `[rows, width]` */
export function observationsOf(where: string, states: StoredStates, width: number): Float64Array {
  if (typeof states !== "object" || states === null) refuse(where, "states", "observations", states);
  const isStored = "lengths" in states;
  const rows: readonly (number | ArrayLike<number>)[] = isStored ? [] : Array.from<number | ArrayLike<number>>(states);
  const seen = isStored ? stepsOf(states, states.observations) : flat(rows);
  const whole = isStored
    ? states.observations.length === states.episodes * states.steps * width
    : rows.every((row) => typeof row === "number" || row.length === width);
  if (!whole || seen.length === 0 || seen.length % width !== 0 || !seen.every(Number.isFinite)) {
    refuse(where, "states", `rows of ${width} finite numbers`, states);
  }
  return seen;
}

function flat(rows: readonly (number | ArrayLike<number>)[]): Float64Array {
  return Float64Array.from(rows.flatMap((row) => (typeof row === "number" ? [row] : Array.from(row))));
}
