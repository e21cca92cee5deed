// The LLC at several temperatures: n beta E[L - L0] against log n beta with the fit of lambda and multiplicity (Watanabe 2009, theorem 4.9), and
// the local free energy, whose slope in log n beta is the LLC.

import { knownOptions, refuse } from "../arguments/index.js";
import type { LlcLadder } from "../llc/ladder.js";
import { drawn } from "./drawn.js";
import type { Figure, Trace } from "./figure.js";
import { panelGrid, panelName } from "./panels.js";
import { extent, padded, plainNumber, plainNumbers, withDecimals } from "./plain.js";
import {
  checkReferences,
  type KnownLambda,
  knownColor,
  knownReference,
  type Reference,
  referenceColor,
  referenceName,
} from "./reference.js";
import {
  axis,
  buttonsAtRight,
  ink,
  layout,
  legendBelow,
  panelMargin,
  seriesColor,
  translucent,
  warning,
} from "./theme.js";

/** A coefficient that is known exactly; with `expected`, such as the models of `known` have, at every temperature. */
export type KnownLadder =
  | KnownLambda
  | {
      readonly lambda: number;
      readonly expected?: (temperature: { readonly nbeta: number; readonly gamma: number }) => {
        readonly mean: number;
      };
    };

export interface LlcLadderOptions {
  /** The exact coefficient, drawn as a solid line: a number, `{ lambda }`, or a model of `known`, whose exact values are drawn too. */
  known?: KnownLadder;
  /** Values to compare with, drawn as dashed lines: `[{ label: "d/2", value: 16 }]`. */
  reference?: readonly Reference[];
  title?: string;
}

export interface LlcLadderData {
  /** Those with n beta above 0, whose logarithm can be drawn. */
  rungs: {
    nbeta: number;
    llc: number | null;
    standardError: number | null;
    freeEnergy: number | null;
    freeEnergyStandardError: number | null;
    bridged: number | null;
    /** Whether the estimate's verdict is well. */
    ok: boolean;
  }[];
  /** From all draws together, with a 95 % band. */
  curve: { nbeta: (number | null)[]; llc: (number | null)[]; lower: (number | null)[]; upper: (number | null)[] };
  /** `lambda - (m - 1) / (log t + c)`, and the free energy of which that is the slope, through the rungs; empty where nothing was fitted. */
  fit: { nbeta: (number | null)[]; llc: (number | null)[]; freeEnergy: (number | null)[] };
  /** At the ladder's gamma; null where it is not known. */
  exact: { nbeta: (number | null)[]; llc: (number | null)[] } | null;
}

const where = "plots.llcLadder";
const quantile = 1.959963984540054;

/**
 * At the left the LLC of every rung with its 95 % interval, the curve that all draws together give, and the fit of lambda and multiplicity; at the
 * right the free energy by integration with its interval, by reweighting, and that of the fit. A rung whose verdict is not well is red; one at
 * n beta = 0 has no place on a logarithmic axis. Throws a RangeError where it is no ladder or an option is wrong.
 *
 *     plots.llcLadder(ladder, { known: known.normalCrossing({ exponents: [1, 1] }) })
 */
export function llcLadder(ladder: LlcLadder, options: LlcLadderOptions = {}): Figure {
  const data = llcLadderData(ladder, options);
  const known = knownReference(where, options.known);
  const { panels, height } = panelGrid(2, { rowHeight: 360, gap: 0.1 });
  const [left, right] = panels.map(({ x, y }) => ({ xaxis: x, yaxis: y }));
  const at = data.rungs.map(({ nbeta }) => nbeta);
  const wide = [Math.min(...at) / 1.5, Math.max(...at) * 1.5];
  const { curve, fit, exact, rungs } = data;
  const [color, fitted] = [seriesColor(0), seriesColor(1)];
  const line = (place: object, name: string, x: unknown, y: unknown, look: object): Trace => {
    return { type: "scatter", mode: "lines", ...place, x, y, name, legendgroup: name, line: look };
  };
  const constant = (value: number): (number | null)[] => [plainNumber(value), plainNumber(value)];
  const traces: Trace[] = (options.reference ?? []).map((reference, i) => {
    const look = { color: referenceColor(i), width: 1.4, dash: "dash" };
    return line(left, referenceName(reference), wide, constant(reference.value), look);
  });
  if (known !== undefined) {
    const name = referenceName(known);
    traces.push(line(left, name, wide, constant(known.value), { color: knownColor, width: 1.4, dash: "dot" }));
  }
  traces.push({
    ...line(left, "all draws, 95 %", there(curve.nbeta), [...curve.upper, ...[...curve.lower].reverse()], { width: 0 }),
    fill: "toself",
    fillcolor: translucent(color, 0.15),
    showlegend: false,
    hoverinfo: "skip",
  });
  traces.push(line(left, "all draws", curve.nbeta, curve.llc, { color, width: 1.4 }));
  if (exact !== null) traces.push(line(left, "exact", exact.nbeta, exact.llc, { color: knownColor, width: 2 }));
  traces.push(line(left, "fit", fit.nbeta, fit.llc, { color: fitted, width: 2, dash: "dash" }));
  traces.push({
    ...line(right, "fit", fit.nbeta, fit.freeEnergy, { color: fitted, width: 2, dash: "dash" }),
    showlegend: false,
  });
  const point = (place: object, y: unknown, errors: readonly (number | null)[]): Trace => ({
    type: "scatter",
    mode: "markers",
    ...place,
    x: at,
    y,
    name: "rungs, 95 %",
    legendgroup: "rungs",
    marker: { size: 8, color: rungs.map(({ ok }) => (ok ? color : warning)) },
    error_y: {
      type: "data",
      array: plainNumbers(errors.map((error) => quantile * (error ?? 0))),
      color,
      thickness: 1.6,
      width: 4,
    },
  });
  traces.push(
    point(
      left,
      rungs.map(({ llc }) => llc),
      rungs.map(({ standardError }) => standardError),
    ),
    {
      type: "scatter",
      mode: "markers",
      ...right,
      x: at,
      y: rungs.map(({ bridged }) => bridged),
      name: "by reweighting",
      marker: { symbol: "circle-open", size: 13, color: ink, line: { width: 1.2 } },
    },
    {
      ...point(
        right,
        rungs.map(({ freeEnergy }) => freeEnergy),
        rungs.map(({ freeEnergyStandardError }) => freeEnergyStandardError),
      ),
      showlegend: false,
    },
  );
  const across = {
    type: "log",
    range: plainNumbers(wide.map(Math.log10)),
    exponentformat: "power",
    ...(wide[1] > 30 * wide[0] && { dtick: 1 }),
    tickangle: 0,
  };
  const shown = extent([
    rungs.flatMap(({ llc, standardError }) =>
      [-quantile, quantile].map((times) => (llc ?? Number.NaN) + times * (standardError ?? 0)),
    ),
    [...(options.reference ?? []), ...(known === undefined ? [] : [known])].map(({ value }) => value),
  ]);
  return drawn({
    data: traces,
    layout: layout(
      options.title ?? "LLC over temperatures",
      {
        xaxis: axis("n beta", { ...across, domain: panels[0].across, anchor: "y" }),
        yaxis: axis("", { anchor: "x", range: plainNumbers(padded(shown ?? [0, 1], 0.1)) }),
        xaxis2: axis("n beta", { ...across, domain: panels[1].across, anchor: "y2" }),
        yaxis2: axis("", { anchor: "x2" }),
        annotations: [panelName(panels[0], "LLC"), panelName(panels[1], "free energy, nats")],
        legend: { ...legendBelow(), itemsizing: "constant" },
        modebar: { ...buttonsAtRight },
        height: height + 40,
        margin: { ...panelMargin("note"), b: 100 },
      },
      noteOf(ladder),
    ),
  });
}

/** The numbers that `llcLadder` draws. */
export function llcLadderData(ladder: LlcLadder, options: LlcLadderOptions = {}): LlcLadderData {
  knownOptions(where, options, ["known", "reference", "title"]);
  checkReferences(where, options.reference ?? []);
  knownReference(where, options.known);
  if (!Array.isArray(ladder?.rungs) || typeof ladder.fit !== "object" || typeof ladder.curve !== "object") {
    refuse(where, "ladder", "a ladder, such as llcLadder returns", ladder);
  }
  const rungs = ladder.rungs.filter(({ nbeta }) => nbeta > 0);
  if (rungs.length === 0) refuse(where, "ladder", "a ladder with a rung at positive n beta", ladder);
  const { nbeta, llc, standardError } = ladder.curve;
  const edge = (times: number): (number | null)[] =>
    plainNumbers(Array.from(llc, (value, k) => value + times * standardError[k]));
  return {
    rungs: rungs.map((rung) => ({
      nbeta: rung.nbeta,
      llc: plainNumber(rung.llc),
      standardError: plainNumber(rung.standardError),
      freeEnergy: plainNumber(rung.freeEnergy),
      freeEnergyStandardError: plainNumber(rung.freeEnergyStandardError),
      bridged: plainNumber(rung.bridged),
      ok: rung.estimate.verdict.ok,
    })),
    curve: { nbeta: plainNumbers(nbeta), llc: plainNumbers(llc), lower: edge(-quantile), upper: edge(quantile) },
    fit: fitOf(ladder, rungs),
    exact: exactOf(ladder, options.known),
  };
}

function fitOf({ fit, curve }: LlcLadder, rungs: LlcLadder["rungs"]): LlcLadderData["fit"] {
  const { lambda, multiplicity, offset } = fit;
  const logarithm = (t: number): number => Math.log(t) + offset;
  const at = Array.from(curve.nbeta).filter((t) => logarithm(t) > 0);
  const usable = rungs.filter(({ nbeta }) => logarithm(nbeta) > 0);
  if (!Number.isFinite(lambda) || !Number.isFinite(multiplicity)) return { nbeta: [], llc: [], freeEnergy: [] };
  // Z(t) ~ t^-lambda (log t + c)^(m - 1); the constant is the one that leaves the rungs no mean difference.
  const shape = (t: number): number => lambda * Math.log(t) - (multiplicity - 1) * Math.log(logarithm(t));
  const constant = usable.reduce((sum, { nbeta, freeEnergy }) => sum + freeEnergy - shape(nbeta), 0) / usable.length;
  return {
    nbeta: plainNumbers(at),
    llc: plainNumbers(at.map((t) => lambda - (multiplicity - 1) / logarithm(t))),
    freeEnergy: plainNumbers(at.map((t) => shape(t) + constant)),
  };
}

function exactOf({ curve, gamma }: LlcLadder, known: KnownLadder | undefined): LlcLadderData["exact"] {
  if (typeof known !== "object" || !("expected" in known) || known.expected === undefined) return null;
  const { expected } = known;
  return {
    nbeta: plainNumbers(curve.nbeta),
    llc: plainNumbers(Array.from(curve.nbeta, (nbeta) => expected({ nbeta, gamma }).mean)),
  };
}

/** There and back again, as the outline of a band goes. */
function there(values: readonly (number | null)[]): (number | null)[] {
  return [...values, ...[...values].reverse()];
}

function noteOf({ fit, gamma, rungs }: LlcLadder): string {
  const [lambda, lambdaError] = withDecimals(fit.lambdaStandardError, fit.lambda, fit.lambdaStandardError);
  const [m, mError] = withDecimals(fit.multiplicityStandardError, fit.multiplicity, fit.multiplicityStandardError);
  const hot = rungs.some(({ nbeta }) => nbeta === 0) ? "; the rung at n beta = 0 is not drawn" : "";
  const ill = rungs.some(({ estimate }) => !estimate.verdict.ok) ? "; red: not to be trusted" : "";
  const chance = Number.isFinite(fit.chance) ? `, chance ${Number(fit.chance.toPrecision(2))}` : "";
  return `fit: lambda ${lambda} ± ${lambdaError}, multiplicity ${m} ± ${mError}${chance}; gamma ${gamma}${hot}${ill}`;
}
