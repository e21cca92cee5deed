// Pictures of draws and estimates: numbers in, figures out. Each figure has a twin, `...Data`, that returns what it draws.

export {
  type AutocorrelationData,
  type AutocorrelationOptions,
  autocorrelation,
  autocorrelationData,
} from "./autocorrelation.js";
export type { ChainSource } from "./chains.js";
export type { EnergyGrid } from "./contours.js";
export { type GaussianEllipse, gaussianEllipse } from "./ellipse.js";
export type { Figure, Trace } from "./figure.js";
export {
  type LlcComparisonOptions,
  type LlcComparisonRow,
  llcComparison,
  llcComparisonData,
} from "./llc-comparison.js";
export { type PairData, type PairOptions, pair, pairData } from "./pair.js";
export type { PairOfNames } from "./plane.js";
export type { Reference } from "./reference.js";
export { type RunningLlcData, type RunningLlcOptions, runningLlc, runningLlcData } from "./running-llc.js";
export { type Scatter2dData, type Scatter2dOptions, scatter2d, scatter2dData } from "./scatter2d.js";
export { type SideBySideOptions, sideBySide } from "./side-by-side.js";
export { asText, axis, layout, palette, seriesColor, type ThemeName, translucent } from "./theme.js";
export { themed } from "./themed.js";
export { trace } from "./trace.js";
export { type TraceData, type TraceOptions, type TracePanel, traceData } from "./trace-data.js";
