// Mean and sample variance as R computes them: a second pass takes back what rounding cost the first. An empty or too
// short sample has the value NaN, where R has NA. Hot: every diagnostic calls them many times, on typed arrays.
//
// Not simple-statistics', whose accuracy would do but for one case: its mean of 0.1, 0.1 and 0.1 is not 0.1, and a chain that never
// moved would have a variance, and with it autocorrelations and an R-hat.

export function mean(x: Float64Array): number {
  const n = x.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += x[i];
  const first = sum / n; // 0 / 0 where there is none
  let rest = 0;
  for (let i = 0; i < n; i++) rest += x[i] - first;
  return first + rest / n;
}

/** With divisor `n - 1`; NaN below two values. */
export function variance(x: Float64Array): number {
  const n = x.length;
  if (n < 2) return Number.NaN;
  const m = mean(x);
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (x[i] - m) ** 2;
  return squares / (n - 1);
}
