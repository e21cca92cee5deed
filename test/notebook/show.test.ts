import assert from "node:assert/strict";
import { mkdir, readFile, rm, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { figureFragment } from "../../src/notebook/figure-html.js";
import { showLive } from "../../src/notebook/live.js";
import { showRun } from "../../src/notebook/live-run.js";
import type { Bundle } from "../../src/notebook/outputs.js";
import { runNotebook } from "../../src/notebook/run.js";
import { show } from "../../src/notebook/show.js";
import type { Figure } from "../../src/plots/figure.js";
import { launchBrowser } from "../../src/render/browser.js";
import { code, read, temporaryFolder, writeCells } from "./notebooks.js";

const folder = await temporaryFolder();
await symlink(resolve("node_modules"), join(folder, "node_modules"));

const options = { bundle: true, platform: "node", target: "node20", packages: "external", metafile: true } as const;
const entry =
  'export { show } from "./src/notebook/show.js"; export { showLive } from "./src/notebook/live.js"; export * from "./src/notebook/progress.js";';
const contents = `${entry} export * as plots from "./src/plots/index.js";`;
const stdin = { contents, resolveDir: resolve("."), loader: "ts" } as const;

const line = `{ data: [{ type: "scatter", y: [1, 3, 2] }], layout: { title: { text: "A <b>line</b> & </script>" } } }`;

test("figures in a notebook", async (t) => {
  await build({
    ...options,
    stdin,
    format: "cjs",
    logOverride: { "empty-import-meta": "silent" },
    outfile: join(folder, "ergodic.cjs"),
  });
  const path = await writeCells(join(folder, "figures.ipynb"), [
    code('const { show, automaticProgress } = require("./ergodic.cjs");'),
    code(`await show(${line})`),
    code('await show({ data: [{ type: "bar", y: new Float64Array([1, 2]) }, { type: "bar", y: [1] }], layout: {} })'),
    code(`await show(${line})`),
    code('await show({ data: "nothing", layout: {} })', ["raises-exception"]),
    code(`const sink = automaticProgress();
sink({ type: "started", title: "a run", chains: 1, warmup: 0, draws: 10, workers: 1 });
sink({ type: "finished", seconds: 1, aborted: false });`),
  ]);
  await runNotebook(path);
  const outputs = (await read(path)).cells.map((cell) => cell.outputs ?? []);
  const bundles = outputs.slice(1, 4).map(([output]) => (output as { data: Bundle }).data);
  const html = bundles.map((bundle) => (bundle["text/html"] as string[]).join(""));

  await t.test("each is one display in four forms", () => {
    assert.deepEqual(
      outputs.map(({ length }) => length),
      [0, 1, 1, 1, 1, 1],
    );
    const types = ["application/vnd.plotly.v1+json", "text/html", "text/plain", "image/png"];
    for (const bundle of bundles) assert.deepEqual(Object.keys(bundle), types);
    const [first, second] = bundles;
    assert.deepEqual(first["text/plain"], ['Figure "A line &", 1 trace']);
    assert.deepEqual(second["text/plain"], ["Figure, 2 traces"]);
    const plotly = second["application/vnd.plotly.v1+json"] as Figure;
    assert.deepEqual(plotly.data[0], { type: "bar", y: [1, 2] });
    assert.equal(Buffer.from(String(first["image/png"]), "base64").toString("latin1", 1, 4), "PNG");
  });
  await t.test("plotly.js comes with the first, and again only where the first one's cell is run again", () => {
    const carries = html.map((text) => text.length > 1_000_000);
    // The third cell says the same as the first: to the kernel it is that cell, run again.
    assert.deepEqual(carries, [true, false, true]);
  });
  await t.test("what is not a figure is refused by name", () => {
    const [output] = outputs[4];
    assert.match(output.output_type === "error" ? output.evalue : "", /^show: figure must be a figure/);
  });
  await t.test("progress is one display, in its last state", () => {
    const { data } = outputs[5][0] as { data: Bundle };
    assert.match((data["text/html"] as string[]).join(""), /a run: 0% of 1 chain, finished after 1 s/);
    assert.match((data["text/plain"] as string[]).join(""), /^a run: 0% of 1 chain, finished after 1 s\n/);
  });
  await t.test("in a page", async (t) => {
    const browser = await launchBrowser();
    const errors: string[] = [];
    const open = async (): Promise<Page> => {
      const page = await browser.newPage();
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("request", (request) => errors.push(`a request: ${request.url()}`));
      await page.clock.install();
      return page;
    };
    try {
      await t.test("every figure is drawn, beside a module loader, without a request", async () => {
        const page = await open();
        const loader = "<script>window.define = () => { throw new Error('taken'); }; window.define.amd = {};</script>";
        await page.setContent(`${loader}${html[0]}${html[1]}`);
        assert.equal(await page.locator(".js-plotly-plot").count(), 2);
        assert.equal(await page.locator("img, p").count(), 0);
        assert.ok((await page.locator(".main-svg").count()) >= 2);
      });
      await t.test("a figure waits for a library that comes after it", async () => {
        const page = await open();
        await page.setContent(`${html[1]}${html[0]}`);
        await page.clock.runFor(200);
        assert.equal(await page.locator(".js-plotly-plot").count(), 2);
      });
      await t.test("a Plotly that somebody else has put into the page stays", async () => {
        const page = await open();
        await page.setContent(`<script>window.Plotly = { theirs: true };</script>${html[0]}`);
        assert.equal(await page.locator(".js-plotly-plot").count(), 1);
        assert.equal(await page.evaluate("window.Plotly.theirs"), true);
      });
      await t.test("without its library it says which cell to run, and keeps its picture", async () => {
        const page = await open();
        await page.setContent(html[1]);
        await page.clock.runFor(6000);
        assert.match(
          (await page.locator("p").textContent()) ?? "",
          /in the output of the cell that shows: Figure "A line &", 1 trace\./,
        );
        assert.equal(await page.locator("img").count(), 1);
        await page.evaluate("window.Plotly = { newPlot(element) { element.textContent = 'drawn'; } }");
        await page.clock.runFor(2000);
        assert.equal(await page.locator("div").first().textContent(), "drawn");
      });
      assert.deepEqual(errors, []);
    } finally {
      await browser.close();
    }
  });
});

test("without scripts and without a picture, a figure says what it is", () => {
  const figure = { data: [], layout: { title: "<i>a</i> < b" } };
  const html = figureFragment(figure, { id: "x", json: "{}", bundle: "cartesian", carrier: "" });
  assert.match(html, /<p>Figure &quot;a &lt; b&quot;, 0 traces: it is drawn when the notebook is trusted/);
});

test("a figure of more than two megabytes is shown, with words on what to do", async (t) => {
  const warned = t.mock.method(console, "warn", () => {});
  t.mock.method(console, "log", () => {});
  await show({ data: [{ y: new Array(300_000).fill(1 / 3) }], layout: { title: { text: "large" } } });
  await show({ data: [{ y: new Array(3000).fill(1 / 3) }], layout: {} });
  assert.equal(warned.mock.callCount(), 1);
  const words = String(warned.mock.calls[0].arguments[0]);
  assert.match(
    words,
    /^show: Figure "large", 1 trace, is 5\.7 MB of JSON.*Draw fewer points.*await save\(figure, "figure\.html"\)$/,
  );
});

test("a theme that is none, and an option that is none, are refused by name", async () => {
  const figure = { data: [], layout: {} };
  await assert.rejects(show(figure, { theme: "night" as never }), /^RangeError: show: theme must be .*got "night"/);
  await assert.rejects(show(figure, { colour: "dark" } as never), /show: there is no option "colour"/);
  await assert.rejects(showLive(figure, { colour: "dark" } as never), /showLive: there is no option "colour"/);
  await assert.rejects(showLive(3 as never), /showLive: figure must be a figure/);
});

test("live figures", async (t) => {
  await build({
    ...options,
    stdin,
    format: "cjs",
    logOverride: { "empty-import-meta": "silent" },
    outfile: join(folder, "live.cjs"),
  });
  const figure = (title: string, type = "scatter"): string =>
    `{ data: [{ type: "${type}", y: [1, 3, 2] }], layout: { title: { text: "${title}" } } }`;
  const path = await writeCells(join(folder, "live.ipynb"), [
    code('const { show, showLive, plots } = require("./live.cjs");'),
    code(`const live = await showLive(${figure("first")});`),
    code(`for (let i = 0; i < 100; i++) live.update({ data: [{ y: [i] }], layout: plots.themed({ data: [], layout: plots.layout("step " + i) }, "dark").layout });
await live.done();`),
    code(`await show(${figure("another")})`),
    code(
      "const circle = []; circle.push(circle); live.update({ data: [{ y: circle }], layout: {} }); await live.done();",
      ["raises-exception"],
    ),
    code("live.update({ data: 3 })", ["raises-exception"]),
  ]);
  await runNotebook(path);
  const outputs = (await read(path)).cells.map((cell) => cell.outputs ?? []);
  const data = (cell: number, output: number): Bundle => (outputs[cell][output] as { data: Bundle }).data;
  const html = (cell: number, output: number): string => (data(cell, output)["text/html"] as string[]).join("");

  await t.test("one display in its last state, with its picture, beside the library", () => {
    assert.deepEqual(
      outputs.map(({ length }) => length),
      [0, 2, 0, 1, 1, 1],
    );
    assert.ok(html(1, 0).length > 1_000_000 && html(1, 1).length < 500_000 && html(3, 0).length < 500_000);
    const { layout } = data(1, 1)["application/vnd.plotly.v1+json"] as Figure;
    assert.deepEqual(data(1, 1)["text/plain"], ['Figure "step 99", 1 trace']);
    assert.equal(layout.paper_bgcolor, "#14181D");
    assert.equal(Buffer.from(String(data(1, 1)["image/png"]), "base64").toString("latin1", 1, 4), "PNG");
  });
  await t.test("what cannot be shown is refused: at the call, or by the next", () => {
    const words = [4, 5].map((cell) =>
      outputs[cell].map((output) => output.output_type === "error" && output.evalue).join(),
    );
    assert.match(words[0], /^update: figure must be plain data/);
    assert.match(words[1], /update: figure must be a figure/);
  });
  await t.test("a new state comes into the place of the old, and the reader's zoom stays", async () => {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.setContent(`${html(1, 0)}<div id="output">${html(1, 1)}</div>`);
      await page.evaluate("Plotly = ergodicPlotly.cartesian; drawn = document.querySelector('.js-plotly-plot')");
      await page.evaluate("Plotly.relayout(drawn, { 'xaxis.range': [0.25, 0.75] })");
      // As a notebook does it: the old output goes, the new one comes, and its scripts are run.
      const next = html(1, 1).replaceAll("step 99", "step 100");
      await page.evaluate(`(() => {
        const output = document.getElementById("output");
        output.innerHTML = ${JSON.stringify(next)};
        for (const script of output.querySelectorAll("script")) {
          const run = document.createElement("script");
          run.textContent = script.textContent;
          script.replaceWith(run);
        }
      })()`);
      const state = "[drawn.isConnected, drawn.querySelector('.gtitle').textContent, drawn.layout.xaxis.range.join()]";
      assert.deepEqual(await page.evaluate(state), [true, "step 100", "0.25,0.75"]);
      assert.equal(await page.locator(".js-plotly-plot").count(), 1);
      assert.deepEqual(errors, []);
    } finally {
      await browser.close();
    }
  });
});

test("outside a notebook a live figure is a file that is written anew", async (t) => {
  const printed = t.mock.method(console, "log", () => {});
  const live = await showLive({ data: [{ y: [1] }], layout: { title: "at first" } });
  const [, path] = /^Figure "at first", 1 trace: (.*\.html) /.exec(String(printed.mock.calls[0].arguments[0])) ?? [];
  live.update({ data: [{ y: [2] }], layout: { title: "passed over" } });
  live.update({ data: [{ y: [3] }], layout: { title: "in the end" } });
  await live.done();
  assert.match(await readFile(path, "utf8"), /<title>in the end<\/title>/);
  assert.equal(printed.mock.callCount(), 1);
});

test("a run goes on where its picture cannot be drawn, and the end says why", async (t) => {
  const printed = t.mock.method(console, "log", () => {});
  const run = await showRun();
  const [, path] = /traces: (.*\.html) /.exec(String(printed.mock.calls[0].arguments[0])) ?? [];
  // A folder where the file was.
  await rm(path);
  await mkdir(path);
  run.onEvent({ type: "started", title: "a run", chains: 1, warmup: 0, draws: 10, workers: 0 });
  run.onEvent({ type: "finished", seconds: 1, aborted: false });
  await assert.rejects(run.done(), /cannot write into the folder/);
});

test("outside a notebook a figure becomes a file, and a line says where", async (t) => {
  const printed = t.mock.method(console, "log", () => {});
  await show({ data: [{ y: [1] }], layout: {} });
  const [, path] =
    /^Figure, 1 trace: (.*ergodic-figure-\d+\.html)$/.exec(String(printed.mock.calls[0].arguments[0])) ?? [];
  assert.match(await readFile(path, "utf8"), /^<!DOCTYPE html>/);
});

test("neither zeromq nor plotly nor a browser driver loads with the modules", async () => {
  const contents = `${entry} export * from "./src/notebook/run.js";`;
  const { metafile } = await build({ ...options, stdin: { ...stdin, contents }, format: "esm", write: false });
  const [{ imports }] = Object.values(metafile.outputs);
  const atOnce = imports.filter(({ kind }) => kind !== "dynamic-import").map((found) => found.path);
  assert.deepEqual(
    atOnce.filter((path) => !path.startsWith("node:")),
    [],
  );
  assert.ok(imports.some(({ path, kind }) => path === "zeromq" && kind === "dynamic-import"));
});
