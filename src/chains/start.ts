// Where chains start.

import { refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { stream } from "../random/index.js";
import type { Plan } from "./plan.js";

/** How often a standard normal start is drawn anew where the energy is not finite, as in Stan. */
const TRIES = 100;

/**
 * The starts of chains `first ... first + width - 1` as columns, `[dim, width]`: those of the plan, else standard normal from a
 * stream of each chain's own. Throws where a chain's energy or gradient is not finite there.
 */
export function startingPositions(energy: Energy, plan: Plan, first: number, width: number): Float64Array {
  const { dim } = energy;
  const positions = new Float64Array(dim * width);
  for (let c = 0; c < width; c++) {
    const q = plan.init === undefined ? drawnStart(energy, plan, first + c) : givenStart(energy, plan.init, first + c);
    for (let i = 0; i < dim; i++) positions[i * width + c] = q[i];
  }
  return positions;
}

function givenStart(energy: Energy, init: Float64Array, chain: number): Float64Array {
  const q = init.slice(chain * energy.dim, (chain + 1) * energy.dim);
  const gradient = new Float64Array(energy.dim);
  const value = energy.valueAndGradient(q, gradient);
  if (!Number.isFinite(value)) refuse("sample", `init of chain ${chain}`, "a position of finite energy", value);
  const slope = gradient.find((entry) => !Number.isFinite(entry));
  if (slope !== undefined) refuse("sample", `init of chain ${chain}`, "a position of finite gradient", slope);
  return q;
}

function drawnStart(energy: Energy, plan: Plan, chain: number): Float64Array {
  const random = stream(plan.seed, "init", chain);
  const q = new Float64Array(energy.dim);
  const gradient = new Float64Array(energy.dim);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    random.fillNormal(q);
    if (Number.isFinite(energy.valueAndGradient(q, gradient)) && gradient.every(Number.isFinite)) return q;
  }
  throw new RangeError(
    `sample: chain ${chain} found no position of finite energy and gradient in ${TRIES} standard normal draws; give init`,
  );
}
