// Finite Markov decision processes with known transitions: values, returns and visits solved exactly from Bellman's linear equations, and the
// optimum by Howard's policy iteration (Puterman 1994, sections 6.2 and 6.4).

import { openUnit, refuse } from "../../arguments/index.js";

/** What can follow an action: for each state and action `outcomes` possibilities, some perhaps of probability 0. Plain data. */
export interface Transitions {
  readonly states: number;
  readonly actions: number;
  readonly outcomes: number;
  /** `[states, actions, outcomes]`: the state that follows, or -1 where the episode ends. */
  readonly next: Int32Array;
  /** `[states, actions, outcomes]` */
  readonly probability: Float64Array;
  /** `[states, actions, outcomes]` */
  readonly reward: Float64Array;
  /** `[states]`: the law of the first state. */
  readonly start: Float64Array;
}

export interface DecisionProcess extends Transitions {
  readonly discount: number;
  /** The value of each state under `policy`, `[states, actions]` probabilities: V = r + discount P V, solved. */
  exactValues(policy: ArrayLike<number>): Float64Array;
  /** `[states, actions]`: what an action is worth where `values` follow. */
  actionValues(values: ArrayLike<number>): Float64Array;
  /** The mean discounted return of `policy` from the law of the first state. */
  exactReturn(policy: ArrayLike<number>): number;
  /**
   * `[states]`: the mean discounted number of visits under `policy`. The derivative of `exactReturn` by `policy[s, a]` is this at s times the
   * action's value there.
   */
  exactVisits(policy: ArrayLike<number>): Float64Array;
  /** The best values, and a policy `[states, actions]` of zeros and ones that has them. */
  optimalValues(): { readonly values: Float64Array; readonly policy: Float64Array };
}

/**
 * The exact answers about these transitions. No limit on the length of episodes is considered. All methods throw where `policy` is not
 * probabilities; this throws where `discount` is not between 0 and 1.
 *
 * Example: of one state whose one action gives 1 and stays, at a discount of 0.9, the value is 10.
 */
export function decisionProcess(transitions: Transitions, discount: number): DecisionProcess {
  openUnit("decisionProcess", "discount", discount);
  const { states, actions, outcomes, next, probability, reward, start } = transitions;

  /** I - discount P of the policy, `[states, states]`. */
  function matrixOf(policy: ArrayLike<number>): Float64Array {
    const matrix = new Float64Array(states * states);
    for (let s = 0, k = 0; s < states; s++) {
      matrix[s * states + s] = 1;
      for (let a = 0; a < actions; a++) {
        for (let outcome = 0; outcome < outcomes; outcome++, k++) {
          if (next[k] >= 0) matrix[s * states + next[k]] -= discount * policy[s * actions + a] * probability[k];
        }
      }
    }
    return matrix;
  }

  function exactValues(policy: ArrayLike<number>): Float64Array {
    checkPolicy(policy);
    const values = new Float64Array(states);
    for (let s = 0, k = 0; s < states; s++) {
      for (let a = 0; a < actions; a++) {
        for (let outcome = 0; outcome < outcomes; outcome++, k++) {
          values[s] += policy[s * actions + a] * probability[k] * reward[k];
        }
      }
    }
    solveInPlace(matrixOf(policy), values);
    return values;
  }

  function exactVisits(policy: ArrayLike<number>): Float64Array {
    checkPolicy(policy);
    const visits = start.slice();
    solveInPlace(transposed(matrixOf(policy), states), visits);
    return visits;
  }

  function actionValues(values: ArrayLike<number>): Float64Array {
    if (values.length !== states) refuse("decisionProcess", "values", `${states} numbers`, values);
    const worth = new Float64Array(states * actions);
    for (let i = 0, k = 0; i < worth.length; i++) {
      for (let outcome = 0; outcome < outcomes; outcome++, k++) {
        const after = next[k] < 0 ? 0 : values[next[k]];
        worth[i] += probability[k] * (reward[k] + discount * after);
      }
    }
    return worth;
  }

  function optimalValues(): { values: Float64Array; policy: Float64Array } {
    const choice = new Int32Array(states);
    const policy = new Float64Array(states * actions);
    for (;;) {
      policy.fill(0);
      for (let s = 0; s < states; s++) policy[s * actions + choice[s]] = 1;
      const values = exactValues(policy);
      const worth = actionValues(values);
      let changed = false;
      for (let s = 0; s < states; s++) {
        for (let a = 0; a < actions; a++) {
          const kept = worth[s * actions + choice[s]];
          // Better by more than rounding, or equal actions would be exchanged for ever.
          if (worth[s * actions + a] > kept + 1e-11 * (1 + Math.abs(kept))) {
            choice[s] = a;
            changed = true;
          }
        }
      }
      if (!changed) return { values, policy };
    }
  }

  function checkPolicy(policy: ArrayLike<number>): void {
    if (policy.length !== states * actions) {
      refuse("decisionProcess", "policy", `${states} x ${actions} probabilities`, policy);
    }
    for (let s = 0; s < states; s++) {
      let sum = 0;
      for (let a = 0; a < actions; a++) {
        const p = policy[s * actions + a];
        if (!(p >= 0)) refuse("decisionProcess", `policy[${s}, ${a}]`, "a probability", p);
        sum += p;
      }
      // Softmax policies in single precision are not closer to 1 than that.
      if (!(Math.abs(sum - 1) < 1e-5)) refuse("decisionProcess", `the sum of policy[${s}]`, "1", sum);
    }
  }

  return {
    ...transitions,
    discount,
    exactValues,
    actionValues,
    exactReturn(policy) {
      const values = exactValues(policy);
      let sum = 0;
      for (let s = 0; s < states; s++) sum += start[s] * values[s];
      return sum;
    },
    exactVisits,
    optimalValues,
  };
}

/**
 * Overwrites `b` with the solution of `A x = b`, and `A`, `[n, n]`, with what is left of it: Gaussian elimination. Nothing is exchanged:
 * I - discount P is dominated by its diagonal, along its rows or, transposed, its columns, and stays so. Zeros are passed over, for few states follow each state.
 */
function solveInPlace(A: Float64Array, b: Float64Array): void {
  const n = b.length;
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      if (A[i * n + k] === 0) continue;
      const factor = A[i * n + k] / A[k * n + k];
      b[i] -= factor * b[k];
      for (let j = k + 1; j < n; j++) A[i * n + j] -= factor * A[k * n + j];
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) b[k] -= A[k * n + j] * b[j];
    b[k] /= A[k * n + k];
  }
}

function transposed(A: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[j * n + i] = A[i * n + j];
  return out;
}
