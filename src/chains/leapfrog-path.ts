// Hamiltonian trajectories point by point, as a reader wants to see them: what a sampler runs through without keeping.

import { finiteVector, integerAtLeast, knownOptions, positiveNumber, refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { isEnergy } from "../energies/is-energy.js";
import { stream } from "../random/index.js";
import { type IntegratorName, integratorNamed } from "../samplers/integrators.js";
import { type ColumnTrajectory, plainTrajectory } from "../samplers/trajectory.js";

/** One trajectory, its start included. Plain data. */
export interface LeapfrogPath {
  readonly dim: number;
  /** `[points, dim]`, row-major. A trajectory that ran into numbers that are not finite ends before them. */
  readonly position: Float64Array;
  /** `[points, dim]` */
  readonly momentum: Float64Array;
  /** `[points]`: `H = U(q) + p' M^-1 p / 2`, which an exact trajectory keeps. */
  readonly hamiltonian: Float64Array;
  /** Whether Metropolis' rule took its end, where it was asked. */
  readonly accepted?: boolean;
}

export interface LeapfrogOptions {
  readonly stepSize: number;
  /** Integrator steps; 20 where left out. */
  readonly steps?: number;
  /** "velocityVerlet", which is leapfrog, where left out. */
  readonly integrator?: IntegratorName;
  /** M: one number for all coordinates, 1 where left out, or one each. */
  readonly mass?: number | ArrayLike<number>;
}

export interface LeapfrogPathOptions extends LeapfrogOptions {
  readonly position: ArrayLike<number>;
  readonly momentum: ArrayLike<number>;
}

export interface HmcPathsOptions extends LeapfrogOptions {
  /** Where the first trajectory starts. */
  readonly position: ArrayLike<number>;
  /** Trajectories; 10 where left out. */
  readonly transitions?: number;
  readonly seed?: number;
}

/**
 * One trajectory from a position and a momentum, every point of it: `steps + 1` of them, fewer where numbers stop being finite. Throws a
 * RangeError that names the option where one does not fit, or where the energy or its gradient at the start is not finite.
 *
 * @example leapfrogPath(energies.harmonic({ dim: 1 }), { position: [1], momentum: [0], stepSize: 0.1, steps: 1 }).position // [1, 0.995]
 */
export function leapfrogPath(energy: Energy, options: LeapfrogPathOptions): LeapfrogPath {
  const where = "leapfrogPath";
  knownOptions(where, options, ["position", "momentum", ...LEAPFROG_OPTIONS]);
  const walk = walker(where, energy, options);
  const position = finiteVector(where, "position", options.position, energy.dim);
  return walk(position, finiteVector(where, "momentum", options.momentum, energy.dim));
}

/**
 * The trajectories of Hamiltonian Monte Carlo, one after the other: each starts where the chain is, with a fresh momentum `p ~ N(0, M)`, and
 * moves the chain to its end with probability `min(1, exp(-error of H))`. One that did not stay finite is refused. Throws as `leapfrogPath`.
 *
 * @example hmcPaths(energies.banana(), { position: [0, 0], stepSize: 0.1, transitions: 3, seed: 1 }).length // 3
 */
export function hmcPaths(energy: Energy, options: HmcPathsOptions): LeapfrogPath[] {
  const where = "hmcPaths";
  knownOptions(where, options, ["position", "transitions", "seed", ...LEAPFROG_OPTIONS]);
  const walk = walker(where, energy, options);
  const { transitions = 10, seed = 0, mass = 1, steps = STEPS } = options;
  integerAtLeast(where, "transitions", transitions, 1);
  const random = stream(integerAtLeast(where, "seed", seed, 0), "hmcPaths");
  const { dim } = energy;
  let position = finiteVector(where, "position", options.position, dim);
  return Array.from({ length: transitions }, () => {
    const momentum = Float64Array.from(
      { length: dim },
      (_, i) => Math.sqrt(typeof mass === "number" ? mass : mass[i]) * random.normal(),
    );
    const path = walk(position, momentum);
    const { hamiltonian } = path;
    const isWhole = hamiltonian.length === steps + 1;
    const accepted = random.uniform() < Math.exp(hamiltonian[0] - hamiltonian[hamiltonian.length - 1]) && isWhole;
    if (accepted) position = path.position.slice(steps * dim);
    return { ...path, accepted };
  });
}

const STEPS = 20;
const LEAPFROG_OPTIONS = ["stepSize", "steps", "integrator", "mass"];

/** Checks what trajectories share, and returns what makes one. */
function walker(
  where: string,
  energy: Energy,
  { stepSize, steps = STEPS, integrator = "velocityVerlet", mass = 1 }: LeapfrogOptions,
): (position: Float64Array, momentum: Float64Array) => LeapfrogPath {
  if (!isEnergy(energy)) refuse(where, "energy", "an energy, such as energy(dim, f) makes", energy);
  positiveNumber(where, "stepSize", stepSize);
  integerAtLeast(where, "steps", steps, 1);
  const run = plainTrajectory(energy, integratorNamed(where, integrator));
  const masses =
    typeof mass === "number"
      ? new Float64Array(energy.dim).fill(positiveNumber(where, "mass", mass))
      : finiteVector(where, "mass", mass, energy.dim);
  masses.forEach((each, i) => positiveNumber(where, `mass[${i}]`, each));
  const inverseMass = masses.map((each) => 1 / each);
  return (position, momentum) => walk(where, energy, run, { position, momentum, stepSize, steps, inverseMass });
}

function walk(
  where: string,
  energy: Energy,
  run: ColumnTrajectory,
  start: { position: Float64Array; momentum: Float64Array; stepSize: number; steps: number; inverseMass: Float64Array },
): LeapfrogPath {
  const { dim } = energy;
  const { stepSize, steps, inverseMass } = start;
  const [q, p, gradient] = [start.position.slice(), start.momentum.slice(), new Float64Array(dim)];
  const position = new Float64Array((steps + 1) * dim);
  const momentum = new Float64Array((steps + 1) * dim);
  const hamiltonian = new Float64Array(steps + 1);
  let value = energy.valueAndGradient(q, gradient);
  if (!areFinite(value, gradient, p)) refuse(where, "energy", "finite, with its gradient, at the start", value);
  let points = 0;
  for (; points <= steps; points++) {
    if (points > 0) value = run(q, p, gradient, stepSize, inverseMass, 1);
    if (!areFinite(value, q, p)) break;
    position.set(q, points * dim);
    momentum.set(p, points * dim);
    hamiltonian[points] = value + 0.5 * p.reduce((sum, each, i) => sum + each * each * inverseMass[i], 0);
  }
  return {
    dim,
    position: position.slice(0, points * dim),
    momentum: momentum.slice(0, points * dim),
    hamiltonian: hamiltonian.slice(0, points),
  };
}

function areFinite(value: number, ...vectors: Float64Array[]): boolean {
  return Number.isFinite(value) && vectors.every((vector) => vector.every(Number.isFinite));
}
