// A summary's numbers are those of the diagnostics and of R's posterior; its text is readable; it remains plain data.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { chainsOf, type Draws } from "../../src/chains/draws.js";
import { type SummaryRow, summarize } from "../../src/chains/summarize.js";
import { textTable } from "../../src/chains/table.js";
import * as diagnostics from "../../src/diagnostics/index.js";
import { stream } from "../../src/random/index.js";
import { drawsOf } from "./draws-of.js";

/** Draws with the given coordinates, one list per chain each; NaN beyond a chain's length, as `sample` leaves it. */
function chainsNamed(coordinates: Record<string, ArrayLike<number>[]>, more: Partial<Draws> = {}): Draws {
  const names = Object.keys(coordinates);
  const lengths = Array.from(coordinates[names[0]], (chain) => chain.length);
  const [chains, draws, dim] = [lengths.length, Math.max(...lengths, 1), names.length];
  const position = new Float64Array(chains * draws * dim).fill(Number.NaN);
  names.forEach((name, i) => {
    coordinates[name].forEach((chain, m) => {
      for (let n = 0; n < chain.length; n++) position[(m * draws + n) * dim + i] = chain[n];
    });
  });
  return drawsOf({ chains, draws, dim, names, lengths, position }, more);
}

function normals(seed: number, lengths: number[], mean = 0, sd = 1): Float64Array[] {
  return lengths.map((N, m) => {
    const random = stream(seed, m);
    return Float64Array.from({ length: N }, () => mean + sd * random.normal());
  });
}

describe("the numbers", () => {
  test("rows are the diagnostics of the coordinates, in their order", () => {
    const a = normals(1, [200, 200, 200]);
    const b = normals(2, [200, 200, 200], 5, 0.1);
    const { rows, chains, draws, notes } = summarize(chainsNamed({ a, b }));
    assert.deepEqual([chains, draws, notes], [3, 200, []]);
    assert.deepEqual(
      rows.map((row) => row.name),
      ["a", "b"],
    );
    [a, b].forEach((coordinate, i) => {
      const all = coordinate.flatMap((chain) => [...chain]);
      const { lower, upper, ...row } = rows[i];
      assert.deepEqual([lower, upper], diagnostics.eti(all, 0.9));
      assert.equal(row.mcseMean, diagnostics.mcseMean(coordinate));
      assert.equal(row.essBulk, diagnostics.essBulk(coordinate));
      assert.equal(row.essTail, diagnostics.essTail(coordinate));
      assert.equal(row.rhat, diagnostics.rhat(coordinate));
      // The standard deviation of n - 1: mcseMean is sd over the root of the mean's ESS.
      assert.ok(Math.abs(row.sd / Math.sqrt(diagnostics.essMean(coordinate)) / row.mcseMean - 1) < 1e-12);
    });
  });

  test("the interval ends are posterior's q5 and q95", () => {
    const url = new URL("../diagnostics/fixtures/posterior.json", import.meta.url);
    const { chains, expected } = JSON.parse(readFileSync(url, "utf8")).sets[0];
    const [row] = summarize(chainsNamed({ x: chains })).rows;
    [row.lower, row.upper].forEach((end, i) => {
      assert.ok(Math.abs(end / expected.q5q95[i] - 1) < 1e-10);
    });
    assert.ok(Math.abs(row.rhat / expected.rhat - 1) < 1e-10);
  });

  test("another probability, the narrowest interval, and statistics as rows", () => {
    const q = normals(3, [300, 300]);
    const energy = Float64Array.from(
      q.flatMap((chain) => [...chain]),
      (x) => x * x,
    );
    const draws = chainsNamed({ q }, { stats: { energy, diverging: energy.map((e) => (e > 4 ? 1 : 0)) } });
    const summary = summarize(draws, { probability: 0.5, interval: "hdi", include: ["energy"] });
    assert.deepEqual(
      summary.rows.map((row) => row.name),
      ["q", "energy"],
    );
    const { lower, upper } = summary.rows[1];
    assert.deepEqual([lower, upper], diagnostics.hdi(energy, 0.5));
    assert.equal(summary.divergences, energy.filter((e) => e > 4).length);
    assert.match(inspect(summary), /50% from.*\n(.*\n)*.*highest-density/);
  });
});

describe("the order of the rows", () => {
  const draws = chainsNamed(
    {
      "q[10]": normals(11, [200, 200], 1),
      "q[2]": normals(12, [200, 200], 3).map((chain, m) => chain.map((x) => x + m)),
      fixed: [new Float64Array(200).fill(2), new Float64Array(200).fill(2)],
      "q[9]": normals(13, [200, 200], 2).map((chain) => chain.map((x, n) => x + n / 100)),
    },
    { stats: { energy: new Float64Array(400).map((_, k) => k % 7) } },
  );
  const order = (sortBy?: keyof SummaryRow, include: string[] = []) =>
    summarize(draws, { sortBy, include }).rows.map(({ name }) => name);

  test("is the coordinates' own, unless a column is named", () => {
    assert.deepEqual(order(undefined, ["energy"]), ["q[10]", "q[2]", "fixed", "q[9]", "energy"]);
    assert.deepEqual(order("name", ["energy"]), ["energy", "fixed", "q[2]", "q[9]", "q[10]"]);
  });

  test("has the worst first, and what is undefined before it", () => {
    const { rows } = summarize(draws);
    for (const column of ["mean", "sd", "lower", "upper", "mcseMean", "essBulk", "essTail", "rhat"] as const) {
      const sorted = summarize(draws, { sortBy: column }).rows.map((row) => row[column]);
      const values = rows.map((row) => row[column]).filter((x) => !Number.isNaN(x));
      const sign = column.startsWith("ess") ? 1 : -1;
      const undefinedOnes = rows.length - values.length;
      assert.deepEqual(sorted, [
        ...new Array(undefinedOnes).fill(Number.NaN),
        ...values.sort((a, b) => sign * (a - b)),
      ]);
    }
    assert.equal(order("rhat")[0], "fixed");
    assert.equal(order("rhat")[1], "q[9]");
  });
});

describe("chains that stopped", () => {
  test("are cut to the shortest where that loses least", () => {
    const q = normals(4, [500, 480, 500]);
    const summary = summarize(chainsNamed({ q }));
    assert.deepEqual([summary.chains, summary.draws], [3, 480]);
    assert.deepEqual(summary.notes, ["the chains are cut to the length of the shortest of them, 480"]);
    assert.equal(summary.rows[0].rhat, diagnostics.rhat(q.map((chain) => chain.subarray(0, 480))));
  });

  test("are left out where they would cost the others their draws", () => {
    const q = normals(4, [500, 20, 500, 0]);
    const stopped = [{ chain: 1, draw: 20, reason: "the energy is not finite" }];
    const summary = summarize(chainsNamed({ q }, { stopped }));
    assert.deepEqual([summary.chains, summary.draws], [2, 500]);
    assert.deepEqual(summary.notes, [
      "chain 1 stopped at draw 20: the energy is not finite",
      "left out as too short: chain 1 (20 draws), chain 3 (0 draws)",
    ]);
    assert.equal(summary.rows[0].essBulk, diagnostics.essBulk([q[0], q[2]]));
  });

  test("divergences count in every kept draw and in no other", () => {
    const diverging = Float64Array.from([1, 0, 1, 1, 1, Number.NaN]); // the last two are beyond chain 1's end
    const draws = chainsNamed({ q: [[1, 2, 3], [4]] }, { stats: { diverging } });
    assert.equal(summarize(draws).divergences, 3);
  });

  test("no draw at all leaves NaN in every column", () => {
    const summary = summarize(chainsNamed({ q: [[], []] }, { aborted: true }));
    const { name, ...numbers } = summary.rows[0];
    assert.equal(name, "q");
    assert.equal(Object.keys(numbers).length, 8);
    for (const value of Object.values(numbers)) assert.ok(Number.isNaN(value));
    assert.deepEqual(summary.notes, ["the run was aborted; its chains kept 0, 0 of 1 draws", "no draw was kept"]);
    assert.match(inspect(summary), /q +NaN/);
  });

  test("a single draw has a mean and nothing else", () => {
    const [row] = summarize(chainsNamed({ q: [[2.5]] })).rows;
    assert.equal(row.mean, 2.5);
    assert.ok([row.sd, row.mcseMean, row.rhat].every(Number.isNaN));
  });
});

describe("the text", () => {
  test("has as many digits as the Monte Carlo error allows, aligned", () => {
    const small = normals(5, [1000, 1000, 1000, 1000], 3, 0.01);
    const large = normals(6, [1000, 1000, 1000, 1000], -70000, 20000);
    const text = inspect(summarize(chainsNamed({ small, large })));
    const [header, ...lines] = text.split("\n");
    assert.match(header, /^name +mean +sd +90% from +to +mcseMean +essBulk +essTail +rhat$/);
    assert.match(
      lines[0],
      /^small +(3\.00|2\.99)\d{3} +0\.\d{5} +2\.98\d{3} +3\.01\d{3} +0\.000\d\d +\d{4} +\d{4} +[01]\.\d{3}$/,
    );
    assert.match(lines[1], /^large +-\d{5} +\d{5} +-\d{6} +-\d{5} +\d{3} +\d{4} +\d{4} +[01]\.\d{3}$/);
    assert.equal(lines[0].length, lines[1].length);
    assert.equal(lines[3], "4 chains of 1000 draws");
  });

  test("shortens a long table and names its worst rows", () => {
    const coordinates: Record<string, Float64Array[]> = {};
    for (let i = 0; i < 60; i++) coordinates[`w[${i}]`] = normals(100 + i, [50, 50]);
    coordinates["w[44]"] = coordinates["w[44]"].map((chain, m) => chain.map((x) => x + 3 * m));
    const text = inspect(summarize(chainsNamed(coordinates)));
    assert.ok(text.split("\n").length < 45);
    assert.match(text, /of 60 rows: largest rhat \d\.\d{3} \(w\[44\]\), smallest essBulk \d+ \(w\[44\]\)/);
  });

  test("is not part of the data", () => {
    const summary = summarize(chainsNamed({ q: normals(7, [100, 100]) }));
    const copy = structuredClone(summary);
    assert.deepEqual(Object.keys(copy), Object.keys(summary));
    assert.deepEqual(copy.rows, summary.rows);
    assert.deepEqual(JSON.parse(JSON.stringify(summary)), copy);
  });
});

describe("a text table", () => {
  test("sets numbers to the right and words to the left", () => {
    const table = textTable(
      ["name", "mean"],
      [
        ["x", "0.51"],
        ["log y", "-12.3"],
      ],
    );
    assert.equal(table, "name    mean\nx       0.51\nlog y  -12.3");
  });

  test("stands with no rows, short rows and characters outside the basic plane", () => {
    assert.equal(textTable(["a", "b"], []), "a  b");
    assert.equal(textTable(["a", "bc"], [["long"]]), "a     bc\nlong");
    assert.equal(
      textTable(
        ["name", "n"],
        [
          ["\u{1d465}", "1"],
          ["ab", "10"],
        ],
      ),
      "name   n\n\u{1d465}      1\nab    10",
    );
  });
});

describe("bad input is refused by name", () => {
  const draws = chainsNamed({ q: [[1, 2]] }, { stats: { energy: new Float64Array(2) } });
  const refused = (options: object, message: RegExp): void =>
    assert.throws(() => summarize(draws, options), { name: "RangeError", message });

  test("what is no draws", () => {
    const nothing = {} as typeof draws;
    assert.throws(
      () => summarize(nothing),
      /^RangeError: summarize: draws must be draws, such as sample returns, got an/,
    );
    assert.throws(
      () => chainsOf(nothing, 0),
      /^RangeError: chainsOf: draws must be draws, such as sample returns, got an/,
    );
  });

  test("options out of range, unknown or misspelt", () => {
    refused({ probability: 1 }, /^summarize: probability must be a number between 0 and 1, got 1$/);
    refused({ interval: "narrow" }, /^summarize: interval must be one of "eti", "hdi", got "narrow"$/);
    refused(
      { include: ["enery"] },
      /^summarize: include must be a list of statistics of the draws \(energy\), got "enery"$/,
    );
    refused({ sortBy: "ess" }, /^summarize: sortBy must be one of "name", "mean", .*, got "ess"$/);
    refused({ prob: 0.5 }, /^summarize: there is no option "prob"/);
  });
});
