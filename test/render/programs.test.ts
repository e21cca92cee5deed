// Where browsers are found, the embedded one's unpacking, and scripts of both builds that draw and then end.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { installedBrowsers } from "../../src/render/installed.js";

const run = promisify(execFile);
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ergodic-programs-"));
  await symlink(resolve("node_modules"), join(folder, "node_modules"));
  for (const format of ["esm", "cjs"] as const) {
    await build({
      entryPoints: ["src/render/index.ts"],
      outfile: join(folder, format === "esm" ? "render.mjs" : "render.cjs"),
      bundle: true,
      format,
      platform: "node",
      target: "node20",
      packages: "external",
      logOverride: { "empty-import-meta": "silent" },
    });
  }
});
after(() => rm(folder, { recursive: true, force: true }));

test("installed browsers are found under their usual names, best first", () => {
  const linux = installedBrowsers("linux", { PATH: "/usr/local/bin:/usr/bin" }, (path) =>
    ["/usr/bin/chromium", "/usr/local/bin/google-chrome"].includes(path),
  );
  assert.deepEqual(linux, ["/usr/local/bin/google-chrome", "/usr/bin/chromium"]);
  const mac = installedBrowsers("darwin", {}, (path) => path.startsWith("/Applications/Microsoft Edge"));
  assert.deepEqual(mac, ["/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"]);
  const windows = installedBrowsers("win32", { ProgramFiles: "C:\\Program Files" }, () => true);
  assert.equal(windows[0], "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe");
  assert.deepEqual(
    installedBrowsers("linux", {}, () => false),
    [],
  );
});

const drawing =
  "save({ data: [{ y: [1, 2] }], layout: {} }, process.argv[2], { width: 200, height: 100 }).then((path) => console.log(path))";

for (const format of ["esm", "cjs"] as const) {
  test(`a script that uses the ${format} build draws a picture and ends by itself`, async () => {
    const script = join(folder, format === "esm" ? "draw.mjs" : "draw.cjs");
    await writeFile(
      script,
      format === "esm"
        ? `import { save } from "./render.mjs"; ${drawing}`
        : `const { save } = require("./render.cjs"); ${drawing}`,
    );
    const target = join(folder, `${format}.png`);
    // A process that hangs is killed after the time limit, which is an error here.
    const { stdout } = await run(process.execPath, [script, target], { timeout: 120_000 });
    assert.equal(stdout.trim(), target);
    assert.ok((await stat(target)).size > 500);
  });
}

const hasEmbedded = process.platform === "linux" && process.arch === "x64";

test("two processes that unpack the embedded browser at once both get one that runs", {
  skip: !hasEmbedded,
}, async () => {
  const script = join(folder, "unpack.mjs");
  const source = pathToFileURL(resolve("src/render/embedded.ts")).href;
  await writeFile(
    script,
    `import { execFileSync } from "node:child_process";
     import { embeddedBrowser } from ${JSON.stringify(source)};
     const { executablePath, env } = await embeddedBrowser();
     console.log(String(execFileSync(executablePath, ["--version", "--no-sandbox"], { env: { ...process.env, ...env } })));`,
  );
  const cache = join(folder, "cache");
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  const both = [1, 2].map(() => run(process.execPath, ["--import", "tsx", script], { env, timeout: 120_000 }));
  for (const { stdout } of await Promise.all(both)) assert.match(stdout, /Chromium|HeadlessChrome|Chrome/);
  // One folder, and no half of another.
  const left = await readdir(join(cache, "ergodic"));
  assert.equal(left.length, 1);
  assert.match(left[0], /^chromium-\d/);
});
