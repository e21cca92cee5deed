// Numbers as tables show them: no more digits than the Monte Carlo error leaves of them.

/**
 * `value` to the decimal place of the second significant digit of its standard error `error`; to four significant digits
 * where the error is not known. Exponents where a plain decimal would be long.
 *
 * @example roundedTo(1.23456, 0.0123) // "1.235"
 */
export function roundedTo(value: number, error: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (!(error > 0 && error < Number.POSITIVE_INFINITY)) return significant(value, 4);
  const decimals = 1 - Math.floor(Math.log10(error));
  const size = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (decimals > 8 || size > 7) return value.toExponential(clamp(size + decimals, 0, 12));
  const plain = value.toFixed(Math.max(decimals, 0));
  return Number(plain) === 0 ? plain.replace("-", "") : plain; // no "-0.00"
}

/**
 * `value` to so many significant digits, without trailing noise of notation.
 *
 * @example significant(0.0012345, 2) // "0.0012"
 */
export function significant(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size > 7 || size < -6) return value.toExponential(digits - 1);
  return value.toFixed(clamp(digits - 1 - size, 0, 20));
}

function clamp(x: number, least: number, most: number): number {
  return Math.min(Math.max(x, least), most);
}
