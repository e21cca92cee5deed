// Polynomials from tables of coefficients.

/**
 * The polynomial with these coefficients, constant first, at `t`; an even number of them.
 * Hot: Horner's rule on the even and on the odd powers, two chains that the processor runs side by side.
 */
export function polynomial(coefficients: Float64Array, t: number): number {
  const square = t * t;
  let k = coefficients.length - 2;
  let even = coefficients[k];
  let odd = coefficients[k + 1];
  for (k -= 2; k >= 0; k -= 2) {
    even = even * square + coefficients[k];
    odd = odd * square + coefficients[k + 1];
  }
  return even + t * odd;
}
