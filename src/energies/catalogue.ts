// Energies with known answers, by name: the namespace `energies`.

export { type AckleyOptions, ackley } from "./ackley.js";
export { banana } from "./banana.js";
export { bimodal } from "./bimodal.js";
export { constrained } from "./constrained.js";
export { type DonutOptions, donut } from "./donut.js";
export { type DoubleWellOptions, doubleWell } from "./double-well.js";
export { type EightSchoolsOptions, eightSchools } from "./eight-schools.js";
export { type FormulaOptions, formula } from "./formula/formula.js";
export { type FunnelOptions, funnel } from "./funnel.js";
export { type GaussianOptions, gaussian } from "./gaussian.js";
export { type GaussianMixtureOptions, gaussianMixture } from "./gaussian-mixture.js";
export { type HarmonicOptions, harmonic } from "./harmonic.js";
export { type LinearRegressionOptions, linearRegression } from "./linear-regression.js";
export { type LogisticRegressionOptions, logisticRegression } from "./logistic-regression.js";
export { type NetworkFunction, type NeuralNetworkOptions, neuralNetwork } from "./neural-network.js";
export { type RastriginOptions, rastrigin } from "./rastrigin.js";
export { type RosenbrockOptions, rosenbrock } from "./rosenbrock.js";
export { type SquiggleOptions, squiggle } from "./squiggle.js";
export { type StochasticVolatilityOptions, stochasticVolatility } from "./stochastic-volatility.js";
export { type StudentTOptions, studentT } from "./student-t.js";
