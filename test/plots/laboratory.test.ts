// The numbers behind the laboratory's figures are those of its results, and what is wrong is refused by name.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as plots from "../../src/plots/index.js";
import { exampleAlong, exampleCalibration, exampleCases, exampleLadder } from "./laboratory.js";

const noteOf = ({ layout }: plots.Figure): string => (layout.title as { text: string }).text;
const named = ({ data }: plots.Figure, name: string): plots.Trace[] => data.filter((trace) => trace.name === name);

test("a calibration has a panel per n beta and a curve per gamma, with the cells in the order of their steps", () => {
  const result = exampleCalibration();
  const { panels, recommended } = plots.calibrationData({ ...result, rows: [...result.rows].reverse() });
  assert.deepEqual(
    panels.map(({ nbeta, curves }) => [nbeta, curves.map(({ gamma }) => gamma)]),
    [
      [50, [1, 10]],
      [150, [1, 10]],
    ],
  );
  for (const { nbeta, curves } of panels) {
    for (const { gamma, stepSize, llc, objections } of curves) {
      const cells = result.rows.filter((row) => row.nbeta === nbeta && row.gamma === gamma);
      assert.deepEqual(
        stepSize,
        cells.map((row) => row.stepSize),
      );
      assert.deepEqual(
        llc,
        cells.map((row) => row.llc),
      );
      assert.deepEqual(objections, ["", "", "the step size is too large"]);
    }
  }
  assert.deepEqual(recommended, { nbeta: 150, gamma: 1, stepSize: 4e-4, llc: 5.75 });
  assert.deepEqual(
    panels.map(({ curves }) => curves.map(({ long }) => long.map(({ llc, objections }) => [llc, objections]))),
    [
      [[], []],
      [[[5.75, ""]], [[4.75, "the trace drifts"]]],
    ],
  );
  assert.deepEqual(panels[0].curves[0].explored, [0.25, 0.5, 0.75]);
});

test("unstable cells do not decide what a calibration shows: they are marked at the edge", () => {
  const figure = plots.calibration(exampleCalibration());
  const { range } = plots.calibrationData(exampleCalibration());
  assert.ok(range[0] < 0 && range[1] > 5 && range[1] < 10, `${range}`);
  const beyond = named(figure, "gamma 10, beyond");
  assert.equal(beyond.length, 2);
  for (const { x, y, marker } of beyond) {
    assert.deepEqual(x, [1.6e-3]);
    assert.ok((y as number[])[0] < range[1] && (y as number[])[0] > 5);
    assert.deepEqual((marker as { symbol: string[] }).symbol, ["triangle-up-open"]);
  }
  // The ring is in the panel of its n beta.
  const [ring, ...others] = named(figure, "recommended");
  assert.deepEqual([ring.x, ring.y, ring.xaxis, others.length], [[4e-4], [5.75], "x2", 0]);
  assert.match(
    noteOf(figure),
    /recommended: step size 0\.0004, n beta 150, gamma 1, where the LLC is 5\.75 ± 0\.10; diamonds/,
  );
  // A long run is filled as a cell is, by whether anything is against it.
  const [confirmed, refuted] = [1, 10].map((gamma) => named(figure, `gamma ${gamma}, long run`)[0]);
  assert.deepEqual([confirmed.y, refuted.y, confirmed.xaxis], [[5.75], [4.75], "x2"]);
  const fill = ({ marker }: plots.Trace) => (marker as { color: string[] }).color[0];
  assert.notEqual(fill(confirmed), fill(refuted));
  const undecided = exampleCalibration(false);
  assert.match(noteOf(plots.calibration(undecided)), /no cell was confirmed by a long run/);
  const unstable = undecided.rows.filter(({ ok }) => !ok);
  assert.match(noteOf(plots.calibration({ ...undecided, rows: unstable })), /no cell is without objections/);
});

test("a ladder's fit is lambda - (m - 1) / log t, and its free energy the integral of that over log t", () => {
  const { fit } = plots.llcLadderData(exampleLadder({ lambda: 0.75, m: 3 }));
  const [t, llc, free] = [fit.nbeta, fit.llc, fit.freeEnergy] as number[][];
  t.forEach((at, k) => assert.ok(Math.abs(llc[k] - (0.75 - 2 / Math.log(at))) < 1e-4));
  for (let k = 1; k < t.length; k++) {
    const slope = (free[k] - free[k - 1]) / Math.log(t[k] / t[k - 1]);
    assert.ok(Math.abs(slope - (llc[k] + llc[k - 1]) / 2) < 1e-3, `${slope} between ${llc[k - 1]} and ${llc[k]}`);
  }
  // The rungs are of that law, so that it goes through them.
  const { rungs } = plots.llcLadderData(exampleLadder({ lambda: 0.75, m: 3 }));
  assert.ok(
    Math.abs(free[0] - rungs[0].freeEnergy!) < 1e-4 && Math.abs(free[t.length - 1] - rungs[3].freeEnergy!) < 1e-4,
  );
});

test("a ladder leaves out infinite temperature, bands its curve by 1.96 errors, and marks what is not well", () => {
  const data = plots.llcLadderData(exampleLadder({ from0: true }));
  assert.deepEqual(
    data.rungs.map(({ nbeta, ok }) => [nbeta, ok]),
    [
      [50, false],
      [200, true],
      [800, true],
      [3200, true],
    ],
  );
  data.curve.lower.forEach((low, k) => assert.ok(Math.abs(data.curve.llc[k]! - low! - 1.96 * 0.005) < 1e-5));
  const figure = plots.llcLadder(exampleLadder({ from0: true }));
  assert.match(noteOf(figure), /n beta = 0 is not drawn; red: not to be trusted/);
  assert.doesNotMatch(noteOf(plots.llcLadder(exampleLadder())), /n beta = 0/);
});

test("a known model is drawn at the ladder's own gamma", () => {
  const expected = ({ nbeta, gamma }: { nbeta: number; gamma: number }) => ({ mean: 0.5 - gamma / nbeta });
  const ladder = exampleLadder();
  const { exact } = plots.llcLadderData({ ...ladder, gamma: 3 }, { known: { lambda: 0.5, expected } });
  assert.equal(exact!.nbeta.length, 33);
  assert.ok(Math.abs(exact!.llc[0]! - (0.5 - 3 / 50)) < 1e-6);
  assert.equal(plots.llcLadderData(ladder, { known: 0.5 }).exact, null);
  assert.equal(named(plots.llcLadder(ladder, { known: { lambda: 0.5 } }), "known lambda = 0.5").length, 1);
});

test("along training, all panels have the steps above 0 and the boundaries", () => {
  const along = exampleAlong();
  const beside = { "test accuracy": along.rows.map((_, k) => k / 100) };
  const data = plots.llcAlongData(along, { beside });
  assert.equal(data.leftOut, 1);
  assert.deepEqual(
    data.step,
    along.rows.slice(1).map(({ step }) => step),
  );
  assert.deepEqual(data.beside[0].value[0], 0.01);
  assert.deepEqual(
    data.ok,
    data.step.map((step) => step > 100),
  );
  assert.equal(data.boundaries.length, 1);
  const figure = plots.llcAlong(along, { beside });
  const shapes = figure.layout.shapes as { x0: number; xref: string }[];
  assert.deepEqual(
    shapes.map(({ xref }) => xref),
    ["x", "x2", "x3"],
  );
  assert.ok(shapes.every(({ x0 }) => Math.abs(x0 / data.boundaries[0].step - 1) < 1e-4));
  assert.equal((named(figure, "estimate, 95 %")[0].x as number[]).length, data.ok.filter(Boolean).length);
  assert.match(noteOf(figure), /stages end at step \d+ \(peak\); step 0 is not drawn/);
});

test("estimates are off by their share of the exact value, and intervals that miss are counted", () => {
  const rows = plots.llcExactData(exampleCases(["a", "b"]));
  assert.deepEqual(
    rows.map(({ name, exact, lambda, off, holds }) => ({ name, exact, lambda, off, holds })),
    [
      { name: "a", exact: 0.25, lambda: 0.3, off: 4, holds: true },
      { name: "b", exact: 0.5, lambda: null, off: 10, holds: false },
      { name: "third", exact: 3, lambda: 3, off: -3.33333, holds: true },
    ],
  );
  assert.deepEqual(rows[1].offInterval, [6, 14]);
  const figure = plots.llcExact(exampleCases(["a", "b"]));
  assert.match(noteOf(figure), /2 of 3 intervals hold the exact value/);
  // Positive throughout, so on a logarithmic axis; one below 0 makes it a plain one.
  assert.equal((figure.layout.xaxis as { type?: string }).type, "log");
  const below = { estimate: { mean: -1, interval: [-2, 0.1] as [number, number] }, exact: 0.5 };
  assert.equal((plots.llcExact({ below }).layout.xaxis as { type?: string }).type, undefined);
});

test("what is no result is refused by name", () => {
  const [calibration, ladder, along] = [exampleCalibration(), exampleLadder(), exampleAlong()];
  const nothing = {} as never;
  assert.throws(() => plots.calibration(nothing), /plots\.calibration: result must be a calibration/);
  assert.throws(() => plots.calibration(calibration, { known: 1 } as never), /there is no option "known"/);
  assert.throws(() => plots.llcLadder(nothing), /plots\.llcLadder: ladder must be a ladder/);
  assert.throws(
    () => plots.llcLadder({ ...exampleLadder({ from0: true }), rungs: [] }),
    /plots\.llcLadder: ladder must be a ladder with a rung at positive n beta/,
  );
  assert.throws(() => plots.llcLadder(ladder, { known: Number.NaN }), /known must be a finite number/);
  assert.throws(() => plots.llcAlong(nothing), /plots\.llcAlong: along must be the LLC along training/);
  assert.throws(
    () => plots.llcAlong(along, { beside: { accuracy: [1] } }),
    /plots\.llcAlong: beside\.accuracy must be 21 numbers, one per row, got a list of length 1/,
  );
  assert.throws(() => plots.llcAlong(along, { reference: [{ label: "a" } as never] }), /reference\[0\]\.value must be/);
  assert.throws(() => plots.llcExact({}), /plots\.llcExact: cases must be \{ estimate, exact \} by name/);
  const estimate = exampleCases(["a", "b"]).a.estimate;
  assert.throws(() => plots.llcExact({ w: { estimate: nothing, exact: 1 } }), /w\.estimate must be an estimate/);
  assert.throws(() => plots.llcExact({ w: { estimate, exact: 0 } }), /w\.exact must be other than 0/);
  assert.throws(() => plots.llcExact({ w: { estimate, exact: 1, lambda: Number.NaN } }), /w\.lambda must be a finite/);
});
