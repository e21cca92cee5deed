// Direct sampling by rejection, with an end: a law that is met too rarely is said to be so.

import type { Random } from "../random/random.js";

/** More attempts per draw than this are not made: about a second of them. */
const ATTEMPTS = 1e7;

/** Repeats an attempt, which writes a proposal and says whether it is taken, until one is. The draw throws after ten million. */
export function byRejection(
  where: string,
  attempt: (random: Random, q: Float64Array) => boolean,
): (random: Random, q: Float64Array) => void {
  return (random, q) => {
    for (let k = 0; k < ATTEMPTS; k++) if (attempt(random, q)) return;
    throw new Error(`${where}: none of ${ATTEMPTS} proposals was taken, so rare is this law among them`);
  };
}
