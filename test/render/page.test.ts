// The HTML page opened in the headless browser: it draws, says no error, asks for nothing, and runs nothing that a name brought in.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import * as plots from "../../src/plots/index.js";
import { launchBrowser } from "../../src/render/browser.js";
import { save } from "../../src/render/index.js";
import { exampleDraws, exampleEstimate } from "../plots/example.js";

let browser: Browser;
let folder: string;
before(async () => {
  browser = await launchBrowser();
  folder = await mkdtemp(join(tmpdir(), "ergodic-page-"));
});
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

interface Opened {
  page: Page;
  complaints: string[];
  requests: string[];
}

async function open(figure: plots.Figure, name: string, options = {}): Promise<Opened> {
  const url = pathToFileURL(await save(figure, join(folder, `${name}.html`), options)).href;
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await page.waitForSelector(".main-svg");
  return {
    page,
    complaints,
    requests: requests.filter((request) => request !== url && !/^(data|blob):/.test(request)),
  };
}

const hostile = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>";

const figures: Record<string, plots.Figure> = {
  trace: plots.trace(exampleDraws({ diverging: [5], names: [hostile, "<!--<script>"] })),
  running: plots.runningLlc(exampleEstimate(), { title: hostile, reference: [{ label: hostile, value: 10 }] }),
  comparison: plots.llcComparison({ [hostile]: exampleEstimate() }),
  autocorrelation: plots.autocorrelation(exampleDraws(), { chains: "average" }),
  pair: plots.pair(exampleDraws(), {
    energy: { dim: 2, names: ["a", "b"], value: (q) => q[0] ** 2 + q[1] ** 2, valueAndGradient: () => Number.NaN },
    title: hostile,
  }),
  sides: plots.sideBySide([plots.scatter2d(exampleDraws()), plots.pair(exampleDraws())], [hostile, "b"]),
};

for (const [name, figure] of Object.entries(figures)) {
  test(`the page of a ${name} figure draws it, in silence and without a network`, async () => {
    const { page, complaints, requests } = await open(figure, name);
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests, []);
    assert.ok((await page.locator(".main-svg").count()) > 0);
    assert.ok((await page.locator(".main-svg path").count()) > 5);
    assert.equal(await page.evaluate("typeof window.hacked"), "undefined");
    assert.equal(await page.locator(".modebar-btn--logo").count(), 0);
    await page.close();
  });
}

test("markup in a title is shown as it was written", async () => {
  const { page } = await open(figures.running, "title");
  assert.ok((await page.locator(".gtitle").textContent())!.startsWith(hostile));
  assert.equal(await page.title(), hostile);
  await page.close();
});

test("a page is as wide as its window, or as wide as asked", async () => {
  const wide = await open(figures.running, "wide");
  const widthOf = (page: Page): Promise<number> => page.evaluate("document.querySelector('.main-svg').clientWidth");
  assert.equal(await widthOf(wide.page), 1100);
  await wide.page.setViewportSize({ width: 700, height: 800 });
  await wide.page.waitForFunction("document.querySelector('.main-svg').clientWidth === 700");
  const narrow = await open(figures.running, "narrow", { width: 420, height: 300, title: "<b>mine</b>" });
  assert.equal(await widthOf(narrow.page), 420);
  assert.equal(await narrow.page.title(), "<b>mine</b>");
  await Promise.all([wide.page.close(), narrow.page.close()]);
});
