// The local learning coefficient: the tempered energy, the estimate, its error and its verdict.

export type { DataTerm, LlcEstimate, ObservedLlc, Problem, ProblemKind, Verdict } from "./estimate.js";
export {
  type LadderOptions,
  type LadderRung,
  type LlcLadder,
  llcLadder,
  type Reweighted,
  reweightLlc,
} from "./ladder.js";
export type { FitAtMultiplicity, LadderFit } from "./ladder-fit.js";
export { type LlcOptions, llc } from "./llc.js";
export { compareLlc, type LlcRow, type LlcTable } from "./llc-table.js";
export type { Mask } from "./moving.js";
export { type FluctuationOptions, type SingularFluctuation, singularFluctuation } from "./singular-fluctuation.js";
export { defaultBeta, type TemperedOptions, tempered, temperedFromSource } from "./tempered.js";
