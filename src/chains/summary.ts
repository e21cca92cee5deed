// What summarising draws returns.

/** Plain data; printed as a table. */
export interface Summary {
  /** One per coordinate, then one per statistic that `include` names. */
  readonly rows: SummaryRow[];
  /** Chains and draws per chain that the rows are computed from. */
  readonly chains: number;
  readonly draws: number;
  /** Of the intervals. */
  readonly probability: number;
  readonly interval: "eti" | "hdi";
  /** Divergent transitions among all kept draws; 0 where the sampler knows none. */
  readonly divergences: number;
  /** What a reader should know: chains that stopped, draws left out. Empty where nothing happened. */
  readonly notes: string[];
}

/** NaN where there are too few draws, or only equal ones, to say. */
export interface SummaryRow {
  readonly name: string;
  readonly mean: number;
  /** With divisor n - 1. */
  readonly sd: number;
  readonly lower: number;
  readonly upper: number;
  readonly mcseMean: number;
  readonly essBulk: number;
  readonly essTail: number;
  readonly rhat: number;
}
