import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { zipSync } from "fflate";
import { toCsv } from "../../src/formats/csv-table.js";
import { readTable, type TableFormat, tableFormatOf } from "../../src/formats/read-table.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string, format: TableFormat = "csv", wanted: string[] | null = null): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(readTable("t", bytes(text), format, wanted)).map(([name, { shape, values }]) => {
      assert.deepEqual(shape, [values.length]);
      return [name, Array.from(values)];
    }),
  );

test("CSV in any of its dialects is the same columns", () => {
  const expected = { x: [1, 2.5], "y, z": [-3, 0.25] };
  for (const text of [
    'x,"y, z"\n1,-3\n2.5,0.25\n',
    'x,"y, z"\r\n1,-3\r\n2.5,0.25',
    '\ufeff"x","y, z"\r1,"-3"\r2.5,.25\r\r',
    '\n x ,"y, z"\n\n1, -3\n25e-1,0.25 \n\n\n',
  ]) {
    assert.deepEqual(read(text), expected, JSON.stringify(text));
  }
});

test("JSON may be rows or columns", () => {
  const expected = { x: [1, 2], y: [3, 4] };
  assert.deepEqual(read('[{"x":1,"y":3},{"y":4,"x":2}]', "json"), expected);
  assert.deepEqual(read('{"x":[1,2],"y":[3,4]}', "json"), expected);
});

test("what toCsv writes is read as the same doubles, whatever the columns are called", () => {
  const name = fc.string({ minLength: 1 }).filter((text) => text.trim() === text && text !== "__proto__");
  const table = fc.uniqueArray(name, { minLength: 1, maxLength: 4 }).chain((names) => {
    const row = fc.record(
      Object.fromEntries(names.map((of) => [of, fc.double({ noNaN: true, noDefaultInfinity: true })])),
    );
    return fc.array(row, { minLength: 1, maxLength: 5 });
  });
  fc.assert(
    fc.property(table, (rows) => {
      const columns = read(toCsv({ rows }));
      for (const [of, values] of Object.entries(columns))
        assert.deepEqual(
          values,
          rows.map((row) => row[of]),
        );
      assert.equal(Object.keys(columns).length, Object.keys(rows[0]).length);
    }),
  );
});

test("columns of words are left out unless they are wanted", () => {
  const text = "x,species\n1,Adelie\n2,Gentoo\n";
  assert.deepEqual(read(text, "csv", ["x"]), { x: [1, 2] });
  assert.throws(() => read(text), /t: column species must hold numbers, got "Adelie" in line 2/);
  assert.throws(() => read(text, "csv", ["species"]), /column species must hold numbers/);
});

test("words are classes in the order of the alphabet where a column may hold them, and no number is missing among them", () => {
  const labels = (...cells: string[]): number[] =>
    Array.from(
      readTable("t", bytes(`x,s\n${cells.map((cell) => `0,${cell}\n`).join("")}`), "csv", null, ["s"]).s.values,
    );
  assert.deepEqual(labels("Gentoo", "Adelie", "Gentoo ", "Chinstrap"), [2, 0, 2, 1]);
  assert.deepEqual(labels("2", "0", "1"), [2, 0, 1]);
  for (const missing of ["NA", "", "?", "3", "NaN"]) {
    assert.throws(
      () => labels("Gentoo", "Adelie", missing),
      /column s must hold numbers, got "Gentoo" in line 2/,
      missing,
    );
  }
});

test("what is no table is refused with its place", () => {
  const cases: [string, TableFormat, RegExp][] = [
    ["", "csv", /t: expected a header and rows below it/],
    ["x,y\n", "csv", /t: expected a header and rows below it/],
    ["x,y\n1,2\n1\n", "csv", /t: line 3 has 1 fields, and the header 2/],
    ["x,x\n1,2\n", "csv", /t: two columns are called "x"/],
    ['x\n"1\n', "csv", /t: line 2 has a quote where none may be/],
    ['x\n1"\n', "csv", /t: line 2 has a quote where none may be/],
    ['x,y\n"1\n",\n', "csv", /t: column y must hold numbers, got "" in line 2/],
    ["x\n1\nNaN\n", "csv", /t: column x must hold numbers, got "NaN" in line 3/],
    ["x\n1\n1e999\n", "csv", /t: column x must hold numbers, got "1e999" in line 3/],
    ["{", "json", /^RangeError: t: /],
    ["[1, 2]", "json", /t: expected rows, \[\{ x: 1, y: 2 \}, \.\.\.\], or columns/],
    ['{"x": 1}', "json", /t: expected rows/],
    ['[{"x": 1}, {"y": 2}]', "json", /t: column x must hold numbers, got nothing in row 1/],
    ['{"x": [true]}', "json", /t: column x must hold numbers, got true in row 0/],
    ["x\n1\n", "npz", /fromNpz: bytes are no zip archive/],
  ];
  for (const [text, format, message] of cases) assert.throws(() => read(text, format), message, text);
});

test("an npz keeps the shapes of its arrays", () => {
  const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117, " ");
  const npy = new Uint8Array([0x93, ...bytes("NUMPY"), 1, 0, 118, 0, ...bytes(`${header}\n`), ...new Uint8Array(48)]);
  const { a } = readTable("t", zipSync({ "a.npy": npy }), "npz", null);
  assert.deepEqual([a.shape, a.values.length], [[2, 3], 6]);
});

test("the extension says the format", () => {
  assert.deepEqual(["a.CSV", "b.json", "c/d.npz", "e.txt", "csv"].map(tableFormatOf), [
    "csv",
    "json",
    "npz",
    undefined,
    undefined,
  ]);
});
