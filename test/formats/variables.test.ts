// Names of coordinates and the arrays they make up; names of statistics in three languages.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nodeNames } from "../../src/formats/node-names.js";
import { fromStanColumns, stanColumns } from "../../src/formats/stan-names.js";
import { fromArvizName, fromStanName, inStanOrder, toArvizName, toStanName } from "../../src/formats/statistics.js";
import { coordinatesOf, variablesOf } from "../../src/formats/variables.js";
import { fromJsonValue, toJsonValue } from "../../src/platform/plain-data.js";

const shapes = (names: string[]) => variablesOf(names).map(({ name, shape, first }) => [name, shape, first]);

test("neighbours in row-major order are one variable, everything else is by itself", () => {
  assert.deepEqual(shapes(["mu", "w[0,0]", "w[0,1]", "w[1,0]", "w[1,1]"]), [
    ["mu", [], 0],
    ["w", [2, 2], 1],
  ]);
  assert.deepEqual(shapes(["x[1]", "x[2]", "x[3]"]), [["x", [3], 0]]);
  assert.deepEqual(
    shapes(["x[1]", "x[0]"]),
    [
      ["x[1]", [], 0],
      ["x[0]", [], 1],
    ],
    "another order",
  );
  assert.deepEqual(
    shapes(["x[0]", "x[2]"]),
    [
      ["x[0]", [], 0],
      ["x[2]", [], 1],
    ],
    "one is missing",
  );
  assert.deepEqual(
    shapes(["x[0]", "y", "x[1]"]),
    [
      ["x[0]", [], 0],
      ["y", [], 1],
      ["x[1]", [], 2],
    ],
    "one is between",
  );
  assert.deepEqual(
    shapes(["x", "x[0]"]),
    [
      ["x", [], 0],
      ["x[0]", [], 1],
    ],
    "a number of that name",
  );
  assert.deepEqual(
    shapes(["x[00]", "x[01]"]),
    [
      ["x[00]", [], 0],
      ["x[01]", [], 1],
    ],
    "written in another way",
  );
  assert.deepEqual(
    shapes(["x[0]", "x[1,0]"]),
    [
      ["x[0]", [], 0],
      ["x[1,0]", [], 1],
    ],
    "of different axes",
  );
});

const part = fc.constantFrom("a", "b", "a b", "a.1", "x__", "[", "w,", "é");
const name = fc.oneof(
  part,
  fc.tuple(part, fc.array(fc.nat(3), { minLength: 1, maxLength: 2 })).map(([base, index]) => `${base}[${index}]`),
);
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 12 });

test("variables have the coordinates' names again, in their order", () => {
  fc.assert(fc.property(names, (all) => assert.deepEqual(variablesOf(all).flatMap(coordinatesOf), all)));
});

test("columns of Stan are a permutation of the coordinates, of different names without a comma", () => {
  fc.assert(
    fc.property(names, (all) => {
      const { titles, coordinates } = stanColumns(all);
      assert.deepEqual(
        [...coordinates].sort((a, b) => a - b),
        all.map((_, i) => i),
      );
      assert.equal(new Set(titles).size, all.length);
      for (const title of titles) assert.match(title, /^[^,"#\s]+$/);
      for (const title of titles) assert.doesNotMatch(title, /__$/);
    }),
  );
});

test("Stan counts from 1 and lets the first axis run fastest", () => {
  const { titles, coordinates } = stanColumns(["w[0,0]", "w[0,1]", "w[1,0]", "w[1,1]", "t[1]", "t[2]"]);
  assert.deepEqual(titles, ["w.1.1", "w.2.1", "w.1.2", "w.2.2", "t.1", "t.2"]);
  assert.deepEqual(coordinates, [0, 2, 1, 3, 4, 5]);
  const back = fromStanColumns(titles);
  assert.deepEqual(back.names, ["w[0,0]", "w[0,1]", "w[1,0]", "w[1,1]", "t[0]", "t[1]"]);
  assert.deepEqual(back.columns, [0, 2, 1, 3, 4, 5]);
});

test("statistics translate there and back", () => {
  for (const ours of [
    "energy",
    "acceptance",
    "stepSize",
    "treeDepth",
    "leapfrogSteps",
    "diverging",
    "hamiltonian",
    "energyError",
    "gradientNorm",
    "accepted",
  ]) {
    for (const [to, from] of [
      [toArvizName, fromArvizName],
      [toStanName, fromStanName],
    ] as const) {
      const { name: foreign, negated } = to(ours);
      assert.deepEqual(from(foreign), { name: ours, negated });
      assert.equal(negated, ours === "energy");
    }
  }
  assert.deepEqual(inStanOrder(["swapped", "hamiltonian", "energy"]), ["energy", "hamiltonian", "swapped"]);
});

test("node names differ even where a file system ignores case, and bear nothing that a path gives a meaning to", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 120 }), { maxLength: 8 }), (all) => {
      const nodes = all.map(nodeNames(["chain", "draw"]));
      assert.equal(new Set(["chain", "draw", ...nodes].map((node) => node.toLowerCase())).size, all.length + 2);
      for (const node of nodes) {
        assert.match(node, /^(?!__)[^/\\?#%:*"<>|\p{Cc}]+$/u);
        assert.doesNotMatch(node, /^\.+$|\.$|^zarr\.json$/);
      }
    }),
  );
  const nodeOf = nodeNames(["chain"]);
  assert.deepEqual(["theta", "Theta", "beta[1,2]", "chain"].map(nodeOf), ["theta", "Theta_2", "beta[1,2]", "chain_2"]);
});

test("plain data survive JSON, numbers that it lacks and typed arrays among them", () => {
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.double(),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, null, true, "", "$array"),
      fc.float64Array({ maxLength: 3 }),
      fc.int32Array({ maxLength: 3 }),
      fc.float32Array({ maxLength: 3 }),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "$array", "$number", "$$", "b"), tie("value"), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    ),
  })).value;
  fc.assert(
    fc.property(plain, (value) => {
      const kept: Float64Array[] = [];
      const json = JSON.parse(JSON.stringify(toJsonValue(value, (array) => kept.push(array) - 1)));
      assert.deepStrictEqual(
        fromJsonValue(json, (k) => kept[k]),
        value,
      );
    }),
  );
  assert.throws(() => toJsonValue({ f() {} }, () => 0), /^TypeError: a function cannot be kept in a file$/);
  assert.throws(() => toJsonValue(new DataView(new ArrayBuffer(1)), () => 0), /^TypeError: such an object cannot/);
});
