// The samplers: their factories, and the table by which a worker finds the kernel of a record.

import { adamSgldDefinition } from "./adam-sgld.js";
import { amagoldDefinition } from "./amagold.js";
import { gradientDescentDefinition, nesterovDefinition } from "./descent.js";
import { ellipticalSliceDefinition } from "./elliptical-slice.js";
import { ghmcDefinition } from "./ghmc.js";
import { hmcDefinition } from "./hmc.js";
import type { SamplerDefinition } from "./kernel.js";
import { langevinDefinition } from "./langevin.js";
import { malaDefinition } from "./mala.js";
import { mamsDefinition } from "./mams.js";
import { mclmcDefinition } from "./mclmc.js";
import { nutsDefinition } from "./nuts.js";
import { temperingDefinition } from "./parallel-tempering.js";
import { psgldDefinition } from "./psgld.js";
import { randomWalkDefinition } from "./random-walk.js";
import { rmhmcDefinition } from "./rmhmc.js";
import { sghmcDefinition } from "./sghmc.js";
import { sgldDefinition } from "./sgld.js";
import { sgnhtDefinition } from "./sgnht.js";

export { type AdamSgldOptions, adamSgld } from "./adam-sgld.js";
export * as adaptation from "./adaptation.js";
export { type AmagoldOptions, amagold } from "./amagold.js";
export { stiffness } from "./curvature.js";
export { type GradientDescentOptions, gradientDescent, type NesterovOptions, nesterov } from "./descent.js";
export { type EllipticalSliceOptions, ellipticalSlice } from "./elliptical-slice.js";
export { type GhmcOptions, ghmc } from "./ghmc.js";
export { type HmcOptions, hmc } from "./hmc.js";
export type { IntegratorName } from "./integrators.js";
export type { Adaptation, Info, Kernel, KernelState, Sampler, SamplerDefinition } from "./kernel.js";
export { type LangevinOptions, langevin } from "./langevin.js";
export { type LangevinExcess, langevinExcess } from "./langevin-stiffness.js";
export { type MalaOptions, mala } from "./mala.js";
export { type MamsOptions, mams } from "./mams.js";
export { type MclmcOptions, mclmc } from "./mclmc.js";
export { type NutsOptions, nuts } from "./nuts.js";
export { parallelTempering, type TemperingOptions } from "./parallel-tempering.js";
export { type PsgldOptions, psgld } from "./psgld.js";
export { type RandomWalkOptions, randomWalk } from "./random-walk.js";
export { type RmhmcOptions, rmhmc } from "./rmhmc.js";
export type { Scheduled } from "./scheduled.js";
export { type SghmcOptions, sghmc } from "./sghmc.js";
export { cvSgld, type SgldOptions, sgld } from "./sgld.js";
export { type SgnhtOptions, sgnht } from "./sgnht.js";

/** The definition of each kind of sampler. */
export const samplers: Readonly<Record<string, SamplerDefinition>> = {
  adamSgld: adamSgldDefinition,
  amagold: amagoldDefinition,
  ghmc: ghmcDefinition,
  gradientDescent: gradientDescentDefinition,
  nesterov: nesterovDefinition,
  ellipticalSlice: ellipticalSliceDefinition,
  langevin: langevinDefinition,
  mala: malaDefinition,
  nuts: nutsDefinition,
  randomWalk: randomWalkDefinition,
  hmc: hmcDefinition,
  mams: mamsDefinition,
  mclmc: mclmcDefinition,
  parallelTempering: temperingDefinition((kind) => samplers[kind]),
  psgld: psgldDefinition,
  rmhmc: rmhmcDefinition,
  sghmc: sghmcDefinition,
  sgld: sgldDefinition,
  sgnht: sgnhtDefinition,
};
