// PNG and SVG from the shared browser: their size, their text, many at once, and what happens when it cannot.

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as plots from "../../src/plots/index.js";
import { closeBrowser, evaluateWithPlotly } from "../../src/render/browser.js";
import { save, toPdf, toPng, toSvg } from "../../src/render/index.js";
import { exampleDraws } from "../plots/example.js";

const figure: plots.Figure = {
  data: [{ type: "scatter", x: [0, 1], y: [0, 1] }],
  layout: plots.layout("Title with <tags> & signs", { xaxis: plots.axis("x"), yaxis: plots.axis("y") }),
};

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ergodic-image-"));
});
after(async () => {
  await closeBrowser();
  await rm(folder, { recursive: true, force: true });
});

/** Width and height from the header of a PNG. */
function sizeOf(png: Uint8Array): [number, number] {
  assert.deepEqual([...png.slice(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

test("a PNG has width times scale by height times scale pixels", async () => {
  assert.deepEqual(sizeOf(await toPng(figure)), [1800, 1000]);
  assert.deepEqual(sizeOf(await toPng(figure, { width: 300, height: 200, scale: 1 })), [300, 200]);
  assert.deepEqual(
    sizeOf(await toPng({ ...figure, layout: { ...figure.layout, width: 400, height: 250 } }, { scale: 3 })),
    [1200, 750],
  );
});

test("an SVG is well-formed, has its size and the title's text", async () => {
  const svg = await toSvg(figure, { width: 640, height: 360 });
  assert.match(svg, /^<svg[^>]* width="640" height="360"/);
  const characters: Record<string, string> = { "&lt;": "<", "&#60;": "<", "&gt;": ">", "&#62;": ">", "&amp;": "&" };
  const title = /<text[^>]*class="gtitle"[^>]*>([^<]*)<\/text>/.exec(svg)?.[1];
  assert.equal(
    title?.replace(/&[^;]+;/g, (entity) => characters[entity]),
    "Title with <tags> & signs",
  );
  assertWellFormed(svg);
});

test("an SVG of another scale is as many times as large, and drawn the same", async () => {
  const [one, three] = [
    await toSvg(figure, { width: 640, height: 360 }),
    await toSvg(figure, { width: 640, height: 360, scale: 3 }),
  ];
  assert.match(three, /^<svg[^>]* width="1920" height="1080"[^>]* viewBox="0 0 640 360"/);
  assert.equal(one.match(/<path/g)?.length, three.match(/<path/g)?.length);
});

test("a PDF is one page of its size in points, with the title as text", async () => {
  const pdf = Buffer.from(await toPdf(figure, { width: 640, height: 360, scale: 2 })).toString("latin1");
  assert.ok(pdf.startsWith("%PDF-"));
  assert.equal(pdf.match(/\/Type\s*\/Page\b/g)?.length, 1);
  const [, width, height] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? [];
  // Three quarters of a point per CSS pixel, and a browser counts in whole points.
  assert.ok(Math.abs(Number(width) - 960) <= 1 && Math.abs(Number(height) - 540) <= 1, `${width} x ${height}`);
  assert.match(pdf, /\/Font\b/);
});

test("a long line is drawn in pieces for a PNG, and shows what the whole line shows", async () => {
  const count = 1000;
  const zigzag = Array.from({ length: count }, (_, i) => (i % 50 === 49 ? null : (i * 7919) % 101));
  const long = (line: object): plots.Figure => ({
    data: [{ type: "scatter", mode: "lines", y: zigzag, line }],
    layout: { width: 700, height: 300 },
  });
  const inPieces = await pixels(await toPng(long({ width: 1 }), { scale: 1 }));
  // A dash so long that it never ends keeps the line whole.
  const whole = await pixels(await toPng(long({ width: 1, dash: "100000px,1px" }), { scale: 1 }));
  assert.equal(inPieces.length, whole.length);
  let most = 0;
  let sum = 0;
  for (let i = 0; i < whole.length; i++) {
    const difference = Math.abs(inPieces[i] - whole[i]);
    most = Math.max(most, difference);
    sum += difference;
  }
  // Where two pieces overlap, the edge of one stretch is drawn twice.
  assert.ok(sum / whole.length < 0.5, `mean difference ${sum / whole.length}, greatest ${most}`);
});

test("figures asked for at once all arrive, each as itself", async () => {
  const numbers = Array.from({ length: 12 }, (_, i) => i);
  const svgs = await Promise.all(numbers.map((i) => toSvg({ ...figure, layout: plots.layout(`figure number ${i}.`) })));
  svgs.forEach((svg, i) => {
    assert.ok(svg.includes(`figure number ${i}.`));
  });
});

test("the browser can be closed and comes back", async () => {
  await closeBrowser();
  await closeBrowser();
  assert.deepEqual(sizeOf(await toPng(figure, { scale: 1 })), [900, 500]);
});

test("save writes pictures and leaves nothing else", async () => {
  const draws = exampleDraws();
  assert.deepEqual(
    sizeOf(await readFile(await save(plots.trace(draws), join(folder, "trace.PNG"), { width: 500, scale: 1 }))),
    [500, 420],
  );
  assertWellFormed(await readFile(await save(plots.pair(draws), join(folder, "pair.svg")), "utf8"));
  assert.match((await readFile(await save(plots.pair(draws), join(folder, "pair.pdf")))).toString("latin1"), /^%PDF-/);
  assert.deepEqual((await readdir(folder)).sort(), ["pair.pdf", "pair.svg", "trace.PNG"]);
});

test("a figure beyond the small bundle is drawn with the full one", async () => {
  const svg = await toSvg({ data: [{ type: "scatterpolar", r: [1, 2], theta: [0, 90] }], layout: {} });
  assert.ok(svg.includes("polar"));
});

test("a picture reaches nothing outside", async () => {
  const image = {
    source: "http://localhost:9/nothing.png",
    xref: "paper",
    yref: "paper",
    x: 0,
    y: 1,
    sizex: 1,
    sizey: 1,
  };
  const svg = await toSvg({ ...figure, layout: { ...figure.layout, images: [image] } });
  assert.ok(svg.includes("Title with"));
});

test("a browser that cannot be started is an error that says what to do, and leaves no file", async () => {
  await closeBrowser();
  const before = process.env.ERGODIC_BROWSER;
  process.env.ERGODIC_BROWSER = join(folder, "no-such-browser");
  try {
    await assert.rejects(save(figure, join(folder, "none.png")), (error: Error) => {
      assert.match(error.message, /^save: .*needs a browser.*Set ERGODIC_BROWSER to the path of a Chrome/s);
      assert.ok(error.message.includes("no-such-browser"));
      return true;
    });
    assert.ok(!(await readdir(folder)).some((name) => name.includes("none")));
  } finally {
    if (before === undefined) delete process.env.ERGODIC_BROWSER;
    else process.env.ERGODIC_BROWSER = before;
  }
  assert.deepEqual(sizeOf(await toPng(figure, { scale: 1 })), [900, 500]);
});

test("a picture too large for the browser is an error, not an empty file", async () => {
  await assert.rejects(toPng(figure, { width: 1e6 }), /toPng: the browser cannot draw 2000000 by 1000 pixels/);
});

/** The red, green, blue and opacity of every pixel, as the browser reads them. */
async function pixels(png: Uint8Array): Promise<number[]> {
  return evaluateWithPlotly(
    "cartesian",
    `(async () => {
      const image = new Image();
      image.src = "data:image/png;base64,${Buffer.from(png).toString("base64")}";
      await image.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [image.width, image.height];
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return [...context.getImageData(0, 0, image.width, image.height).data];
    })()`,
  );
}

/** Every tag is closed in its order, and every entity is one that XML knows. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  for (const [, end, name, rest] of xml.matchAll(/<(\/?)([A-Za-z][\w:-]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/g)) {
    if (end === "/") assert.equal(open.pop(), name);
    else if (!rest.endsWith("/")) open.push(name);
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(xml, /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/);
}
