// Numbers as a figure carries them: ordinary arrays that survive JSON, six significant digits, null where not finite.

/** A number with six significant digits, or null: `plainNumber(1 / 3)` is `0.333333`, `plainNumber(NaN)` is `null`. */
export function plainNumber(value: number): number | null {
  // JSON has no -0, and adding 0 makes it 0.
  return Number.isFinite(value) ? Number(value.toPrecision(6)) + 0 : null;
}

/** An ordinary array of such numbers: `plainNumbers(Float64Array.of(1, Infinity))` is `[1, null]`. */
export function plainNumbers(values: ArrayLike<number>): (number | null)[] {
  return Array.from(values, plainNumber);
}

/** A number for a label, three significant digits or four: `label(3.14159)` is `"3.142"`, `label(20000)` is `"20000"`. */
export function numberLabel(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = Math.abs(value) >= 1000 && Math.abs(value) < 1e6 ? Math.round(value) : Number(value.toPrecision(4));
  return String(digits).replace("-", "−");
}

/**
 * A value and further ones with as many decimals as two digits of the error need:
 * `withDecimals(0.0312, 5.0171, 4.9)` is `["5.017", "4.900"]`.
 */
export function withDecimals(error: number, ...values: number[]): string[] {
  if (!(error > 0 && error < 1e15)) return values.map(numberLabel);
  const decimals = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return values.map((value) => (Number.isFinite(value) ? value.toFixed(decimals).replace("-", "−") : String(value)));
}

/** The smallest and the largest finite value of several lists, or undefined where there is none. */
export function extent(lists: Iterable<ArrayLike<number>>): [number, number] | undefined {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (!Number.isFinite(value)) continue;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  return least <= greatest ? [least, greatest] : undefined;
}

/** The interval with a margin of `share` of its length at both ends; of one where it is a point. */
export function padded([least, greatest]: readonly [number, number], share = 0.05): [number, number] {
  const margin = greatest > least ? share * (greatest - least) : Math.max(1e-6, 0.5 * Math.abs(greatest));
  return [least - margin, greatest + margin];
}
