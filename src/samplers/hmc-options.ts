// What HMC can be told, checked and completed.

import {
  integerAtLeast,
  knownOptions,
  nonNegativeNumber,
  oneOf,
  openUnit,
  positiveNumber,
  refuse,
} from "../arguments/index.js";
import { CHEES_ACCEPTANCE } from "./chees.js";
import { type IntegratorName, integratorNamed } from "./integrators.js";
import { isDiagonal, type Mass, type MassOption, massOption } from "./mass.js";
import { type Scheduled, scheduledOption, type Tabulated, tabulatedOption } from "./scheduled.js";
import type { MassSchedule } from "./warmup.js";

export interface HmcOptions {
  /** Step size, kept as it is, or a schedule of it; found and averaged during warmup where it is left out. */
  readonly stepSize?: Scheduled;
  /** Integrator steps per trajectory. See `hmc` for what happens where it is left out. */
  readonly leapfrogSteps?: number;
  /** In place of `leapfrogSteps`: each trajectory's length is uniform on (0, trajectoryLength), at most 256 steps. */
  readonly trajectoryLength?: number;
  /**
   * Momentum `p ~ N(0, M)`: M as one number for all coordinates, as a diagonal, as rows, or as the low-rank mass of an earlier run, none of
   * which is adapted; or what warmup learns: "diagonal" (where left out), "dense" or "lowRank".
   */
  readonly mass?: MassOption;
  /** How warmup learns: mass and step size of each chain in Stan's windows (where left out) or as nutpie does, or all chains together. */
  readonly adaptation?: MassSchedule | "chees";
  /** Acceptance that the adapted step size aims at: 0.8, or 0.651 for "chees" where left out. */
  readonly targetAcceptance?: number;
  /** Each transition's step size is uniform on `stepSize * [1 - jitter, 1 + jitter]`. */
  readonly jitter?: number;
  readonly integrator?: IntegratorName;
  /** A trajectory whose energy error exceeds this is reported as diverging. */
  readonly maxEnergyError?: number;
}

export interface HmcSettings {
  readonly stepSize: Tabulated | undefined;
  readonly leapfrogSteps: number | undefined;
  readonly trajectoryLength: number | undefined;
  readonly mass: Mass | undefined;
  readonly adaptation: MassSchedule | "chees";
  readonly targetAcceptance: number;
  readonly jitter: number;
  readonly integrator: IntegratorName;
  readonly maxEnergyError: number;
}

const HMC_OPTIONS = [
  "stepSize",
  "leapfrogSteps",
  "trajectoryLength",
  "mass",
  "adaptation",
  "targetAcceptance",
  "jitter",
  "integrator",
  "maxEnergyError",
];

const ADAPTATIONS = ["windows", "nutpie", "chees"] as const;

/** The settings of a kernel: a schedule of the step size has become a table. */
export function hmcSettings(options: HmcOptions, dim?: number): HmcSettings {
  const { stepSize, ...others } = checkedOptions(options, dim);
  if (stepSize === undefined) return { ...others, stepSize };
  return { ...others, stepSize: tabulatedOption("hmc", "stepSize", stepSize, positiveNumber) };
}

/** Checks options and fills in those that do not depend on the energy. */
export function checkedOptions(
  options: HmcOptions,
  dim?: number,
): Omit<HmcSettings, "stepSize"> & { readonly stepSize: Scheduled | undefined } {
  knownOptions("hmc", options, HMC_OPTIONS);
  const { stepSize, leapfrogSteps, trajectoryLength, mass, integrator = "velocityVerlet" } = options;
  const adaptation = oneOf("hmc", "adaptation", options.adaptation ?? "windows", ADAPTATIONS);
  const together = adaptation === "chees";
  const { targetAcceptance = together ? CHEES_ACCEPTANCE : 0.8, maxEnergyError = 1000 } = options;
  const { jitter = stepSize === undefined && !together ? 0.1 : 0 } = options;
  if (stepSize !== undefined) scheduledOption("hmc", "stepSize", stepSize, positiveNumber);
  if (leapfrogSteps !== undefined) integerAtLeast("hmc", "leapfrogSteps", leapfrogSteps, 1);
  if (trajectoryLength !== undefined) {
    positiveNumber("hmc", "trajectoryLength", trajectoryLength);
    if (leapfrogSteps !== undefined)
      refuse("hmc", "trajectoryLength", "left out beside leapfrogSteps", trajectoryLength);
  }
  if (nonNegativeNumber("hmc", "jitter", jitter) >= 1) refuse("hmc", "jitter", "below 1", jitter);
  integratorNamed("hmc", integrator);
  const checked = mass === undefined ? undefined : massOption("hmc", mass, dim);
  if (stepSize !== undefined) refuseAdaptation(options);
  if (together) refuseBesideChees(options, checked);
  return {
    stepSize,
    leapfrogSteps,
    trajectoryLength,
    mass: checked,
    adaptation,
    targetAcceptance: openUnit("hmc", "targetAcceptance", targetAcceptance),
    jitter,
    integrator,
    maxEnergyError: positiveNumber("hmc", "maxEnergyError", maxEnergyError),
  };
}

function refuseAdaptation({ mass, adaptation }: HmcOptions): void {
  const nothing = "where stepSize is given, for nothing is adapted then";
  if (typeof mass === "string") refuse("hmc", "mass", `given, or left out, ${nothing}`, mass);
  if (adaptation !== undefined) refuse("hmc", "adaptation", `left out ${nothing}`, adaptation);
}

function refuseBesideChees({ leapfrogSteps, trajectoryLength }: HmcOptions, mass: Mass | undefined): void {
  const learnt = 'left out beside adaptation "chees", which learns it';
  if (leapfrogSteps !== undefined) refuse("hmc", "leapfrogSteps", learnt, leapfrogSteps);
  if (trajectoryLength !== undefined) refuse("hmc", "trajectoryLength", learnt, trajectoryLength);
  if (mass !== undefined && mass !== "diagonal" && !isDiagonal(mass)) {
    refuse("hmc", "mass", 'diagonal beside adaptation "chees"', mass);
  }
}
