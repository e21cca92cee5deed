// Tables of results as CSV lose no digit, and as Markdown let no name be more than text.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { diagnose } from "../../src/chains/diagnose.js";
import { summarize } from "../../src/chains/summarize.js";
import { toCsv } from "../../src/formats/csv-table.js";
import { toMarkdown } from "../../src/formats/markdown.js";
import { AILMENTS, changed, healthy } from "../chains/ailing.js";

/** Reads what RFC 4180 says a line of fields is. */
function fieldsOf(csv: string): string[][] {
  const rows: string[][] = [];
  let fields: string[] = [];
  for (const [, quoted, bare, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    fields.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === "\n") {
      rows.push(fields);
      fields = [];
    }
  }
  return rows;
}

describe("CSV", () => {
  test("has a line per row and the fields' names above", () => {
    const table = toCsv(summarize(healthy(1)));
    const [header, ...rows] = table.trimEnd().split("\n");
    assert.equal(header, "name,mean,sd,lower,upper,mcseMean,essBulk,essTail,rhat");
    assert.deepEqual(
      rows.map((row) => row.split(",")[0]),
      ["x", "y", "z"],
    );
    assert.equal(table.at(-1), "\n");
  });

  test("gives every name and every double back", () => {
    const row = fc.record({ name: fc.string({ unit: "binary" }), value: fc.double() }, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (rows) => {
        const [header, ...lines] = fieldsOf(toCsv({ rows }));
        assert.deepEqual(header, ["name", "value"]);
        assert.deepEqual(
          lines.map(([name, value]) => ({ name, value: Number(value) })),
          rows,
        );
      }),
      { seed: 1 },
    );
  });

  test("of no rows is an empty line, and what is no table is refused", () => {
    assert.equal(toCsv({ rows: [] }), "\n");
    assert.throws(() => toCsv({} as never), /^RangeError: toCsv: table must be a table of results, .* got an object$/);
    assert.throws(() => toCsv(null as never), /^RangeError: toCsv: table must be a table of results, .* got null$/);
  });
});

describe("Markdown", () => {
  test("of a summary is a table of all its rows, with the digits of its text, and the lines below", () => {
    const names = Array.from({ length: 50 }, (_, i) => `w[${i}]`);
    const draws = changed(healthy(2, { draws: 150, names }), ({ stats }) => stats.diverging.fill(1, 0, 2));
    const [header, rule, ...lines] = toMarkdown(summarize(draws)).split("\n");
    assert.equal(header, "| name | mean | sd | 90% from | to | mcseMean | essBulk | essTail | rhat |");
    assert.equal(rule, "|:--|--:|--:|--:|--:|--:|--:|--:|--:|");
    assert.match(lines[49], /^\| w\[49\] \| -?0\.\d\d\d \| [01]\.\d\d\d \|/);
    assert.deepEqual(lines.slice(50), ["", "4 chains of 150 draws  ", "2 divergent transitions", ""]);
  });

  test("of a diagnosis is its verdict, its numbers, and an item for each problem", () => {
    const [verdict, ...items] = toMarkdown(diagnose(AILMENTS[2].of(healthy(3))))
      .trimEnd()
      .split("\n")
      .filter((line) => line !== "");
    assert.match(
      verdict,
      /^\*\*Not well: 1 severe problem\.\*\* 3 chains of 1000 draws; largest R-hat 1\.00\d \([xyz]\); .*\.$/,
    );
    assert.match(items[0], /^- \*\*severe\*\*: 1 chain stopped early: chain 1 at draw 300 .* \*Try:\* Start elsewhere/);
    assert.equal(items.length, 1);
    assert.match(toMarkdown(diagnose(healthy(3))), /^\*\*Well: no problem was found\.\*\* 4 chains .*\.\n$/);
  });

  test("leaves what is harmless and escapes what would be a mark", () => {
    const names = ["a_b[0]", "<script>", "x|y", "*b*", "_i_", "`c`", "[t](u)", "two\nlines", "a\\b", "&lt;", "$m$"];
    const lines = toMarkdown(summarize(healthy(4, { draws: 10, names }))).split("\n");
    assert.deepEqual(
      lines.slice(2, 2 + names.length).map((row) => row.slice(2).split(/ \| /)[0]),
      [
        "a_b[0]",
        "\\<script\\>",
        "x\\|y",
        "\\*b\\*",
        "\\_i\\_",
        "\\`c\\`",
        "[t\\](u)",
        "two lines",
        "a\\\\b",
        "\\&lt;",
        "\\$m\\$",
      ],
    );
  });

  test("refuses what is neither", () => {
    const message = /^RangeError: toMarkdown: result must be what summarize or diagnose returned, got /;
    for (const wrong of [null, {}, "text", healthy(1)]) assert.throws(() => toMarkdown(wrong as never), message);
  });
});
