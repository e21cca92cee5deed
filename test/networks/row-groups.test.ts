// How rows are grouped decides the bits of a loss, so it may depend on nothing but the loss.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rowsPerGroup } from "../../src/networks/row-groups.js";

test("groups are whole blocks, at least two, and there are at most 64 of them", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e8 }), fc.integer({ min: 1, max: 1e8 }), (rows, dim) => {
      const size = rowsPerGroup(rows, dim);
      const groups = Math.ceil(rows / size);
      assert.equal(size % 128, 0);
      assert.ok(size >= 256 && groups <= 64);
      // Their gradients take 32 MiB together, unless there are four or fewer.
      assert.ok(groups <= 4 || groups * dim <= 2 ** 22);
    }),
    { seed: 1 },
  );
});

test("5000 rows of a small network are 20 groups", () => {
  assert.equal(rowsPerGroup(5000, 5569), 256);
});
