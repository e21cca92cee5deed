// The ellipse at so many standard deviations of a Gaussian in the plane.

import { finiteVector, positiveNumber, refuse } from "../arguments/index.js";
import type { Trace } from "./figure.js";
import { plainNumbers } from "./plain.js";
import { asText, ink } from "./theme.js";

export interface GaussianEllipse {
  mean: ArrayLike<number>;
  /** Two rows of two. */
  covariance: ArrayLike<ArrayLike<number>>;
  /** Standard deviations from the mean to the ellipse, 2 where left out. */
  sigmas?: number;
  label?: string;
  /** A CSS colour. */
  color?: string;
  /** Plotly's word for the kind of line, "dash" where left out. */
  dash?: "solid" | "dash" | "dot" | "dashdot";
}

const points = 121;

/**
 * A dashed line around the mean: where `(q - mean)' covariance^-1 (q - mean)` is `sigmas` squared.
 * Throws a RangeError where the covariance is not symmetric and positive definite.
 *
 *     gaussianEllipse({ mean: [0, 0], covariance: [[1, 0], [0, 4]] })   // half axes 2 and 4
 */
export function gaussianEllipse({
  mean,
  covariance,
  sigmas = 2,
  label,
  color = ink,
  dash = "dash",
}: GaussianEllipse): Trace {
  const where = "plots.gaussianEllipse";
  const [mx, my] = finiteVector(where, "mean", mean, 2);
  positiveNumber(where, "sigmas", sigmas);
  if (covariance?.length !== 2) refuse(where, "covariance", "two rows of two numbers", covariance);
  const [a, b] = finiteVector(where, "covariance[0]", covariance[0], 2);
  const [b2, c] = finiteVector(where, "covariance[1]", covariance[1], 2);
  if (!(a > 0 && a * c - b * b2 > 0 && Math.abs(b - b2) <= 1e-9 * Math.sqrt(a * c))) {
    refuse(where, "covariance", "symmetric and positive definite", `[[${a}, ${b}], [${b2}, ${c}]]`);
  }
  // The Cholesky factor maps the circle to the ellipse.
  const [l11, l21] = [Math.sqrt(a), b / Math.sqrt(a)];
  const l22 = Math.sqrt(c - l21 * l21);
  const angles = Array.from({ length: points }, (_, i) => (2 * Math.PI * i) / (points - 1));
  return {
    type: "scatter",
    mode: "lines",
    x: plainNumbers(angles.map((angle) => mx + sigmas * l11 * Math.cos(angle))),
    y: plainNumbers(angles.map((angle) => my + sigmas * (l21 * Math.cos(angle) + l22 * Math.sin(angle)))),
    name: asText(label ?? `${sigmas} sigma`),
    line: { color, width: 1.8, dash },
    hoverinfo: "name",
  };
}
