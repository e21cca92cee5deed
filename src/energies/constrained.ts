// Any traced energy, confined: the same U within bounds and nothing outside.

import { refuse } from "../arguments/index.js";
import { inline } from "../tensor/index.js";
import { type Constraints, isInside, readConstraints } from "./constraints.js";
import type { Energy } from "./energy.js";
import { isEnergy } from "./is-energy.js";
import { byRejection } from "./rejection.js";
import { energy } from "./traced.js";

const where = "energies.constrained";

/**
 * The law of `energy` given that the constraints hold. Its mean, covariance and normaliser are not known any more; where `energy` can
 * be drawn from directly so can this, by rejection. Throws where `energy` was not traced from an expression (`energy` and
 * `energyFromGradient` take `constraints` of their own) or is constrained already.
 * @example energies.constrained(energies.gaussian({ mean: [0, 0] }), { lower: 0 }) // the positive quadrant
 */
export function constrained(free: Energy, constraints: Constraints): Energy {
  if (!isEnergy(free)) refuse(where, "energy", "an energy", free);
  const { graph, dim, names, exact, transform } = free;
  if (graph === undefined) {
    throw new RangeError(
      `${where}: energy must be traced from an expression; give energyFromGradient the option constraints instead`,
    );
  }
  if (transform !== undefined) throw new RangeError(`${where}: energy has constraints already`);
  const data = readConstraints(where, dim, constraints);
  if (data === undefined) return free;
  const draw = exact?.draw;
  return energy(dim, (q) => inline(graph, [q])[0], {
    names,
    constraints,
    exact:
      draw === undefined
        ? undefined
        : {
            draw: byRejection(where, (random, q) => {
              draw(random, q);
              return isInside(q, data);
            }),
          },
  });
}
