// Figures on their way out: what `show` of a long trace costs a kernel, in a real tslab kernel and without a browser, and what
// pictures cost once the browser is there. Of each the best run counts: the machine is seldom ours alone.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figure } from "../src/index.js";
import { startKernel } from "../src/notebook/kernel.js";
import { built, importBuilt } from "./built.js";
import { report } from "./report.js";

const CHAINS = 4;
const DRAWS = 10_000;
const REPETITIONS = 15;
/** Milliseconds of a kernel that a reader does not notice. */
const SHOW_LIMIT = 100;
const PNG_LIMIT = 150;

const { energies, hmc, plots, sample, stream, toJson, toPdf, toPng, toSvg } = await importBuilt();

await inKernel();
await pictures();

/** Of the cell's own time, until the messages are with the socket; the compilation of its TypeScript is not ours. */
async function inKernel(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ergodic-bench-"));
  const kernel = await startKernel({ folder, javascript: true });
  const run = async (code: string): Promise<number> => {
    let text = "";
    const { status } = await kernel.execute(code, ({ type, content }) => {
      if (type === "stream") text += content.text;
    });
    if (status !== "ok") throw new Error(`bench: the cell failed: ${text}`);
    return Number(text);
  };
  try {
    // Not as under our runner, which waits for pictures. Cells know of each other what their compiler could export: one object.
    await run(`
      process.env.ERGODIC_NOTEBOOK_RUNNER = "";
      const { plots, show, showLive, stream } = require("node:module").createRequire(${JSON.stringify(built("index.cjs").href)})("./index.cjs");
      const chain = (_, seed) => {
        const random = stream(seed);
        return Float64Array.from({ length: ${DRAWS} }, () => random.normal());
      };
      const source = { x: Array.from({ length: ${CHAINS} }, chain) };
      const settled = () => new Promise((resolve) => setImmediate(resolve));
      let live;
      const timed = (work) => async () => {
        const started = performance.now();
        await work();
        await settled();
        console.log(performance.now() - started);
      };
      globalThis.show = timed(() => show(plots.trace(source)));
      globalThis.begin = timed(async () => { live = await showLive(plots.trace(source)); });
      globalThis.update = timed(() => { live.update(plots.trace(source)); return live.done(); });
      console.log(0)`);
    const first = await run('await globalThis["show"]()');
    const [later, updates]: number[][] = [[], []];
    for (let i = 0; i < REPETITIONS; i++) later.push(await run('await globalThis["show"]()'));
    await run('await globalThis["begin"]()');
    for (let i = 0; i < REPETITIONS; i++) updates.push(await run('await globalThis["update"]()'));
    const what = `show of a trace of ${CHAINS} x ${DRAWS} draws`;
    const limit = { atMost: SHOW_LIMIT };
    report({ what: `${what}: the first of a notebook, with plotly.js`, value: first, unit: "ms", limit });
    report({ what: `${what}: after the first`, value: Math.min(...later), unit: "ms", limit });
    report({ what: `${what}: update of a live one`, value: Math.min(...updates), unit: "ms", limit });
  } finally {
    await kernel.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function pictures(): Promise<void> {
  const chains = Array.from({ length: CHAINS }, (_, seed) => {
    const random = stream(seed);
    return Float64Array.from({ length: DRAWS }, () => random.normal());
  });
  const draws = await sample(energies.bimodal(), hmc({ stepSize: 0.1, leapfrogSteps: 5 }), {
    draws: 500,
    onEvent() {},
  });
  const figures: Record<string, Figure> = {
    [`a trace of ${CHAINS} x ${DRAWS} draws`]: plots.trace({ x: chains }),
    [`autocorrelation of ${CHAINS} x ${DRAWS} draws`]: plots.autocorrelation({ x: chains }),
    [`a pair plot of ${CHAINS} x 500 draws`]: plots.pair(draws),
  };
  const started = performance.now();
  await toPng({ data: [{ y: [1, 2] }], layout: {} });
  report({ what: "the first PNG, with the start of the browser", value: performance.now() - started, unit: "ms" });
  for (const [name, figure] of Object.entries(figures)) {
    report({
      what: `PNG of ${name}`,
      value: await fastestOf(() => toPng(figure)),
      unit: "ms",
      limit: { atMost: PNG_LIMIT },
    });
  }
  const [[name, figure]] = Object.entries(figures);
  report({ what: `SVG of ${name}`, value: await fastestOf(() => toSvg(figure)), unit: "ms" });
  report({ what: `PDF of ${name}`, value: await fastestOf(() => toPdf(figure)), unit: "ms" });
  report({ what: `JSON of ${name}`, value: toJson(figure).length / 1000, unit: "kB", limit: { atMost: 2000 } });
}

async function fastestOf(run: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < REPETITIONS; i++) {
    const started = performance.now();
    await run();
    best = Math.min(best, performance.now() - started);
  }
  return best;
}
