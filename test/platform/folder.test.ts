// Folders that are made with those around them, or refused by name.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { makeFolder } from "../../src/platform/folder.js";

let place = "";
before(async () => {
  place = await mkdtemp(join(tmpdir(), "folder-"));
});
after(() => rm(place, { recursive: true, force: true }));

const isFolder = async (path: string): Promise<boolean> => (await stat(path)).isDirectory();

test("a folder is made with all around it, and once more without complaint", async () => {
  const folder = join(place, "a", "b", "c");
  makeFolder(folder);
  assert.ok(await isFolder(folder));
  makeFolder(folder);
  makeFolder("/");
});

test("every folder that is made has the mode", async () => {
  makeFolder(join(place, "mine", "alone"), 0o700);
  for (const path of ["mine", "mine/alone"]) assert.equal((await stat(join(place, path))).mode & 0o777, 0o700);
});

test("a link to a folder is a folder", async () => {
  await mkdir(join(place, "real"));
  await symlink(join(place, "real"), join(place, "link"));
  makeFolder(join(place, "link", "below"));
  assert.ok(await isFolder(join(place, "real", "below")));
});

test("a file or a link to nowhere in the way is named, with the system's code", async () => {
  await writeFile(join(place, "file"), "");
  await symlink(join(place, "nowhere"), join(place, "broken"));
  for (const name of ["file", "broken"]) {
    const folder = join(place, name, "x", "y");
    assert.throws(
      () => makeFolder(folder),
      (error: NodeJS.ErrnoException) =>
        error.code === "EEXIST" &&
        error.message === `cannot make the folder ${folder}: EEXIST: file already exists, mkdir '${join(place, name)}'`,
    );
  }
});

// In a process of its own: what is to be shown is that it ends.
test("below /proc, where nothing can be made, the attempt ends and says so", {
  skip: !existsSync("/proc/self"),
}, () => {
  const module = new URL("../../src/platform/folder.ts", import.meta.url).href;
  const script = `import { makeFolder } from ${JSON.stringify(module)}; makeFolder("/proc/ergodic/targets");`;
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(status, 1);
  assert.match(stderr, /cannot make the folder \/proc\/ergodic\/targets: E[A-Z]+: .*mkdir '\/proc\/ergodic'/);
});
