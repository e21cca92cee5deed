// The browser's ports, in a browser: the same program has the same draws there. (Without adaptation, that is: the last bits of
// `Math.exp` and its like, which adapted step sizes depend on, are each engine's own.)

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../src/render/browser.js";
import "../chains/platform.js";
import { sample } from "../../src/chains/index.js";
import { gaussian } from "../../src/energies/gaussian.js";
import { hmc } from "../../src/samplers/index.js";

const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).pathname);
const origin = "https://ergodic.test";

const program = `
  import { browserPlatform } from ${source("platform/browser.ts")};
  import { install } from ${source("platform/platform.ts")};
  import { sample } from ${source("chains/index.ts")};
  import { gaussian } from ${source("energies/gaussian.ts")};
  import { hmc } from ${source("samplers/index.ts")};
  install(browserPlatform({ workerUrl: new URL("/worker.js", location.href) }));
  const energy = gaussian({ mean: [1, -1], covariance: [[1, 0.5], [0.5, 2]] });
  globalThis.run = async (workers) => {
    const { position, stats } = await sample(energy, hmc({ stepSize: 0.3, leapfrogSteps: 5 }), { workers, warmup: 0, draws: 50, seed: 5 });
    return [...position, ...stats.energy];
  };
  globalThis.abortable = async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 5);
    const { aborted } = await sample(energy, hmc(), { workers: 0, warmup: 1e9, signal: controller.signal });
    return aborted;
  };
`;

const worker = `
  import { serve } from ${source("chains/serve.ts")};
  import { energyFromGraph } from ${source("energies/traced.ts")};
  import { parentThread } from ${source("platform/browser.ts")};
  import { samplers } from ${source("samplers/index.ts")};
  serve(parentThread(), { energies: { graph: energyFromGraph }, samplers, jobs: {}, now: () => performance.now() });
`;

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: new URL(".", import.meta.url).pathname, loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
  });
  return outputFiles[0].text;
}

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

/** A page that has run the program; `isolated` pages may share memory between threads. */
async function openPage(isolated: boolean): Promise<Page> {
  const scripts: Record<string, string> = {
    "/program.js": await bundled(program),
    "/worker.js": await bundled(worker),
  };
  const headers = isolated
    ? { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }
    : undefined;
  const context = await browser.newContext();
  await context.route("**/*", (route) => {
    const script = scripts[new URL(route.request().url()).pathname];
    if (script === undefined) return route.fulfill({ contentType: "text/html", headers, body: "<!doctype html>" });
    return route.fulfill({ contentType: "text/javascript", headers, body: script });
  });
  const page = await context.newPage();
  await page.goto(origin);
  await page.addScriptTag({ url: "/program.js", type: "module" });
  await page.waitForFunction("'run' in globalThis");
  return page;
}

test("an isolated page runs chains in module workers, with Node's bytes", async () => {
  const page = await openPage(true);
  assert.equal(await page.evaluate("crossOriginIsolated"), true);
  const energy = gaussian({
    mean: [1, -1],
    covariance: [
      [1, 0.5],
      [0.5, 2],
    ],
  });
  const { position, stats } = await sample(energy, hmc({ stepSize: 0.3, leapfrogSteps: 5 }), {
    workers: 0,
    warmup: 0,
    draws: 50,
    seed: 5,
    onEvent: () => {},
  });
  for (const workers of [0, 2]) {
    assert.deepEqual(await page.evaluate(`run(${workers})`), [...position, ...stats.energy], `${workers} workers`);
  }
});

test("a page that may not share memory runs chains on its own thread and refuses workers", async () => {
  const page = await openPage(false);
  assert.equal(((await page.evaluate("run()")) as number[]).length, 4 * 50 * 3);
  assert.equal(await page.evaluate("abortable()"), true);
  await assert.rejects(page.evaluate("run(2)"), /sample: workers must be 0 where memory cannot be shared, got 2/);
});
