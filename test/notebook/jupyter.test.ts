// Real Jupyter: a notebook of ours executed and converted by nbconvert, and one that our runner has executed; the pages opened
// offline in a browser, beside a module loader, with and without scripts.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { runNotebook } from "../../src/notebook/run.js";
import { launchBrowser } from "../../src/render/browser.js";
import { code, temporaryFolder, writeCells } from "./notebooks.js";

const hasJupyter = spawnSync("jupyter", ["nbconvert", "--version"], { stdio: "ignore" }).status === 0;
const skip = hasJupyter ? false : "jupyter nbconvert is not installed here";

const hostile = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>";

const cells = [
  code('const { show, showLive, showRun, plots, exampleDraws } = require("./ergodic.cjs");'),
  code(`await show(plots.trace(exampleDraws({ names: [${JSON.stringify(hostile)}, "<!--<script>"] })))`),
  code('await show(plots.pair(exampleDraws()), { theme: "dark" })'),
  code(
    `await show({ data: [{ type: "bar", y: [1, NaN, Infinity] }], layout: { title: { text: ${JSON.stringify(hostile)} } } })`,
  ),
  code(`const live = await showLive(plots.trace(exampleDraws({ draws: 20 }), { title: "Live at first" }));
live.update(plots.trace(exampleDraws({ draws: 40 }), { title: "Live and passed over" }));`),
  code('live.update(plots.trace(exampleDraws({ draws: 60 }), { title: "Live in the end" }));\nawait live.done();'),
  code(`const run = await showRun();
run.onEvent({ type: "started", title: "a run", chains: 2, warmup: 10, draws: 10, workers: 0 });
for (let done = 1; done <= 20; done++)
  for (const chain of [0, 1])
    run.onEvent({ type: "progress", chain, done, total: 20, warmup: done <= 10, acceptance: 0.5 + done / 50, stepSize: 1 / done, divergences: 0 });
run.onEvent({ type: "finished", seconds: 1, aborted: false });
await run.done();`),
  code('await show({ data: [{ type: "scatterpolar", r: [1, 2], theta: [0, 90] }], layout: {} })'),
];
const titles = ["Traces", "q[0] and q[1]", hostile, "Live in the end", "a run: 100% of 2 chains", ""];

test("figures in real Jupyter", { skip }, async (t) => {
  const folder = await temporaryFolder();
  await symlink(resolve("node_modules"), join(folder, "node_modules"));
  await buildPackage(folder);
  await installKernel(folder);
  const metadata = { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } };
  const notebook = await writeCells(join(folder, "figures.ipynb"), cells, metadata);
  const browser = await launchBrowser();
  t.after(() => browser.close());

  for (const template of ["lab", "classic"]) {
    await t.test(`nbconvert executes the notebook, and every figure of its ${template} page is drawn`, async () => {
      const path = await nbconvert(folder, notebook, `${template}.html`, ["--execute", "--template", template]);
      await assertDrawn(browser, path);
    });
  }
  await t.test("nbconvert converts what our runner has executed, and every figure is drawn", async () => {
    await runNotebook(notebook);
    await assertDrawn(browser, await nbconvert(folder, notebook, "runner.html", []));
  });
  await t.test("without scripts every figure of it is a picture, on a light ground", async () => {
    const { page } = await open(browser, join(folder, "runner.html"), false);
    const pictures = page.locator(".jp-OutputArea-output img");
    assert.equal(await pictures.count(), titles.length);
    for (const picture of await pictures.all()) assert.match((await picture.getAttribute("alt")) ?? "", /^Figure/);
    // Light in every corner, the dark figure's picture too.
    const sources = await pictures.evaluateAll((images) => images.map((image) => image.getAttribute("src")));
    const corners = await (
      await browser.newPage()
    ).evaluate(`Promise.all(${JSON.stringify(sources)}.map(async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 1;
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return [...context.getImageData(0, 0, 1, 1).data].join();
    }))`);
    assert.deepEqual(
      corners,
      titles.map(() => "255,255,255,255"),
    );
  });
});

/** The page draws every figure with its title, says nothing, runs no text, and asks for nothing but what nbconvert's template does. */
async function assertDrawn(browser: Browser, path: string): Promise<void> {
  const html = await readFile(path, "utf8");
  // The small bundle once and the full one once.
  assert.equal(html.match(/plotly\.js \(cartesian - minified\)/g)?.length, 1);
  assert.equal(html.match(/plotly\.js - minified|plotly\.js v\d/g)?.length, 1);
  const { page, complaints } = await open(browser, path, true);
  await page.waitForFunction(`document.querySelectorAll(".js-plotly-plot .main-svg").length >= ${titles.length}`);
  await page.waitForFunction(`document.querySelectorAll(".js-plotly-plot").length === ${titles.length}`);
  const drawn = (await page.evaluate(
    `[...document.querySelectorAll(".js-plotly-plot")].map((plot) => plot.querySelector(".gtitle")?.textContent ?? "")`,
  )) as string[];
  titles.forEach((title, i) => {
    assert.ok(drawn[i].startsWith(title), `figure ${i}: ${drawn[i]}`);
  });
  const ground = `getComputedStyle(document.querySelectorAll(".js-plotly-plot")[1].querySelector(".main-svg")).backgroundColor`;
  assert.equal(await page.evaluate(ground), "rgb(20, 24, 29)");
  assert.equal(await page.evaluate("typeof window.hacked"), "undefined");
  assert.deepEqual(complaints, []);
  await page.close();
}

/** The page as a reader without a network sees it, but for the loader and the typesetter that nbconvert's templates ask for. */
async function open(
  browser: Browser,
  path: string,
  javaScriptEnabled: boolean,
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 1100, height: 900 } });
  const complaints: string[] = [];
  // Debian's nbconvert names files of the system where others name a network's.
  await context.route(/^(https?|file):/, (route) => {
    const url = route.request().url();
    if (url === pathToFileURL(path).href) return route.continue();
    if (/require(\.min)?\.js/.test(url)) return route.fulfill({ contentType: "text/javascript", body: loader });
    if (/MathJax|jquery/i.test(url)) return route.fulfill({ contentType: "text/javascript", body: "" });
    complaints.push(`a request: ${url}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(pathToFileURL(path).href);
  return { page, complaints };
}

/** What RequireJS does to a module without a name that a script element brings: an error, and the module is lost. */
const loader = `
window.define = function () { throw new Error("Mismatched anonymous define() module"); };
window.define.amd = { jQuery: true };
window.require = window.requirejs = function () {};
window.require.config = function () {};`;

async function buildPackage(folder: string): Promise<void> {
  const contents = `
    export { show } from "./src/notebook/show.js";
    export { showLive } from "./src/notebook/live.js";
    export { showRun } from "./src/notebook/live-run.js";
    export * as plots from "./src/plots/index.js";
    export { exampleDraws } from "./test/plots/example.js";`;
  await build({
    stdin: { contents, resolveDir: resolve("."), loader: "ts" },
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    packages: "external",
    logOverride: { "empty-import-meta": "silent" },
    outfile: join(folder, "ergodic.cjs"),
  });
}

/** What `tslab install` writes, with the programs by their paths and in a place of our own. */
async function installKernel(folder: string): Promise<void> {
  const place = join(folder, "jupyter", "kernels", "tslab");
  await mkdir(place, { recursive: true });
  const argv = [process.execPath, resolve("node_modules/tslab/bin/tslab"), "kernel", "--config-path={connection_file}"];
  await writeFile(
    join(place, "kernel.json"),
    JSON.stringify({ argv, display_name: "TypeScript", language: "typescript" }),
  );
}

async function nbconvert(folder: string, notebook: string, output: string, options: string[]): Promise<string> {
  const env = {
    ...process.env,
    JUPYTER_PATH: join(folder, "jupyter"),
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    JUPYTER_DATA_DIR: join(folder, "data"),
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
  };
  const args = ["nbconvert", "--to", "html", ...options, "--output", output, notebook];
  // A kernel that hangs is killed after the time limit, which is an error here.
  await promisify(execFile)("jupyter", args, { env, timeout: 120_000 });
  return join(folder, output);
}
