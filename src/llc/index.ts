// The local learning coefficient: the tempered energy, the estimate, its error and its verdict.

export type { DataTerm, LlcEstimate, ObservedLlc, Problem, ProblemKind, Verdict } from "./estimate.js";
export { type LlcOptions, llc } from "./llc.js";
export { compareLlc, type LlcRow, type LlcTable } from "./llc-table.js";
export type { Mask } from "./moving.js";
export { defaultBeta, type TemperedOptions, tempered, temperedFromSource } from "./tempered.js";
