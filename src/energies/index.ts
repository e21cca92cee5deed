// Energies: what samplers sample.

export * as energies from "./catalogue.js";
export { type CheckGradientOptions, checkGradient, type GradientCheck, type GradientEntry } from "./check-gradient.js";
export type { Constraints } from "./constraints.js";
export type { Energy, EnergySource, ExactFacts, Observables, StochasticEnergy, Transform } from "./energy.js";
export { energyFromGradient } from "./from-gradient.js";
export { energyFromModule } from "./module.js";
export { type EnergyOptions, energy, energyFromGraph } from "./traced.js";
