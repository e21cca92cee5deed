// Environments: what agents act in, one at a time or many side by side.

export * as environments from "./catalogue.js";
export { type DecisionProcess, decisionProcess, type Transitions } from "./decision-process.js";
export {
  type BoxSpace,
  type DiscreteSpace,
  type Environment,
  type EnvironmentRecord,
  type EnvironmentSource,
  type EpisodeStatistics,
  type MultiBinarySpace,
  type MultiDiscreteSpace,
  type Outline,
  type Space,
  type StepResult,
  sizeOfSpace,
} from "./environment.js";
export { type GridWorldProcess, gridWorldProcess } from "./grid-world.js";
export { loadEnvironment, type MakeOptions, makeEnvironment } from "./make.js";
export { type EnvironmentStatistics, environmentStatistics, type StatisticsState } from "./statistics.js";
export {
  type Autoreset,
  type VectorEnvironment,
  type VectorOptions,
  type VectorState,
  vectorEnvironment,
} from "./vector.js";
