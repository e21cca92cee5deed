// The fingerprint of what an energy is made of.

import type { Energy, EnergySource } from "../energies/energy.js";
import { fingerprintOf } from "../platform/fingerprint.js";

// Data sets are large, and an energy is sampled again and again.
const known = new WeakMap<EnergySource, string>();

/** Undefined where the energy is a closure, here or in a module: nobody knows what is in it. */
export function energyPrint({ source }: Energy): string | undefined {
  if (source === undefined || source.kind === "module") return undefined;
  let print = known.get(source);
  if (print === undefined) {
    print = fingerprintOf(source);
    known.set(source, print);
  }
  return print;
}
