// What diagnosing draws returns.

/** Plain data; printed as sentences. */
export interface Diagnosis {
  /** Whether nothing was found that is more than a note. */
  readonly ok: boolean;
  /** What was found, the gravest first. */
  readonly problems: DiagnosedProblem[];
  /** All of it in sentences, with the numbers that speak for the draws. */
  readonly text: string;
}

export interface DiagnosedProblem {
  readonly kind: DiagnosedKind;
  readonly severity: Severity;
  /** What is wrong, with the number that shows it. */
  readonly message: string;
  /** What to try. */
  readonly advice: string;
  readonly where: Whereabouts;
}

/**
 * - `severe`: means and intervals of these draws should not be used.
 * - `warning`: errors are larger than they look, or a part of the law may be missed.
 * - `note`: worth knowing, and no reason to distrust the numbers.
 */
export type Severity = "severe" | "warning" | "note";

/** Empty lists where a problem has no such place. */
export interface Whereabouts {
  readonly chains: number[];
  /** Names; the worst first. */
  readonly coordinates: string[];
}

export type DiagnosedKind =
  | "no-draws"
  | "not-finite"
  | "chain-stopped"
  | "stuck-chain"
  | "stuck-coordinate"
  | "divergences"
  | "chains-disagree"
  | "low-ebfmi"
  | "low-bulk-ess"
  | "low-tail-ess"
  | "too-few-draws"
  | "acceptance"
  | "step-sizes-differ"
  | "tree-depth"
  | "constant-coordinate"
  | "one-chain"
  | "aborted";

export const SEVERITIES: readonly Severity[] = ["severe", "warning", "note"];
