// What the tuners of both microcanonical samplers share: the law's scales and radius from the positions met, and the energy error of
// one step from where the chain is.

import type { Random } from "../random/random.js";
import { drawDirection, type IsokineticTrajectory } from "./isokinetic.js";
import type { KernelState, Memory } from "./kernel.js";
import { writeInverseMass } from "./mass.js";
import { welford } from "./welford.js";

/** What of a kernel is read and set. */
export interface IsokineticTunable {
  /** `[1]` */
  readonly stepSize: Float64Array;
  /** `[1]` */
  readonly L: Float64Array;
  /** `[dim]`; `scale` holds its roots after `scaleChanged`. */
  readonly inverseMass: Float64Array;
  readonly scale: Float64Array;
  scaleChanged(): void;
  readonly move: IsokineticTrajectory;
}

export interface IsokineticMoments {
  add(position: Float64Array): void;
  /**
   * Forgets the positions after it has told the law's radius, the root of the variances' sum in units of the scales, which become the
   * variances' roots first where `setsScale`; and by what lengths are multiplied that were in the units before. Undefined where too little was seen.
   */
  take(setsScale: boolean): { readonly radius: number; readonly unitChange: number } | undefined;
  readonly memory: Memory;
}

/** Positions below which no variance is believed. */
const LEAST_POSITIONS = 10;

export function isokineticMoments({ inverseMass, scaleChanged }: IsokineticTunable): IsokineticMoments {
  const dim = inverseMass.length;
  const moments = welford(dim, 1);
  const radius = (): number => {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += moments.variance(i, 0) / inverseMass[i];
    return Math.sqrt(sum);
  };
  return {
    memory: moments.memory,
    add: (position) => moments.add(position, 0),
    take(setsScale) {
      const before = moments.count[0] < LEAST_POSITIONS ? 0 : radius();
      // A chain that did not move says nothing.
      if (!(before > 0 && before < Number.POSITIVE_INFINITY)) return undefined;
      if (setsScale) {
        writeInverseMass(moments, 0, inverseMass);
        scaleChanged();
      }
      const after = radius();
      moments.reset(0);
      return { radius: after, unitChange: after / before };
    },
  };
}

/** The energy error of one step of a given size from the state's position, each time in a direction of its own. */
export function oneStepError(
  { scale, move }: IsokineticTunable,
  { position, energy, gradient }: KernelState & { readonly gradient: Float64Array },
  random: Random,
): (stepSize: number) => number {
  const [q, u, g] = [position.slice(), position.slice(), position.slice()];
  const end = new Float64Array(2);
  return (stepSize) => {
    q.set(position);
    g.set(gradient);
    drawDirection(u, random);
    move(q, u, g, stepSize, scale, 1, end);
    return end[0] - energy[0] + end[1];
  };
}
