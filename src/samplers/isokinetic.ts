// Isokinetic trajectories: a direction of unit length in place of a momentum, turned by the force along the exact solution of
// u' = -(I - u u') grad U / (d - 1) (Robnik, De Luca, Silverstein and Seljak 2023, "Microcanonical Hamiltonian Monte Carlo"; Ver Steeg
// and Galstyan 2021). The same coefficient lists as for Hamiltonian trajectories: the drifts move the position along `u`.

import { refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import type { Random } from "../random/random.js";
import { type Integrator, stagesOf } from "./integrators.js";
import { massOption } from "./mass.js";

/**
 * Takes one column through `steps` steps, at least one, of size `stepSize` in the coordinates `q / scale`, where `u` has length 1.
 * Position, direction and gradient (of U at `q`) move in place; vectors of length `dim`. `end` becomes U at the end and the change of
 * the kinetic energy `(d - 1) log |momentum|` on the way, which is also minus the logarithm of the map's Jacobian on
 * positions and directions. Not finite where the trajectory ran into such numbers.
 */
export type IsokineticTrajectory = (
  q: Float64Array,
  u: Float64Array,
  g: Float64Array,
  stepSize: number,
  scale: Float64Array,
  steps: number,
  end: Float64Array,
) => void;

/**
 * Where the momentum falls below the root of this, in units of `exp(delta)`, on its way, the direction was so nearly against the force for so
 * long that nothing but its rounding says where it turns.
 */
export const LEAST_GROWTH = 1e-30;

/** The trajectory in plain JavaScript: one `valueAndGradient` per stage of each step. */
export function plainIsokinetic(energy: Energy, integrator: Integrator): IsokineticTrajectory {
  const { kicks, drifts } = stagesOf(integrator);
  const { dim } = energy;
  const stages = kicks.length;

  // Hot: stages x steps gradients, and four passes over the coordinates for each; nothing is allocated.
  return (q, u, g, stepSize, scale, steps, end) => {
    const edge = stepSize * kicks[0];
    let value = Number.NaN;
    let kineticChange = 0;
    for (let step = 0; step < steps; step++) {
      for (let stage = 0; stage < stages; stage++) {
        // A step's last kick and the next one's first are at the same point, and two kicks there are one of their summed size.
        const kick = stage > 0 ? stepSize * kicks[stage] : step > 0 ? 2 * edge : edge;
        kineticChange += kickDirection(u, g, scale, kick);
        const drift = stepSize * drifts[stage];
        for (let i = 0; i < dim; i++) q[i] += drift * scale[i] * u[i];
        value = energy.valueAndGradient(q, g);
      }
    }
    end[0] = value;
    end[1] = kineticChange + kickDirection(u, g, scale, edge);
  };
}

/**
 * Turns `u` towards the force for a time `kick`; returns the change of the kinetic energy, NaN where rounding decides it. With `e` the unit force, `c = |u + e|^2 / 4`,
 * `delta = kick |force| / (d - 1)` and `z = exp(-delta)`: `u <- ([c (1 - z)^2 - z^2] e + z (u + e)) / (c + (1 - c) z^2)`, which is the
 * usual hyperbolic form with every difference of nearly equal numbers taken out and no growing exponential.
 */
export function kickDirection(u: Float64Array, g: Float64Array, scale: Float64Array, kick: number): number {
  const dim = u.length;
  let squares = 0;
  for (let i = 0; i < dim; i++) {
    const slope = scale[i] * g[i];
    squares += slope * slope;
  }
  const norm = Math.sqrt(squares);
  // Where there is no force any direction of it will do, for delta is 0.
  const towards = norm > 0 ? -1 / norm : 0;
  let sum = 0;
  for (let i = 0; i < dim; i++) {
    const w = u[i] + towards * scale[i] * g[i];
    sum += w * w;
  }
  const delta = (kick * norm) / (dim - 1);
  const c = sum / 4;
  const z = Math.exp(-delta);
  const growth = c + (1 - c) * z * z;
  if (growth < LEAST_GROWTH) return Number.NaN;
  const along = ((c * (1 - z) * (1 - z) - z * z) / growth) * towards;
  const across = z / growth;
  let length = 0;
  for (let i = 0; i < dim; i++) {
    const slope = scale[i] * g[i];
    const turned = along * slope + across * (u[i] + towards * slope);
    u[i] = turned;
    length += turned * turned;
  }
  // Of length 1 but for rounding, which must not grow from kick to kick.
  const back = 1 / Math.sqrt(length);
  for (let i = 0; i < dim; i++) u[i] *= back;
  return (dim - 1) * (delta + Math.log(growth));
}

/** Makes `u` uniform on the sphere. */
export function drawDirection(u: Float64Array, random: Random): void {
  random.fillNormal(u);
  normalize(u);
}

/**
 * Turns `u` by a random angle, so that it is forgotten at the rate `1 / L` per length travelled: `u <- (u + nu z) / |u + nu z|` with
 * `nu^2 = (exp(2 time / L) - 1) / d`, z standard normal (Robnik and Seljak 2024, "Fluctuation without dissipation: Microcanonical Langevin Monte Carlo").
 * Leaves the uniform law on the sphere as it is. `z` is scratch.
 */
export function refreshDirection(u: Float64Array, z: Float64Array, time: number, L: number, random: Random): void {
  random.fillNormal(z);
  const x = (2 * time) / L;
  // Both parts over exp(time / L), which would overflow.
  const kept = Math.exp(-x / 2);
  const noise = Math.sqrt(-Math.expm1(-x) / u.length);
  for (let i = 0; i < u.length; i++) u[i] = kept * u[i] + noise * z[i];
  normalize(u);
}

function normalize(u: Float64Array): void {
  let squares = 0;
  for (let i = 0; i < u.length; i++) squares += u[i] * u[i];
  const back = 1 / Math.sqrt(squares);
  for (let i = 0; i < u.length; i++) u[i] *= back;
}

/** A direction on a line has nowhere to turn: refuses energies of one coordinate. */
export function refuseLine(where: string, { dim }: Energy): void {
  if (dim < 2) refuse(where, "the energy's dim", "at least 2, for a direction to turn in", dim);
}

/** Checks a mass that scales each coordinate by itself: one number or one each. */
export function diagonalMass(where: string, mass: unknown, dim?: number): number | number[] {
  const checked = massOption(where, mass, dim);
  const isDiagonal = typeof checked === "number" || (Array.isArray(checked) && typeof checked[0] === "number");
  if (!isDiagonal) refuse(where, "mass", "a number or one number for each coordinate", mass);
  return checked as number | number[];
}
