// HMC's transition but for its random numbers: from normal numbers to momenta, along the trajectory, and to the Metropolis decision
// (Duane et al. 1987; Neal 2011, section 3.2). Here in plain JavaScript; `transition-program.ts` has it as one compiled program.

import type { Random } from "../random/random.js";
import type { Trajectory } from "./trajectory.js";

/** Moves columns by one transition. Arrays over coordinates are `[dim, width]`, the others `[width]`. */
export interface Transition {
  // The state, which `run` moves.
  readonly position: Float64Array;
  readonly energy: Float64Array;
  readonly gradient: Float64Array;

  /** `[2, width]`: the first uniform numbers of `draw`. */
  readonly early: Float64Array;
  /** Draws, column by column: `uniforms` numbers (at most 2) into rows of `early`, then `normals`, then `uniform`. */
  draw(random: readonly Random[], uniforms: number): void;

  // What decides a transition; to be there before `run`, which leaves it.
  /** Standard normal: `momentumScale` times these is the momentum. */
  readonly normals: Float64Array;
  /** On [0, 1): the proposal is taken where it is below the acceptance. */
  readonly uniform: Float64Array;
  readonly stepSize: Float64Array;
  /** Steps of the trajectory, at least 1. Not read where their number is fixed. */
  readonly leapfrogSteps: Float64Array;
  readonly inverseMass: Float64Array;
  /** The square root of the mass. */
  readonly momentumScale: Float64Array;

  // What happened.
  readonly acceptance: Float64Array;
  readonly accepted: Float64Array;
  readonly energyError: Float64Array;
  readonly diverging: Float64Array;
  /** Where the trajectories ended and with what momentum, whether or not that was accepted; empty where nobody asked for them. */
  readonly proposal: Float64Array;
  readonly proposedMomentum: Float64Array;

  run(): void;
}

/** The transition on a trajectory in plain JavaScript. `maxEnergyError`: beyond it a trajectory is diverging. */
export function plainTransition(
  trajectory: Trajectory,
  dim: number,
  width: number,
  maxEnergyError: number,
): Transition {
  const vectors = (): Float64Array => new Float64Array(dim * width);
  const numbers = (): Float64Array => new Float64Array(width);
  const [position, gradient, normals, inverseMass, momentumScale] = Array.from({ length: 5 }, vectors);
  const [energy, uniform, stepSize, leapfrogSteps] = Array.from({ length: 4 }, numbers);
  const [acceptance, accepted, energyError, diverging] = Array.from({ length: 4 }, numbers);

  // The proposal moves in these; what is accepted is copied into the state.
  const [q, p, g] = Array.from({ length: 3 }, vectors);
  const [proposed, start] = [numbers(), numbers()];
  const steps = new Int32Array(width);
  const early = new Float64Array(2 * width);
  const ofColumn = new Float64Array(dim);

  return {
    position,
    energy,
    gradient,
    normals,
    uniform,
    stepSize,
    leapfrogSteps,
    inverseMass,
    momentumScale,
    acceptance,
    accepted,
    energyError,
    diverging,
    proposal: q,
    proposedMomentum: p,
    early,

    draw(random, uniforms) {
      for (let c = 0; c < width; c++) {
        const stream = random[c];
        for (let k = 0; k < uniforms; k++) early[k * width + c] = stream.uniform();
        stream.fillNormal(ofColumn);
        for (let i = 0, k = c; i < dim; i++, k += width) normals[k] = ofColumn[i];
        uniform[c] = stream.uniform();
      }
    },

    // Hot: what it costs is the trajectory, and on small energies the passes over the coordinates; nothing is allocated.
    run() {
      for (let c = 0; c < width; c++) {
        steps[c] = leapfrogSteps[c];
        let squares = 0;
        for (let k = c; k < normals.length; k += width) {
          const normal = normals[k];
          squares += normal * normal;
          p[k] = momentumScale[k] * normal;
          q[k] = position[k];
          g[k] = gradient[k];
        }
        start[c] = energy[c] + squares / 2;
      }

      trajectory.run(q, p, g, stepSize, inverseMass, steps, proposed);

      for (let c = 0; c < width; c++) {
        let squares = 0;
        for (let k = c; k < p.length; k += width) squares += p[k] * p[k] * inverseMass[k];
        const error = proposed[c] + squares / 2 - start[c];
        const finite = error - error === 0;
        acceptance[c] = !finite ? 0 : error <= 0 ? 1 : Math.exp(-error);
        const isAccepted = uniform[c] < acceptance[c];
        if (isAccepted) {
          energy[c] = proposed[c];
          for (let k = c; k < q.length; k += width) {
            position[k] = q[k];
            gradient[k] = g[k];
          }
        }
        accepted[c] = isAccepted ? 1 : 0;
        energyError[c] = error;
        diverging[c] = finite && Math.abs(error) <= maxEnergyError ? 0 : 1;
      }
    },
  };
}
