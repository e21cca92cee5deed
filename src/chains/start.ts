// Where chains start.

import { refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { stream } from "../random/index.js";
import type { Plan } from "./plan.js";

/** How often a standard normal start is drawn anew where the energy is not finite, as in Stan. */
const TRIES = 100;

/**
 * The starts of chains `first ... first + width - 1` as columns, `[dim, width]`, in the kernel's coordinates: those of the plan, else
 * standard normal from a stream of each chain's own. Throws where a chain's energy or gradient is not finite there, or where a given
 * start lies outside the energy's support.
 */
export function startingPositions(energy: Energy, plan: Plan, first: number, width: number): Float64Array {
  const { dim } = energy;
  const positions = new Float64Array(dim * width);
  for (let c = 0; c < width; c++) {
    const q = givenStart(energy, plan, first + c) ?? drawnStart(energy, plan, first + c);
    for (let i = 0; i < dim; i++) positions[i * width + c] = q[i];
  }
  return positions;
}

/**
 * Positions to build a kernel's state at whose memory is written afterwards, so that any will do that the kernel accepts: where a
 * chain stands, or, where its energy is not finite there, a start of its own. `position` is `[dim, width]`.
 */
export function acceptablePositions(energy: Energy, plan: Plan, first: number, position: Float64Array): Float64Array {
  const { dim } = energy;
  const width = position.length / dim;
  const accepted = position.slice();
  const gradient = new Float64Array(dim);
  for (let c = 0; c < width; c++) {
    const q = Float64Array.from({ length: dim }, (_, i) => position[i * width + c]);
    if (isUsable(energy, q, gradient)) continue;
    const start = drawnStart(energy, plan, first + c);
    for (let i = 0; i < dim; i++) accepted[i * width + c] = start[i];
  }
  return accepted;
}

/** Undefined where the plan gives the chain no start. */
function givenStart(energy: Energy, { init }: Plan, chain: number): Float64Array | undefined {
  const { dim } = energy;
  if (init === undefined || Number.isNaN(init[chain * dim])) return undefined;
  const q = freeCoordinates(energy, init.slice(chain * dim, (chain + 1) * dim), chain);
  const gradient = new Float64Array(dim);
  const value = energy.valueAndGradient(q, gradient);
  if (!Number.isFinite(value)) refuse("sample", `init of chain ${chain}`, "a position of finite energy", value);
  const slope = gradient.find((entry) => !Number.isFinite(entry));
  if (slope !== undefined) refuse("sample", `init of chain ${chain}`, "a position of finite gradient", slope);
  return q;
}

function freeCoordinates({ dim, transform }: Energy, q: Float64Array, chain: number): Float64Array {
  if (transform === undefined) return q;
  const z = new Float64Array(dim);
  try {
    transform.unconstrain(q, z);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const reason = `init of chain ${chain} must lie inside the energy's support: ${error.message}`;
    throw new RangeError(`sample: ${reason}`, { cause: error });
  }
  return z;
}

function drawnStart(energy: Energy, plan: Plan, chain: number): Float64Array {
  const random = stream(plan.seed, "init", chain);
  const q = new Float64Array(energy.dim);
  const gradient = new Float64Array(energy.dim);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    random.fillNormal(q);
    if (isUsable(energy, q, gradient)) return q;
  }
  throw new RangeError(
    `sample: chain ${chain} found no position of finite energy and gradient in ${TRIES} standard normal draws; give init`,
  );
}

function isUsable(energy: Energy, q: Float64Array, gradient: Float64Array): boolean {
  return Number.isFinite(energy.valueAndGradient(q, gradient)) && gradient.every(Number.isFinite);
}
