// A calibration as a reader sees it.

import { roundedTo, significant } from "../chains/digits.js";
import { printedAs } from "../chains/printed.js";
import { textTable } from "../chains/table.js";
import type { Calibration } from "./calibrate.js";

/** The calibration itself, printed as a table and sentences. */
export function printedCalibration(calibration: Calibration): Calibration {
  return printedAs(calibration, text);
}

function text({ rows, recommended, curvature, dim, dataSize }: Calibration): string {
  const table = textTable(
    ["n beta", "gamma", "step size", "llc", "s.e.", "excess", "drift", "objections"],
    rows.map((row) => [
      significant(row.nbeta, 4),
      significant(row.gamma, 4),
      significant(row.stepSize, 3),
      roundedTo(row.llc, row.standardError),
      significant(row.standardError, 2),
      significant(row.stepExcess, 2),
      significant(row.drift, 2),
      row.ok ? "none" : row.objections.join(", "),
    ]),
  );
  return [
    `calibration: n = ${dataSize}, d/2 = ${dim / 2}, largest curvature of L_n ${significant(curvature, 3)}`,
    table,
    ...(recommended === undefined
      ? ["no cell is without objections: try smaller steps, more draws, or other gammas"]
      : [
          `use { beta: ${significant(recommended.beta, 4)}, gamma: ${significant(recommended.gamma, 4)}, sampler: sgld({ stepSize: ${significant(recommended.stepSize, 3)} }) }`,
          ...recommended.reasons,
        ]),
  ].join("\n");
}
