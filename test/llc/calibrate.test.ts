// Settings found by short runs and confirmed by long ones: what is unstable is named, what is recommended gives the exact value, and why is said.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { type CalibrationRow, calibrate, known, type LlcEstimate, type LongRun, stream } from "../../src/index.js";
import { finalists, recommend } from "../../src/llc/calibration-choice.js";
import { neededRun, transitionsOf } from "../../src/llc/calibration-length.js";
import { longRunOf } from "../../src/llc/calibration-run.js";
import { attainedShare, effectiveSquares, transitionsUntil } from "../../src/llc/gaussian-langevin.js";

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
    const { nbeta, beta, gamma, llc, standardError, stepSize, reasons, draws, thin } = recommended!;
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
    assert.equal(reasons.length, 5);
    assert.ok(draws * thin >= 4 * 400 * 5 && work > 0);
    assert.match(
      inspect(calibration),
      /use \{ beta: 0\.1448, gamma: .*, sampler: sgld.*, warmup: \d+, draws: \d+, thin: \d+ \}/,
    );
  });

  test("steps are found where chains go, not at a centre that is flat", async () => {
    const { loss, center } = known.normalCrossing({ exponents: [1, 1] });
    const { rows, recommended } = await calibrate(loss!, {
      ...quick,
      center: center!,
      gammas: [1],
      draws: 100,
      thin: 10,
      longest: 200,
    });
    assert.ok(rows.filter((_, k) => k % 3 === 0).every(({ objections }) => !objections.includes("a chain stopped")));
    assert.match(recommended!.reasons[1], /nothing is known of a plateau/);
  });

  // One stiff direction, in which short runs look level, and ten in which they have hardly moved.
  const uneven = known.quadratic({ curvatures: [10, ...new Array<number>(10).fill(0.1)] });
  const hasty = { ...quick, center: uneven.center!, nbetas: [145], gammas: [3, 10, 30], warmup: 100, draws: 200 };

  test("directions that short runs have not seen are seen before anything is recommended", async () => {
    const { rows, recommended } = await calibrate(uneven.loss!, { ...hasty, longest: 500 });
    const { gamma, llc, standardError, stepSize } = recommended!;
    const exact = uneven.expected!({ nbeta: 145, gamma }).mean;
    const short = rows.find((row) => row.gamma === gamma && row.stepSize === stepSize)!;
    // What the short run says of itself is wrong by many errors, and nothing is against it.
    assert.ok(short.ok && short.drift < 4 && short.llc + 4.5 * short.standardError < exact, `${short.llc}`);
    assert.ok(short.explored < 0.5);
    assert.ok(
      llc > exact - 4.5 * standardError && llc < 1.06 * exact + 4.5 * standardError,
      `${llc}, exactly ${exact}`,
    );
  });

  test("where no cell may be run for as long as it needs nothing is recommended, and the length is said", async () => {
    const calibration = await calibrate(uneven.loss!, { ...hasty, gammas: [3], longest: 20 });
    const { rows, recommended, notes } = calibration;
    assert.equal(recommended, undefined);
    const needed = rows.filter(({ ok }) => ok).map(({ needs }) => transitionsOf(needs) / 300);
    const said = notes.map((note) => Number(/longest: (\d+) allows it/.exec(note)![1]));
    assert.ok(said.length === 1 && needed.map(Math.ceil).includes(said[0]) && said[0] > 20);
    assert.match(inspect(calibration), /no cell was confirmed by a run of the length that it needs\n.*not tried/);
  });

  test("without a localisation no length explores a flat direction", async () => {
    const { loss, center } = known.quadratic({ curvatures: [10, 0] });
    const { recommended, notes } = await calibrate(loss!, { ...hasty, center: center!, gammas: [0] });
    assert.equal(recommended, undefined);
    assert.match(notes.join(), /nothing holds its flat directions/);
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
    await assert.rejects(
      refused({ stepSizes: 0 }),
      /calibrate: stepSizes must be a list of at least one number, got 0/,
    );
    await assert.rejects(refused({ stepSizes: [0] }), /stepSizes\[0\] must be a positive number/);
    await assert.rejects(refused({ gammas: [-1] }), /gammas\[0\] must be a non-negative number/);
    await assert.rejects(refused({ draws: 3 }), /draws must be an integer of at least 20/);
    await assert.rejects(refused({ longest: 3 }), /longest must be at least 4, got 3/);
    await assert.rejects(refused({ warmup: -1 }), /warmup must be a non-negative integer/);
    await assert.rejects(refused({ gamma: 1 }), /there is no option "gamma"/);
  });
});

describe("the length that a cell needs", () => {
  const runs = fc.record({
    warmup: fc.integer({ min: 0, max: 300 }),
    draws: fc.integer({ min: 1, max: 60 }),
    thin: fc.integer({ min: 1, max: 9 }),
  });
  const products = fc.double({ min: 1e-4, max: 3.9, noNaN: true });

  test("rests on the exact variances of Langevin steps from the centre, summed out", () => {
    fc.assert(
      fc.property(products, runs, (product, run) => {
        // x <- r x + sqrt(eps) xi, in units in which eps is 1.
        const final = 1 / (1 - (1 - product / 2) ** 2);
        let [variance, sum] = [0, 0];
        for (let t = 1; t <= transitionsOf(run); t++) {
          variance = (1 - product / 2) ** 2 * variance + 1;
          if (t > run.warmup && (t - run.warmup) % run.thin === 0) sum += variance / final;
        }
        const share = attainedShare(product, run);
        assert.ok(Math.abs(share - sum / run.draws) < 1e-9, `${share}, ${sum / run.draws}`);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test("and on their squares' autocorrelation, likewise", () => {
    fc.assert(
      fc.property(products, runs, (product, { draws, thin }) => {
        let time = 1;
        for (let k = 1; k < draws; k++) time += 2 * (1 - k / draws) * (1 - product / 2) ** (2 * k * thin);
        const squares = effectiveSquares(product, { draws, thin });
        assert.ok(Math.abs(squares * time - draws) < 1e-6 * draws, `${squares}, ${draws / time}`);
      }),
      { numRuns: 200, seed: 2 },
    );
    assert.equal(effectiveSquares(0, { draws: 100, thin: 1 }), 1);
    // Nor does what is held too loosely, or too tightly for such steps, have a variance to come to.
    for (const product of [0, 4, 4.5, 100])
      assert.equal(attainedShare(product, { warmup: 10, draws: 500, thin: 1 }), 0);
    assert.equal(transitionsUntil(0.01, 0.05), 299);
    assert.equal(transitionsUntil(0, 0.05), Number.POSITIVE_INFINITY);
  });

  test("shows the slowest direction whole and often", () => {
    const short = { warmup: 100, draws: 100, thin: 2 };
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e-2, noNaN: true }), fc.constantFrom(1, 10), (stepSize, gamma) => {
        const needs = neededRun({ stepSize, gamma, nbeta: 100 }, 0.1, short);
        const product = stepSize * (gamma + 10);
        assert.ok(attainedShare(product, needs) > 0.95);
        assert.ok(effectiveSquares(product, needs) > 18);
        assert.ok(needs.warmup >= 100 && needs.draws === 400 && needs.thin >= 2);
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});

describe("a long run", () => {
  const length = { warmup: 0, draws: 1000, thin: 1 };
  const random = stream(1, "long runs");
  /** Independent draws about 5, the first ones below it by `deficit`, which falls to nothing at the end. */
  const estimateOf = (deficit: number, problems: readonly string[] = []): LlcEstimate => {
    const trace = [0, 1].map(() =>
      Float64Array.from({ length: length.draws }, (_, t) => 5 + random.normal() - deficit * (1 - t / length.draws)),
    );
    return {
      ...{ trace, mean: 5, standardError: 0.1, stepExcess: 0.05, essBulk: 300 },
      draws: { stopped: [] },
      verdict: { problems: problems.map((kind) => ({ kind })) },
    } as unknown as LlcEstimate;
  };

  test("is without objections where it is level, and not where it climbs, be it as slowly in all chains", () => {
    assert.deepEqual(longRunOf(estimateOf(0), length).objections, []);
    assert.deepEqual(longRunOf(estimateOf(0.5), length).objections, ["the trace drifts"]);
  });

  test("is not believed where chains disagree, its error is a fifth, or its steps are too large", () => {
    assert.deepEqual(longRunOf(estimateOf(0, ["chains-disagree"]), length).objections, ["chains disagree"]);
    const [vague, coarse] = [{ standardError: 1.1 }, { stepExcess: 0.3 }];
    assert.deepEqual(longRunOf({ ...estimateOf(0), ...vague }, length).objections, ["its error is too large"]);
    assert.deepEqual(longRunOf({ ...estimateOf(0), ...coarse }, length).objections, ["the step size is too large"]);
  });
});

describe("the choice", () => {
  const row = ({ llc = 5, ok = true, stepExcess = 0.05, ...cell }: Partial<CalibrationRow>): CalibrationRow => {
    const run = { llc, standardError: 0.1, stable: true, stepExcess, drift: 1, signal: 50, ok, objections: [] };
    const needs = { warmup: 1000, draws: 800, thin: 5 };
    const long: LongRun = { ...run, ...needs, essBulk: 200 };
    return { stepSize: 1e-3, nbeta: 100, gamma: 1, ...run, explored: 0.5, needs, ...(ok ? { long } : {}), ...cell };
  };
  const at = { usual: 100, dataSize: 1000, chains: 2 };

  test("is the n beta nearest to the usual one that has a good cell", () => {
    const rows = [row({ nbeta: 10 }), row({ nbeta: 90, ok: false }), row({ nbeta: 300 })];
    assert.deepEqual(
      finalists(rows, 100).map((byGamma) => byGamma[0][0].nbeta),
      [300, 10],
    );
    assert.equal(recommend(rows, at)!.nbeta, 300);
    assert.equal(recommend(rows, at)!.beta, 0.3);
  });

  test("is the smallest gamma of the plateau, not one at which the chains still drift off or gamma decides", () => {
    const rows = [
      row({ gamma: 0.1, llc: 20 }),
      row({ gamma: 1, llc: 10.1 }),
      row({ gamma: 10, llc: 10 }),
      row({ gamma: 100, llc: 9.6 }),
      row({ gamma: 1000, llc: 4 }),
    ];
    const { gamma, reasons } = recommend(rows, at)!;
    assert.equal(gamma, 1);
    assert.match(reasons[1], /the smallest from which the estimate hardly changes/);
    const steep = rows.map(({ gamma }, k) => row({ gamma, llc: 3 ** k }));
    assert.match(recommend(steep, at)!.reasons[1], /no plateau/);
  });

  test("rests on the long runs, and not on what the short ones said", () => {
    const rows = [1, 10, 100].map((gamma) => ({ ...row({ gamma, llc: 10 / gamma }), llc: 5 }));
    const { llc, gamma, reasons } = recommend(rows, at)!;
    assert.equal(llc, 10 / gamma);
    assert.match(reasons[1], /no plateau/);
    assert.match(reasons[3], /the short run, which gave 5\.00 ± 0\.10, can have shown 50 % of it/);
  });

  test("tries the largest step of a small excess first, else the smallest step alone", () => {
    const steps = (excesses: readonly number[]) =>
      finalists(
        excesses.map((stepExcess) => row({ stepSize: stepExcess, stepExcess })),
        100,
      )[0][0].map(({ stepSize }) => stepSize);
    assert.deepEqual(steps([0.01, 0.05, 0.19]), [0.05, 0.01]);
    assert.deepEqual(steps([0.19, 0.1]), [0.1]);
    const { reasons } = recommend([row({ stepExcess: 0.1 })], at)!;
    assert.match(reasons[2], /though not small enough/);
  });

  test("says how many draws are worth a hundred effective ones per chain", () => {
    const choice = recommend([row({})], at)!;
    assert.deepEqual([choice.warmup, choice.draws, choice.thin], [1000, 800, 5]);
    const { long, ...poor } = row({});
    assert.equal(recommend([{ ...poor, long: { ...long!, essBulk: 50 } }], at)!.draws, 3200);
  });

  test("is none where no cell is good, or none was confirmed", () => {
    assert.equal(recommend([row({ ok: false })], at), undefined);
    const { long, ...short } = row({});
    assert.equal(recommend([short], at), undefined);
    assert.equal(recommend([{ ...short, long: { ...long!, ok: false } }], at), undefined);
  });
});
