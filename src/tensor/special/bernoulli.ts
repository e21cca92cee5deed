// The Bernoulli numbers, which are the coefficients of every asymptotic series here.

/** `B_2, B_4, ..., B_24` (Abramowitz & Stegun, table 23.2). */
export const bernoulliNumbers: Float64Array = Float64Array.of(
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
  854513 / 138,
  -236364091 / 2730,
);
