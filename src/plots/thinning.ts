// Which draws of a long chain are drawn, so that a figure stays small. The numbers are never averaged: every point drawn is a draw.

/**
 * At most `maxPoints` indices into `values`, ascending. Of every stretch of draws the smallest and the largest are
 * taken, so that the picture has the outline of the whole chain and no excursion is lost. All of them where they are few.
 */
export function outline(values: ArrayLike<number>, maxPoints: number): number[] {
  if (values.length <= maxPoints) return Array.from(values, (_, i) => i);
  const stretches = Math.max(1, Math.floor(maxPoints / 2));
  const kept: number[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const start = Math.floor((stretch * values.length) / stretches);
    const end = Math.floor(((stretch + 1) * values.length) / stretches);
    let low = start;
    let high = start;
    for (let i = start + 1; i < end; i++) {
      if (values[i] < values[low] || Number.isNaN(values[low])) low = i;
      if (values[i] > values[high] || Number.isNaN(values[high])) high = i;
    }
    if (low === high) kept.push(low);
    else kept.push(Math.min(low, high), Math.max(low, high));
  }
  return kept;
}

/** At most `maxPoints` indices below `length`, evenly spread, the first and the last among them: `evenly(9, 3)` is `[0, 4, 8]`. */
export function evenly(length: number, maxPoints: number): number[] {
  if (length <= maxPoints) return Array.from({ length }, (_, i) => i);
  if (maxPoints <= 1) return maxPoints === 1 ? [length - 1] : [];
  return Array.from({ length: maxPoints }, (_, i) => Math.round((i * (length - 1)) / (maxPoints - 1)));
}
