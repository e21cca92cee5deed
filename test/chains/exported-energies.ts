// Energies that threads import, well-behaved and not.

import { isMainThread } from "node:worker_threads";
import type { Energy } from "../../src/energies/energy.js";
import { energyFromGradient } from "../../src/energies/from-gradient.js";

/** Standard normal in two dimensions, with an observable: the squared distance from the origin. */
export const normal: Energy = {
  ...energyFromGradient(2, standardNormal, { names: ["x", "y"] }),
  observables: {
    names: ["squares"],
    observe(q, _energy, out) {
      out[0] = q[0] * q[0] + q[1] * q[1];
    },
  },
};

/** The same, made when it is asked for. */
export const normalLater = async (): Promise<Energy> => normal;

export const notAnEnergy = { dim: 2 };

/** Throws at its 5000th evaluation, wherever it runs. */
export function breaks(): Energy {
  let left = 5000;
  return energyFromGradient(2, (q, gradient) => {
    if (left-- === 0) throw new TypeError("the flux capacitor is empty");
    return standardNormal(q, gradient);
  });
}

/** Ends the thread that evaluates it. */
export const exits: Energy = energyFromGradient(2, (q, gradient) => {
  if (!isMainThread) process.exit(3);
  return standardNormal(q, gradient);
});

/** Never answers in a thread. */
export const sleeps: Energy = energyFromGradient(2, (q, gradient) => {
  if (!isMainThread) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  return standardNormal(q, gradient);
});

/** A flat valley whose stochastic gradient is no number beyond x = 1. */
export const cliff: Energy = {
  ...energyFromGradient(1, (_q, gradient) => {
    gradient[0] = 0;
    return 0;
  }),
  stochastic: {
    dataSize: 10,
    gradient(q, _rows, out) {
      out[0] = q[0] > 1 ? Number.NaN : 0;
      return 0;
    },
  },
};

function standardNormal(q: Float64Array, gradient: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < q.length; i++) {
    gradient[i] = q[i];
    sum += q[i] * q[i];
  }
  return sum / 2;
}
