// What a trust region needs of a rollout: the surrogate and the divergence at given parameters, and products with the Fisher matrix, for which a
// system is solved without writing the matrix out (Schulman et al. 2015, arXiv:1502.05477, appendix C).

import { compile, concat, gradient, jvp, type Tensor, trace, vjp } from "../../tensor/index.js";
import { addScaled, dot } from "../../tensor/vectors.js";
import type { ActorCritic } from "../actor-critic.js";
import type { Rollout } from "../rollout.js";
import { meanOver } from "./minibatch.js";

export interface TrustRegion {
  /** The rows that the others are about. Divergences are measured from the laws among them, until `gradient` is asked. */
  take(rows: TakenRows, advantages: Float64Array, weights: Float64Array): void;
  /** The surrogate `E[ratio A]` and its gradient by the actor's parameters; the array is reused. Divergences are measured from this actor from now on. */
  gradient(w: Float64Array): { readonly gain: number; readonly slope: Float64Array };
  /** The surrogate, and the mean KL divergence of the actor from that of the rollout. */
  measure(w: Float64Array): { readonly gain: number; readonly kl: number };
  /** The Fisher matrix of the actor's parameters, a mean over the rollout's observations, times a vector; the array is reused. */
  fisherProduct(w: Float64Array, v: Float64Array): Float64Array;
}

export type TakenRows = Pick<Rollout, "observations" | "outcomes" | "logProbabilities" | "laws">;

/** What TRPO asks of a rollout of so many rows. */
export function trustRegion(agent: ActorCritic, rows: number): TrustRegion {
  const { dim, actorDim, distribution, observations } = agent;
  const shapes = [
    [rows, observations],
    [rows, distribution.size],
    [rows],
    [rows, distribution.parameters],
    [rows],
    [rows],
  ];
  const surrogate = (w: Tensor, [seen, outcomes, old, laws, advantages, weights]: Tensor[]) => {
    const mean = meanOver(weights);
    const law = agent.law(w, seen);
    const ratio = distribution.logProbability(law, outcomes).sub(old).exp();
    return { gain: mean(ratio.mul(advantages)), kl: mean(distribution.kl(laws, law)), law };
  };
  const slopes = compile(
    trace(
      ([w, ...given]) => {
        const { gain, law } = surrogate(w, given);
        return [gain, gradient(gain, [w])[0].slice(0, actorDim), law];
      },
      [[dim], ...shapes],
    ),
  );
  const measures = compile(
    trace(
      ([w, ...given]) => {
        const { gain, kl } = surrogate(w, given);
        return [gain, kl];
      },
      [[dim], ...shapes],
    ),
  );
  // F v = J^T M J v: forwards from the parameters to the laws, there the curvature M of the divergence, and back.
  const products = compile(
    trace(
      ([w, v, seen, weights]) => {
        const law = agent.law(w, seen);
        const direction = dim === actorDim ? v : concat([v, w.slice(actorDim, dim).like(0)]);
        const [tangent] = jvp([law], [w], [direction]);
        const divergence = meanOver(weights)(distribution.kl(law.stopGradient(), law));
        const [curved] = jvp(gradient(divergence, [law]), [law], [tangent]);
        return [vjp([law], [curved], [w])[0].slice(0, actorDim)];
      },
      [[dim], [actorDim], [rows, observations], [rows]],
    ),
  );
  const from = new Float64Array(rows * distribution.parameters);
  const slope = new Float64Array(actorDim);
  const product = new Float64Array(actorDim);
  const [gain, kl] = [new Float64Array(1), new Float64Array(1)];
  let given: Float64Array[] = [];
  return {
    take({ observations: seen, outcomes, logProbabilities, laws }, advantages, weights) {
      given = [seen, outcomes, logProbabilities, laws, advantages, weights];
    },
    gradient(w) {
      slopes.run([w, ...given], [gain, slope, from]);
      given[3] = from;
      return { gain: gain[0], slope };
    },
    measure(w) {
      measures.run([w, ...given], [gain, kl]);
      return { gain: gain[0], kl: kl[0] };
    },
    fisherProduct(w, v) {
      products.run([w, v, given[0], given[5]], [product]);
      return product;
    },
  };
}

/** Solves `A x = b` for a positive definite A that is given by its products (Hestenes and Stiefel 1952). */
export function conjugateGradients(
  product: (v: Float64Array) => Float64Array,
  b: Float64Array,
  steps: number,
): Float64Array {
  const x = new Float64Array(b.length);
  const residual = b.slice();
  const p = b.slice();
  let squares = dot(residual, residual);
  for (let step = 0; step < steps && squares > 1e-20; step++) {
    const along = product(p);
    const alpha = squares / dot(p, along);
    addScaled(x, alpha, p);
    addScaled(residual, -alpha, along);
    const next = dot(residual, residual);
    for (let i = 0; i < x.length; i++) p[i] = residual[i] + (next / squares) * p[i];
    squares = next;
  }
  return x;
}
