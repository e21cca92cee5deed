import assert from "node:assert/strict";
import { readFile, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import { figureFragment } from "../../src/notebook/figure-html.js";
import type { Bundle } from "../../src/notebook/outputs.js";
import { runNotebook } from "../../src/notebook/run.js";
import { show } from "../../src/notebook/show.js";
import type { Figure } from "../../src/plots/figure.js";
import { launchBrowser } from "../../src/render/browser.js";
import { code, read, temporaryFolder, writeCells } from "./notebooks.js";

const folder = await temporaryFolder();
await symlink(resolve("node_modules"), join(folder, "node_modules"));

const options = { bundle: true, platform: "node", target: "node20", packages: "external", metafile: true } as const;
const entry = 'export { show } from "./src/notebook/show.js"; export * from "./src/notebook/progress.js";';
const stdin = { contents: entry, resolveDir: resolve("."), loader: "ts" } as const;

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

test("outside a notebook a figure becomes a file, and a line says where", async (t) => {
  const printed = t.mock.method(console, "log", () => {});
  await show({ data: [{ y: [1] }], layout: {} });
  const [, path] =
    /^Figure, 1 trace: (.*ergodic-figure-1\.html)$/.exec(String(printed.mock.calls[0].arguments[0])) ?? [];
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
