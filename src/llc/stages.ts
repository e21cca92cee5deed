// Stages of a curve of estimates over training steps: a local linear regression in log step, and the zeros of its slope that its error does
// not explain.

export interface CurvePoint {
  readonly step: number;
  readonly llc: number;
  readonly standardError: number;
}

export interface SmoothedCurve {
  readonly step: Float64Array;
  readonly llc: Float64Array;
  readonly standardError: Float64Array;
  /** d lambda / d log step, natural logarithm. */
  readonly slope: Float64Array;
}

export interface StageBoundary {
  readonly step: number;
  /** What the coefficient does there: it stops rising, or falling. */
  readonly kind: "peak" | "trough";
  /** Of the smoothed curve. */
  readonly llc: number;
}

export interface Stages {
  readonly smoothed: SmoothedCurve;
  readonly boundaries: StageBoundary[];
}

const GRID = 201;
/** Turns by less than so many standard errors of the difference are none. */
const CLEAR = 3;

/** Points at step 0 have no logarithm and are left out. Empty for fewer than three others. */
export function stagesOf(points: readonly CurvePoint[], bandwidth?: number): Stages {
  const usable = points
    .filter(({ step, llc, standardError }) => step > 0 && Number.isFinite(llc) && standardError > 0)
    .map(({ step, llc, standardError }) => ({ x: Math.log(step), y: llc, weight: 1 / standardError ** 2 }));
  if (usable.length < 3) {
    const none = new Float64Array(0);
    return { smoothed: { step: none, llc: none, standardError: none, slope: none }, boundaries: [] };
  }
  const [from, to] = [usable[0].x, usable[usable.length - 1].x];
  const h = bandwidth ?? (to - from) / 12;
  const places = usable.map(({ x }) => x);
  const fits = Array.from({ length: GRID }, (_, k) => {
    const x = from + ((to - from) * k) / (GRID - 1);
    return localFit(usable, x, Math.max(h, gapAt(places, x)));
  });
  const smoothed: SmoothedCurve = {
    step: Float64Array.from(fits, ({ x }) => Math.exp(x)),
    llc: Float64Array.from(fits, ({ value }) => value),
    standardError: Float64Array.from(fits, ({ error }) => error),
    // Of the curve itself, which the local line's slope is only near.
    slope: Float64Array.from(fits, (_, k) => {
      const [a, b] = [fits[Math.max(0, k - 1)], fits[Math.min(GRID - 1, k + 1)]];
      return (b.value - a.value) / (b.x - a.x);
    }),
  };
  return { smoothed, boundaries: clearTurns(smoothed) };
}

interface Weighted {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

/**
 * How far apart neighbouring points are around x: their distance at the middle between two, and in between on a straight line. Where a kernel is
 * narrower than that it must widen, and were it wider at the points than between them, the curve would turn at every point.
 */
function gapAt(places: readonly number[], x: number): number {
  const middles = places.slice(1).map((place, k) => (place + places[k]) / 2);
  const gaps = places.slice(1).map((place, k) => place - places[k]);
  const next = middles.findIndex((middle) => middle > x);
  if (next <= 0) return next === 0 ? gaps[0] : gaps[gaps.length - 1];
  const share = (x - middles[next - 1]) / (middles[next] - middles[next - 1]);
  return (1 - share) * gaps[next - 1] + share * gaps[next];
}

/** A line through the points around x, Gaussian weights times those of their errors. */
function localFit(points: readonly Weighted[], x: number, width: number): { x: number; value: number; error: number } {
  const kernel = points.map((point) => Math.exp(-0.5 * ((point.x - x) / width) ** 2) * point.weight);
  let [S, Sx, Sxx] = [0, 0, 0];
  points.forEach((point, i) => {
    S += kernel[i];
    Sx += kernel[i] * (point.x - x);
    Sxx += kernel[i] * (point.x - x) ** 2;
  });
  const determinant = S * Sxx - Sx * Sx;
  let [value, squares] = [0, 0];
  points.forEach((point, i) => {
    const share = (kernel[i] * (Sxx - Sx * (point.x - x))) / determinant;
    value += share * point.y;
    squares += (share * share) / point.weight;
  });
  return { x, value, error: Math.sqrt(squares) };
}

/**
 * The curve's extremes, alternating, of which each differs from the next, and the first and last from the curve's ends, by more than the
 * error of the difference explains: an extreme counts once the curve has clearly left it.
 */
function clearTurns({ step, llc, standardError }: SmoothedCurve): StageBoundary[] {
  const clearly = (a: number, b: number): boolean =>
    Math.abs(llc[a] - llc[b]) > CLEAR * Math.hypot(standardError[a], standardError[b]);
  const boundaries: StageBoundary[] = [];
  let [highest, lowest] = [0, 0];
  let direction: "up" | "down" | undefined;
  for (let k = 1; k < llc.length; k++) {
    if (direction !== "down" && llc[k] > llc[highest]) highest = k;
    if (direction !== "up" && llc[k] < llc[lowest]) lowest = k;
    if (direction !== "up" && llc[k] > llc[lowest] && clearly(k, lowest)) {
      if (direction === "down") boundaries.push({ step: step[lowest], kind: "trough", llc: llc[lowest] });
      direction = "up";
      highest = k;
    } else if (direction !== "down" && llc[k] < llc[highest] && clearly(k, highest)) {
      if (direction === "up") boundaries.push({ step: step[highest], kind: "peak", llc: llc[highest] });
      direction = "down";
      lowest = k;
    }
  }
  return boundaries;
}
