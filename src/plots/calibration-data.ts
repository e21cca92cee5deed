// The numbers of a calibration's figure.

import { knownOptions, refuse } from "../arguments/index.js";
import type { Calibration } from "../llc/calibrate.js";
import type { CalibrationRow } from "../llc/calibration-run.js";
import { extent, padded, plainNumber, plainNumbers } from "./plain.js";
import { checkReferences, type Reference } from "./reference.js";

export interface CalibrationOptions {
  /** Values to compare with, drawn as dashed lines: `[{ label: "lambda", value: 4.5 }]`. */
  reference?: readonly Reference[];
  title?: string;
}

export interface CalibrationData {
  /** By n beta, ascending. */
  panels: {
    nbeta: number;
    /** By gamma, ascending. */
    curves: {
      gamma: number;
      stepSize: number[];
      llc: (number | null)[];
      standardError: (number | null)[];
      /** What is against each cell, joined; empty where nothing is. */
      objections: string[];
      /** The share of the slowest direction that each cell's short run can have shown. */
      explored: (number | null)[];
      /** Of the cells that were run for as long as they need, by step size, ascending. */
      long: CalibrationLong[];
    }[];
  }[];
  /** With the estimate of its long run. */
  recommended: { nbeta: number; gamma: number; stepSize: number; llc: number | null } | null;
  /** Of all panels: from the cells whose steps are stable, for others may be anywhere. */
  range: [number, number];
}

export interface CalibrationLong {
  stepSize: number;
  llc: number | null;
  standardError: number | null;
  /** Of one chain. */
  transitions: number;
  /** As of the cells. */
  objections: string;
}

export type CalibrationCurve = CalibrationData["panels"][number]["curves"][number];

/** Of 95 %. */
export const quantile: number = 1.959963984540054;

/** The numbers that `calibration` draws. */
export function calibrationData(result: Calibration, options: CalibrationOptions = {}): CalibrationData {
  const where = "plots.calibration";
  knownOptions(where, options, ["reference", "title"]);
  checkReferences(where, options.reference ?? []);
  const rows: readonly CalibrationRow[] | undefined = result?.rows;
  if (!Array.isArray(rows) || rows.length === 0 || rows.some((row) => !Array.isArray(row?.objections))) {
    refuse(where, "result", "a calibration, such as calibrate returns", result);
  }
  const unique = (name: "nbeta" | "gamma", among: readonly CalibrationRow[]): number[] =>
    [...new Set(among.map((row) => row[name]))].sort((a, b) => a - b);
  const { recommended } = result;
  const stable = rows.filter((row) => row.stable);
  const long = rows.flatMap((row) => (row.long?.stable ? [row.long] : []));
  const shown = extent([
    ...[...(stable.length > 0 ? stable : rows), ...long].map(({ llc, standardError }) => [
      llc,
      llc - quantile * standardError,
      llc + quantile * standardError,
    ]),
    (options.reference ?? []).map(({ value }) => value),
    [0],
  ]);
  return {
    panels: unique("nbeta", rows).map((nbeta) => {
      const here = rows.filter((row) => row.nbeta === nbeta);
      return { nbeta, curves: unique("gamma", here).map((gamma) => curveOf(here, gamma)) };
    }),
    recommended:
      recommended === undefined
        ? null
        : {
            nbeta: recommended.nbeta,
            gamma: recommended.gamma,
            stepSize: recommended.stepSize,
            llc: plainNumber(recommended.llc),
          },
    range: padded(shown ?? [0, 1], 0.08),
  };
}

function curveOf(rows: readonly CalibrationRow[], gamma: number): CalibrationCurve {
  const cells = rows.filter((row) => row.gamma === gamma).sort((a, b) => a.stepSize - b.stepSize);
  return {
    gamma,
    stepSize: cells.map(({ stepSize }) => stepSize),
    llc: plainNumbers(cells.map(({ llc }) => llc)),
    standardError: plainNumbers(cells.map(({ standardError }) => standardError)),
    objections: cells.map(({ objections }) => objections.join(", ")),
    explored: plainNumbers(cells.map(({ explored }) => explored)),
    long: cells.flatMap(({ stepSize, long }) =>
      long === undefined
        ? []
        : [
            {
              stepSize,
              llc: plainNumber(long.llc),
              standardError: plainNumber(long.standardError),
              transitions: long.warmup + long.draws * long.thin,
              objections: long.objections.join(", "),
            },
          ],
    ),
  };
}
