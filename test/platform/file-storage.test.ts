// Files that appear whole or not at all.

import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileStorage } from "../../src/platform/file-storage.js";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "storage-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("what was written is read, whatever the parts and the memory they lie in", async () => {
  const path = join(folder, "parts");
  assert.equal(await fileStorage.read(path), undefined);
  const shared = new Uint8Array(new SharedArrayBuffer(3_000_000)).map((_, k) => k % 251);
  const parts = [Uint8Array.of(1, 2), new Uint8Array(0), shared, Uint8Array.of(3)];
  await fileStorage.write(path, parts);
  const bytes = await fileStorage.read(path);
  assert.ok(bytes !== undefined && Buffer.concat(parts).equals(bytes));
  assert.deepEqual(await readdir(folder), ["parts"]);
});

test("a write that fails leaves what was there", async () => {
  const path = join(folder, "kept");
  await fileStorage.write(path, [Uint8Array.of(7)]);
  const failing = function* (): Generator<Uint8Array> {
    yield new Uint8Array(2_000_000);
    throw new Error("there is no more");
  };
  await assert.rejects(fileStorage.write(path, failing()), /there is no more/);
  assert.deepEqual([...((await fileStorage.read(path)) ?? [])], [7]);
  assert.ok(!(await readdir(folder)).includes("kept.partial"));
});

test("removing takes the remains of a killed write along, and what is not there is no error", async () => {
  const path = join(folder, "gone");
  await writeFile(`${path}.partial`, "half");
  await fileStorage.remove(path);
  await fileStorage.remove(path);
  assert.ok((await readdir(folder)).every((name) => !name.startsWith("gone")));
});
