// What is known of a singular model exactly: its learning coefficient and, where an integral gives it, what an estimate at finite
// temperature must be. Asymptotic values are no test of a sampler; these are.

import { nonNegativeNumber, positiveNumber, refuse } from "../../arguments/index.js";
import type { Loss } from "../../networks/index.js";

export interface KnownAnswer {
  /** The learning coefficient: free energy grows as lambda log n. */
  readonly lambda: number;
  /** The order of the pole: free energy also has -(multiplicity - 1) log log n. */
  readonly multiplicity: number;
  readonly dim: number;
  /** The population loss K(w), 0 at the centre, without noise; absent where only the numbers are known. */
  readonly loss?: Loss;
  /** A minimum at which lambda is the local learning coefficient too. */
  readonly center?: Float64Array;
  /** Moments of t K(w) under exp(-t K(w) - (gamma/2) |w - center|^2), `t = nbeta`; absent where no integral of low dimension gives them. */
  readonly expected?: (temperature: ExpectedAt) => Moments;
}

export interface ExpectedAt {
  /** n beta. */
  readonly nbeta: number;
  /** Precision of the localisation. */
  readonly gamma: number;
}

export interface Moments {
  /** What `llc` estimates. */
  readonly mean: number;
  /** Of the trace of nbeta (L - L(center)): the Monte-Carlo variance of one independent draw. */
  readonly variance: number;
}

export interface DataSizeOption {
  /** The n that a loss carries; it decides nothing but the temperature where beta is given. 1000 where left out. */
  readonly dataSize?: number;
}

/** Checks a temperature at which moments are asked for. */
export function checkTemperature(where: string, { nbeta, gamma }: ExpectedAt, least: "any" | "localised"): ExpectedAt {
  positiveNumber(where, "nbeta", nbeta);
  nonNegativeNumber(where, "gamma", gamma);
  if (least === "localised" && gamma === 0) {
    refuse(where, "gamma", "positive: without a localisation the law is improper", gamma);
  }
  return { nbeta, gamma };
}
