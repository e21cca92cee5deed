// The warmup of stochastic-gradient samplers that find their own step size: it follows the stiffest place that the chain meets, and
// brings back a chain that too large a step has thrown out. Around a degenerate minimum there are always stiffer places than were looked at:
// without a way back, a chain that starts in the flat middle is lost before its step is small enough.

import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import type { Adaptation, Info, KernelState } from "./kernel.js";
import type { Stiffness } from "./langevin-stiffness.js";
import { stiffest } from "./stiffest.js";
import type { GradientEstimate } from "./stochastic-gradient.js";

export interface FollowedChain<State extends KernelState> {
  /** Square root of the diagonal preconditioner, as it is at any time; 1 where left out. */
  readonly scale?: Float64Array;
  /** Sets the step size, and what goes with it, for this stiffness. */
  tune(stiffness: Stiffness, state: State): void;
  /**
   * The square of the kick that the last step's gradient gave, in units of what a direction of the stiffness that was tuned for gets on
   * average: in all about `dim` at most, while nothing is stiffer.
   */
  kick(info: Info): number;
  /** Begins anew at `state.position`. Absent where the step size is given: what is lost then stays lost. */
  restart?(state: State, random: Random): void;
}

export interface StiffnessWarmup<State extends KernelState> extends Adaptation<State> {
  /** Looks for the stiffest place anew, where the preconditioner has changed. */
  anew(state: State, random: readonly Random[]): void;
}

/** So many times stiffer than what the step was found for, steps are unstable: `eps a = 0.2` of Langevin's are at 4, `eps sqrt(a) = 0.5` at 2. */
export const UNSTABLE = 16;
/** What a loss says of the stiffness, which is less than `UNSTABLE`: too large a step costs another way back, too small a one all draws. */
export const RAISE = 4;
/** Beyond 4^20 it is not the step size. */
export const MOST_RETURNS = 20;
/** Neither kicks, sums of `dim` squares of mean 1, nor energies above a minimum, of mean `dim / 2` and less, come to more in a million draws. */
export function bound(dim: number): number {
  return 20 + 4 * dim;
}

/**
 * Looks for the stiffest place at the start, at sixteenths of the first three quarters of warmup, and all through it where a kick is too large for
 * what was met; calls `tune` with it. A chain that is no longer finite, or came where steps are unstable, or to an energy that no chance lifts it to,
 * goes back to where it was at the latest sixteenth that was well, and its step is found for four times the stiffness. After 20 such returns it
 * stops. Beside gradients a look costs one energy over all data.
 */
export function stiffnessWarmup<State extends KernelState>(
  where: string,
  energy: Energy,
  { dim, noisy, draw, steady }: GradientEstimate,
  warmup: number,
  chain: FollowedChain<State>,
): StiffnessWarmup<State> {
  const place = stiffest(where, { dim, steady, noisy: noisy ? draw : undefined });
  const { scale = new Float64Array(dim).fill(1), tune, kick, restart } = chain;
  const sixteenth = Math.ceil(warmup / 16);
  const transition = new Float64Array(1);
  /** Where the chain was last well. */
  const refuge = new Float64Array(dim);
  const refugeEnergy = new Float64Array(1);
  const returns = new Float64Array(1);
  /** The kick that is looked into. */
  const alarm = Float64Array.of(bound(dim));

  function goBack(state: State, random: Random): void {
    state.position.set(refuge);
    state.stopped[0] = ++returns[0] > MOST_RETURNS ? 1 : 0;
    if (state.stopped[0] === 1) return;
    tune(place.raise(RAISE), state);
    restart?.(state, random);
  }

  function stay(position: Float64Array, value: number): void {
    refuge.set(position);
    refugeEnergy[0] = value;
  }

  function anew(state: State, [random]: readonly Random[]): void {
    stay(state.position, energy.value(state.position));
    tune(place.first(state.position, scale, random), state);
  }

  return {
    start: anew,
    anew,
    update(state, info, [random]) {
      const t = ++transition[0];
      if (state.stopped[0] === 1) {
        if (restart !== undefined && returns[0] <= MOST_RETURNS) goBack(state, random);
        return;
      }
      const due = t % sixteenth === 0 && t <= 0.75 * warmup;
      const kicked = kick(info);
      if (!due && !(kicked > alarm[0])) return;
      const { found, factor } = place.look(state.position, scale, random);
      const value = energy.value(state.position);
      const well = factor < UNSTABLE && value - refugeEnergy[0] <= bound(dim);
      if (!well && restart !== undefined) {
        goBack(state, random);
        return;
      }
      if (due) {
        stay(state.position, value);
        alarm[0] = bound(dim);
      }
      // On a slope kicks are large, and nothing is stiff.
      if (!(factor > 1)) alarm[0] = Math.max(alarm[0], 2 * kicked);
      else if (Number.isFinite(factor)) tune(place.remember(found), state);
    },
    finish() {},
    memory: () => ({ transition, refuge, refugeEnergy, returns, alarm, ...place.memory }),
  };
}
