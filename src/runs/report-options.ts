// What may be asked of a report on draws; apart from the report, so that a command line can tell of it without loading what computes.

import type { Thresholds } from "../chains/diagnosis/thresholds.js";
import type { SummaryRow } from "../chains/summary.js";

export { DEFAULT_THRESHOLDS, type Thresholds } from "../chains/diagnosis/thresholds.js";
export { COLUMNS } from "../chains/summary-order.js";

export type ReportFormat = "text" | "markdown" | "csv" | "json";
export const REPORT_FORMATS: readonly ReportFormat[] = ["text", "markdown", "csv", "json"];

export interface DrawsReportOptions {
  readonly format?: ReportFormat;
  readonly sortBy?: keyof SummaryRow;
  readonly thresholds?: Partial<Thresholds>;
}
