// Settings found by short runs: what is unstable is named, what is recommended gives the exact value, and why is said.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { type CalibrationRow, calibrate, known } from "../../src/index.js";
import { recommend } from "../../src/llc/calibration-choice.js";

const quick = { workers: 0, seed: 1, onEvent() {} } as const;

describe("on known models", () => {
  test("the step sizes are judged as theory does, and the recommended cell is right", async () => {
    const { loss, center, expected } = known.quadratic({ curvatures: [1, 4, 0.1] });
    const calibration = await calibrate(loss!, { ...quick, center: center!, draws: 400, thin: 5 });
    const { rows, recommended, curvature, work } = calibration;
    assert.ok(Math.abs(curvature - 4) < 1e-3);
    assert.equal(rows.length, 27);
    for (const { stepSize, nbeta, gamma, stable, stepExcess, objections } of rows) {
      const share = (stepSize * (nbeta * 4 + gamma)) / 4;
      assert.ok(Math.abs(stepExcess / (1 / (1 - share) - 1) - 1) < 0.1, `${stepExcess} at ${share}`);
      assert.equal(stable, share < 1 / 6);
      if (share > 0.2) assert.match(objections.join(), /the step size is too large/);
    }
    const { nbeta, beta, gamma, llc, standardError, stepSize, reasons } = recommended!;
    assert.ok(Math.abs(nbeta - 1000 / Math.log(1000)) < 1e-9 && Math.abs(beta - 1 / Math.log(1000)) < 1e-12);
    const exact = expected!({ nbeta, gamma }).mean;
    // Within the bias of a small step, and the error.
    assert.ok(
      llc < 1.06 * exact + 4.5 * standardError && llc > exact - 4.5 * standardError,
      `${llc}, exactly ${exact}`,
    );
    const better = rows.filter((row) => row.nbeta === nbeta && row.gamma === gamma && row.stepSize > stepSize);
    assert.ok((stepSize * (nbeta * 4 + gamma)) / 4 < 0.06);
    assert.ok(better.every(({ ok, stepExcess }) => !ok || stepExcess > 0.06));
    assert.equal(reasons.length, 4);
    assert.ok(work > 0);
    assert.match(inspect(calibration), /use \{ beta: 0\.1448, gamma: .*, sampler: sgld/);
  });

  test("steps are found where chains go, not at a centre that is flat", async () => {
    const { loss, center } = known.normalCrossing({ exponents: [1, 1] });
    const { rows, recommended } = await calibrate(loss!, {
      ...quick,
      center: center!,
      gammas: [1],
      draws: 100,
      thin: 10,
    });
    assert.ok(rows.filter((_, k) => k % 3 === 0).every(({ objections }) => !objections.includes("a chain stopped")));
    assert.match(recommended!.reasons[1], /nothing is known of a plateau/);
  });

  test("where every step is too large nothing is recommended", async () => {
    const { loss, center } = known.quadratic({ curvatures: [1] });
    const options = { ...quick, center: center!, stepSizes: [1, 0.5], nbetas: [100], gammas: [1], draws: 50 };
    const calibration = await calibrate(loss!, options);
    assert.equal(calibration.recommended, undefined);
    assert.deepEqual(
      calibration.rows.map(({ stepSize, stable }) => [stepSize, stable]),
      [
        [0.5, false],
        [1, false],
      ],
    );
    assert.match(inspect(calibration), /no cell is without objections/);
  });

  test("wrong arguments are refused by name", async () => {
    const { loss, center } = known.quadratic({ curvatures: [1] });
    const refused = (more: object) => calibrate(loss!, { ...quick, center: center!, ...more });
    await assert.rejects(refused({ nbetas: [] }), /calibrate: nbetas must be a list of at least one number/);
    await assert.rejects(refused({ stepSizes: [0] }), /stepSizes\[0\] must be a positive number/);
    await assert.rejects(refused({ gammas: [-1] }), /gammas\[0\] must be a non-negative number/);
    await assert.rejects(refused({ draws: 3 }), /draws must be an integer of at least 20/);
    await assert.rejects(refused({ gamma: 1 }), /there is no option "gamma"/);
  });
});

describe("the choice", () => {
  const row = (cell: Partial<CalibrationRow>): CalibrationRow => ({
    ...{ stepSize: 1e-3, nbeta: 100, gamma: 1, llc: 5, standardError: 0.1, stable: true, stepExcess: 0.05 },
    ...{ drift: 1, signal: 50, ok: true, objections: [], ...cell },
  });

  test("is the n beta nearest to the usual one that has a good cell", () => {
    const rows = [row({ nbeta: 10 }), row({ nbeta: 90, ok: false }), row({ nbeta: 300 })];
    assert.equal(recommend(rows, 100, 1000)!.nbeta, 300);
    assert.equal(recommend(rows, 100, 1000)!.beta, 0.3);
  });

  test("is the smallest gamma of the plateau, not one at which the chains still drift off or gamma decides", () => {
    const rows = [
      row({ gamma: 0.1, llc: 20 }),
      row({ gamma: 1, llc: 10.1 }),
      row({ gamma: 10, llc: 10 }),
      row({ gamma: 100, llc: 9.6 }),
      row({ gamma: 1000, llc: 4 }),
    ];
    const { gamma, reasons } = recommend(rows, 100, 1000)!;
    assert.equal(gamma, 1);
    assert.match(reasons[1], /the smallest from which the estimate hardly changes/);
    const steep = rows.map((cell, k) => ({ ...cell, llc: 3 ** k }));
    assert.match(recommend(steep, 100, 1000)!.reasons[1], /no plateau/);
  });

  test("is the largest step of a small excess, else the smallest step", () => {
    const steps = [0.01, 0.05, 0.19].map((stepExcess) => row({ stepSize: stepExcess, stepExcess }));
    assert.equal(recommend(steps, 100, 1000)!.stepSize, 0.05);
    const { stepSize, reasons } = recommend(
      [row({ stepSize: 2, stepExcess: 0.19 }), row({ stepSize: 1, stepExcess: 0.1 })],
      1,
      9,
    )!;
    assert.equal(stepSize, 1);
    assert.match(reasons[2], /though not small enough/);
  });

  test("is none where no cell is good", () => {
    assert.equal(recommend([row({ ok: false })], 100, 1000), undefined);
  });
});
