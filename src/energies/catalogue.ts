// Energies with known answers, by name: the namespace `energies`.

export { banana } from "./banana.js";
export { bimodal } from "./bimodal.js";
export { type GaussianOptions, gaussian } from "./gaussian.js";
