// The groups that rows are summed in: each in its own sum, and these sums in order. How many there are depends on the rows and the
// parameters alone, so that the sum has the same bits whoever computes which group.

/** Rows of the groups but the last, which has what is left. */
export function rowsPerGroup(rows: number, dim: number): number {
  // Small enough to share work out evenly, and large enough that adding the sums up costs little beside them.
  const most = Math.min(mostGroups, Math.max(fewestOfLarge, Math.floor(mostNumbers / dim)));
  return unit * Math.max(leastUnits, Math.ceil(rows / unit / most));
}

/** The largest block of a loss. */
const unit = 128;
const leastUnits = 2;
const mostGroups = 64;
/** Of all groups' gradients together, unless that leaves too few groups. */
const mostNumbers = 2 ** 22;
const fewestOfLarge = 4;

/** Adds `part` to `sum`. */
export function addTo(sum: Float64Array, part: Float64Array): void {
  // Hot: once per group for every parameter.
  for (let i = 0; i < sum.length; i++) sum[i] += part[i];
}

/** Makes a sum over rows their mean. */
export function divide(sum: Float64Array, rows: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] /= rows;
}
