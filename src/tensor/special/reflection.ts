// `pi / sin(pi x)` and `pi cot(pi x)`, which carry the gamma family to negative arguments. Both have period 1 up to sign, and
// `x - round(x)` is exact, so they stay accurate however large `x` is and however close to a pole.

/** Below this distance from an integer both are `1 / distance` to the last bit. */
const close = 2 ** -28;

/** `|pi / sin(pi x)|`; Infinity at integers. */
export function piOverSinPi(x: number): number {
  const r = Math.abs(x - Math.round(x));
  return r < close ? 1 / r : Math.PI / Math.sin(Math.PI * r);
}

/** `pi / tan(pi x)`; infinite at integers. */
export function piCotPi(x: number): number {
  const r = x - Math.round(x);
  const distance = Math.abs(r);
  if (distance < close) return 1 / r;
  // Beyond 1/4 the cotangent is the tangent of the complement, whose argument is exact: no error is magnified near its zero at 1/2.
  const magnitude =
    distance > 0.25 ? Math.PI * Math.tan(Math.PI * (0.5 - distance)) : Math.PI / Math.tan(Math.PI * distance);
  return r < 0 ? -magnitude : magnitude;
}
