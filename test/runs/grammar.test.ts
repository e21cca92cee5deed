import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConfigurationError, jobsOf } from "../../src/runs/configuration/index.js";
import { distance, nearest } from "../../src/runs/configuration/nearest.js";

const one = (word: string): unknown => jobsOf([word], { sweep: false })[0][0].value;
const many = (word: string): unknown[] => jobsOf([word], { sweep: true }).map(([{ value }]) => value);

test("values are YAML's", () => {
  const cases: [string, unknown][] = [
    ["k=5000", 5000],
    ["k=1e-6", 1e-6],
    ["k=-0.5", -0.5],
    ["k=true", true],
    ["k=null", null],
    ["k=fast", "fast"],
    ["k=1_over_log_n", "1_over_log_n"],
    ["k='a, b'", "a, b"],
    ["k=[4,4]", [4, 4]],
    ["k={depth: 2, widths: [3,3]}", { depth: 2, widths: [3, 3] }],
    ["k=a=b", "a=b"],
  ];
  for (const [word, value] of cases) assert.deepEqual(one(word), value, word);
});

test("a sweep is the product of comma lists and ranges, the last word fastest", () => {
  assert.deepEqual(many("k=1,2,x"), [1, 2, "x"]);
  assert.deepEqual(many("k=choice(a,b)"), ["a", "b"]);
  assert.deepEqual(many("k=[1,2],[3,4]"), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(many("k=range(3)"), [0, 1, 2]);
  assert.deepEqual(many("k=range(1,4),9"), [1, 2, 3, 9]);
  assert.deepEqual(many("k=range(0,0.3,0.1)"), [0, 0.1, 0.2]);
  assert.deepEqual(many("k=range(3,0,-1)"), [3, 2, 1]);
  const jobs = jobsOf(["a=1,2", "b=x", "c=range(0,3)"], { sweep: true });
  assert.deepEqual(
    jobs.map((job) => job.map(({ value }) => value).join("")),
    ["1x0", "1x1", "1x2", "2x0", "2x1", "2x2"],
  );
});

test("a range has the values that counting gives", () => {
  const integer = fc.integer({ min: -20, max: 20 });
  fc.assert(
    fc.property(integer, integer, fc.integer({ min: 1, max: 7 }), (start, length, step) => {
      const stop = start + Math.abs(length);
      const counted: number[] = [];
      for (let k = start; k < stop; k += step) counted.push(k);
      if (counted.length === 0) assert.throws(() => many(`k=range(${start},${stop},${step})`), /range is empty/);
      else assert.deepEqual(many(`k=range(${start},${stop},${step})`), counted);
    }),
  );
});

test("what is no override is refused with the word", () => {
  const cases: [string[], RegExp][] = [
    [["fast"], /^ConfigurationError: fast: expected group=preset or dotted\.key=value/],
    [["=3"], /expected group=preset/],
    [["a..b=3"], /expected group=preset/],
    [["../x=3"], /expected group=preset/],
    [["+a=1"], /keys can be set, neither added nor removed/],
    [["a=1,2"], /a has 2 values: -m runs one job for each, and \[1,2\] is a single list/],
    [["a=[1"], /a=\[1: \] is missing/],
    [["a=1)"], /\) closes nothing/],
    [["a='x"], /' is missing/],
    [["a="], /a value is missing/],
    [["a=1,,2"], /a value is missing/],
    [["a=range(1,x)"], /expected range\(start,stop\)/],
    [["a=range(0,1,0)"], /step of a range must not be 0/],
    [["a=range(0,1e9)"], /more than 100000/],
    [["a=1", "a=2"], /a was said before, as a=1/],
  ];
  for (const [words, message] of cases) {
    assert.throws(
      () => jobsOf(words, { sweep: words[0].includes("range") || words[0].includes(",,") }),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(String(error), message);
        return true;
      },
    );
  }
});

test("no text breaks the grammar: it is an override or refused in words", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (key, value) => {
      try {
        assert.ok(Array.isArray(jobsOf([`${key}=${value}`], { sweep: true })));
      } catch (error) {
        assert.ok(error instanceof ConfigurationError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

test("the nearest name is the one with the fewest edits", () => {
  assert.equal(distance("kitten", "sitting"), 3);
  assert.equal(distance("n_dtaa", "n_data"), 1);
  assert.equal(distance("", "abc"), 3);
  assert.equal(nearest("smpler", ["model", "sampler"]), "sampler");
  assert.equal(nearest("zzz", ["model", "sampler"]), undefined);
  const text = fc.string({ maxLength: 8 });
  fc.assert(fc.property(text, text, (a, b) => distance(a, b) === distance(b, a) && distance(a, a) === 0));
});
