// What the laboratory's figures are tried on: calibrations, ladders, courses and cases made by hand, with known numbers.

import type { AlongRow, Calibration, CalibrationRow, LlcAlong, LlcLadder } from "../../src/llc/index.js";
import { fitLadder } from "../../src/llc/ladder-fit.js";
import { stagesOf } from "../../src/llc/stages.js";
import type { ExactCase, LlcCourse } from "../../src/plots/index.js";
import { exampleEstimate } from "./example.js";

/**
 * Three step sizes, two n beta, two gammas: the largest steps of each are unstable, and one cell is beyond every panel. At one n beta there are
 * long runs, where one is recommended: half a unit above the short ones, and one of two with something against it.
 */
export function exampleCalibration(recommends = true): Calibration {
  const rows = [50, 150].flatMap((nbeta) =>
    [1, 10].flatMap((gamma) =>
      [1e-4, 4e-4, 1.6e-3].map((stepSize, k): CalibrationRow => {
        const stable = k < 2;
        const needs = { warmup: 1000, draws: 800, thin: 10 };
        const run = {
          ...{ standardError: 0.2, drift: 1, signal: 25, stable },
          llc: stable ? 5 - Math.log10(gamma) + k / 4 : 1e6,
          stepExcess: stable ? 0.02 * 4 ** k : Number.POSITIVE_INFINITY,
          ok: stable,
          objections: stable ? [] : ["the step size is too large"],
        };
        const against = gamma === 1 ? [] : ["the trace drifts"];
        const found = { llc: run.llc + 0.5, standardError: 0.1, ok: gamma === 1, objections: against };
        const long =
          recommends && nbeta === 150 && k === 1 ? { long: { ...run, ...found, ...needs, essBulk: 300 } } : {};
        return { stepSize, nbeta, gamma, ...run, explored: 0.25 * (k + 1), needs, ...long };
      }),
    ),
  );
  const { stepSize, nbeta, gamma, long, needs } = rows[7];
  const found = { llc: long?.llc ?? 0, standardError: long?.standardError ?? 0 };
  const recommended = { ...{ stepSize, nbeta, gamma, beta: nbeta / 500 }, ...needs, ...found, reasons: ["because"] };
  const about = { notes: [], curvature: 2, leastCurvature: 0, dataSize: 500, dim: 20, work: 100 };
  return { rows, ...(recommends && { recommended }), ...about };
}

/** Rungs of `lambda - (m - 1) / log t` exactly, from n beta = 0 where `from0`; one of them is not to be trusted. */
export function exampleLadder({ lambda = 0.5, m = 2, from0 = false } = {}): LlcLadder {
  const at = (t: number): number => lambda - (m - 1) / Math.log(t);
  const free = (t: number): number => lambda * Math.log(t) - (m - 1) * Math.log(Math.log(t));
  const nbetas = [...(from0 ? [0] : []), 50, 200, 800, 3200];
  const rungs = nbetas.map((nbeta, k): LlcLadder["rungs"][number] => ({
    nbeta,
    llc: nbeta === 0 ? 0 : at(nbeta),
    standardError: 0.01,
    freeEnergy: nbeta === 0 ? 0 : free(nbeta),
    freeEnergyStandardError: 0.02,
    bridged: nbeta === 0 ? 0 : free(nbeta) + 0.01,
    bridgedStandardError: 0.02,
    estimate: exampleEstimate({ ok: k !== 1, draws: 10 }),
  }));
  const nbeta = Float64Array.from({ length: 33 }, (_, k) => 50 * 64 ** (k / 32));
  return {
    rungs,
    fit: fitLadder(rungs, 0),
    byMultiplicity: [],
    curve: { nbeta, llc: nbeta.map(at), standardError: nbeta.map(() => 0.005) },
    lossAtCenter: 0,
    gamma: 1,
    dataSize: 1000,
    dim: 2,
    work: 100,
    notes: [],
  };
}

/** A loss that falls and an LLC with a peak, at twenty steps and, where `from0`, at step 0. */
export function exampleAlong({ from0 = true, count = 20 } = {}): LlcAlong {
  const steps = Array.from({ length: count }, (_, k) => Math.round(10_000 ** (k / Math.max(1, count - 1))) + k);
  const rows = [...(from0 ? [0] : []), ...steps].map((step): AlongRow => {
    const x = Math.log(step + 1);
    const llc = 5 + 4 * Math.sin(x / 2) - 2;
    return {
      ...{ step, loss: 2 / (1 + x), llc, standardError: 0.2, lower: llc - 0.4, upper: llc + 0.4 },
      ...{ rhat: 1, essBulk: 500, verdict: step > 100 ? "ok" : "not-a-minimum" },
    };
  });
  return { rows, ...stagesOf(rows), work: 100 };
}

/** Estimates of 1/4 (hit), 1/2 (missed) and 3 (hit), the second without a lambda. */
export function exampleCases(names: readonly [string, string]): Record<string, ExactCase> {
  const estimate = (mean: number, half: number): ExactCase["estimate"] => ({
    mean,
    interval: [mean - half, mean + half],
  });
  return {
    [names[0]]: { estimate: estimate(0.26, 0.02), exact: 0.25, lambda: 0.3 },
    [names[1]]: { estimate: estimate(0.55, 0.02), exact: 0.5 },
    third: { estimate: estimate(2.9, 0.2), exact: 3, lambda: 3 },
  };
}

/** With seconds and without. */
export function exampleCourses(names: readonly [string, string]): Record<string, LlcCourse> {
  const { trace } = exampleEstimate({ draws: 300 });
  const chains = trace.map((losses) => losses.map((loss) => 100 * (loss - 0.25)));
  const work = Float64Array.from({ length: 300 }, (_, t) => 10 + 2 * t);
  return {
    [names[0]]: { chains, work, seconds: work.map((w) => w / 50) },
    [names[1]]: { chains: chains.slice(2), work },
  };
}
