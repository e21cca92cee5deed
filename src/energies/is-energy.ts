// Whether something from outside is an energy.

import type { Energy } from "./energy.js";

/**
 * True for a record that has what every energy has: `dim`, as many `names`, `value` and `valueAndGradient`. A loss has these too, but is
 * no energy: what would be sampled is a matter of its temperature.
 */
export function isEnergy(value: unknown): value is Energy {
  if (typeof value !== "object" || value === null) return false;
  if ("onRows" in value) return false;
  const { dim, names, value: u, valueAndGradient } = value as Partial<Energy>;
  return (
    Number.isSafeInteger(dim) &&
    (dim as number) >= 1 &&
    Array.isArray(names) &&
    names.length === dim &&
    typeof u === "function" &&
    typeof valueAndGradient === "function"
  );
}
