// A calibration as a reader sees it.

import { roundedTo, significant } from "../chains/digits.js";
import { printedAs } from "../chains/printed.js";
import { textTable } from "../chains/table.js";
import type { Calibration } from "./calibrate.js";
import type { Cell } from "./calibration-length.js";
import type { CalibrationRow, LongRun } from "./calibration-run.js";
import type { RunLength } from "./gaussian-langevin.js";

/** The calibration itself, printed as a table and sentences. */
export function printedCalibration(calibration: Calibration): Calibration {
  return printedAs(calibration, text);
}

function cellLabel({ nbeta, gamma, stepSize }: Cell): string {
  return `n beta ${significant(nbeta, 4)}, gamma ${significant(gamma, 4)}, step size ${significant(stepSize, 3)}`;
}

/** As `llc` takes it. */
function runLabel({ warmup, draws, thin }: RunLength): string {
  return `warmup: ${warmup}, draws: ${draws}, thin: ${thin}`;
}

/** Of a cell that needs so many times the transitions of a short run. */
export function tooLong(row: CalibrationRow, times: number): string {
  return Number.isFinite(times)
    ? `${cellLabel(row)}: not tried, for it needs ${runLabel(row.needs)}; longest: ${Math.ceil(times)} allows it.`
    : `${cellLabel(row)}: not tried, for nothing holds its flat directions, however long it runs.`;
}

export function notConfirmed(row: CalibrationRow, { objections, ...length }: LongRun): string {
  return `${cellLabel(row)}: not confirmed by ${runLabel(length)}: ${objections.join(", ")}.`;
}

function text({ rows, recommended, notes, batchSize, curvature, dim, dataSize }: Calibration): string {
  const table = textTable(
    ["n beta", "gamma", "step size", "llc", "s.e.", "excess", "drift", "explored", "long run", "objections"],
    rows.map((row) => [
      significant(row.nbeta, 4),
      significant(row.gamma, 4),
      significant(row.stepSize, 3),
      roundedTo(row.llc, row.standardError),
      significant(row.standardError, 2),
      significant(row.stepExcess, 2),
      significant(row.drift, 2),
      `${Math.round(100 * row.explored)} %`,
      longLabel(row.long),
      row.ok ? "none" : row.objections.join(", "),
    ]),
  );
  const batch = batchSize === undefined ? "" : `, batchSize: ${batchSize}`;
  return [
    `calibration: n = ${dataSize}, d/2 = ${dim / 2}, largest curvature of L_n ${significant(curvature, 3)}`,
    table,
    ...(recommended === undefined
      ? [
          rows.some(({ ok }) => ok)
            ? "nothing is recommended: no cell was confirmed by a run of the length that it needs"
            : "no cell is without objections: try smaller steps, more draws, or other gammas",
        ]
      : [
          `use { beta: ${significant(recommended.beta, 4)}, gamma: ${significant(recommended.gamma, 4)}, sampler: sgld({ stepSize: ${significant(recommended.stepSize, 3)}${batch} }), ${runLabel(recommended)} }`,
          ...recommended.reasons,
        ]),
    ...notes,
  ].join("\n");
}

function longLabel(long: LongRun | undefined): string {
  if (long === undefined) return "";
  const estimate = `${roundedTo(long.llc, long.standardError)} \u00b1 ${significant(long.standardError, 2)}`;
  return long.ok ? estimate : `(${estimate})`;
}
