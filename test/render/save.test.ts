// What does not need a browser: JSON, pages, names of files, and that nothing half-written is left behind.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative } from "node:path";
import { after, before, test } from "node:test";
import type { Figure } from "../../src/plots/figure.js";
import * as plots from "../../src/plots/index.js";
import { bundleFor, plotlyBundle, save, toHtml, toJson } from "../../src/render/index.js";

const figure: Figure = { data: [{ type: "scatter", x: [1, 2], y: [3, null] }], layout: { title: { text: "a < b" } } };

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ergodic-save-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("a figure's JSON is the figure", () => {
  assert.deepEqual(JSON.parse(toJson(figure)), figure);
});

test("typed arrays and infinities become what JSON can carry", () => {
  const typed = { data: [{ y: Float64Array.of(1, Number.NaN, 3), n: BigInt64Array.of(5n) }], layout: {} };
  assert.equal(toJson(typed), '{"data":[{"y":[1,null,3],"n":[5]}],"layout":{}}');
});

test("what is not a figure is refused", async () => {
  for (const wrong of [undefined, null, 3, "figure", [], {}, { data: {}, layout: {} }, { data: [] }]) {
    assert.throws(
      () => toJson(wrong as never),
      /toJson: figure must be a figure, \{ data: \[\.\.\.traces\], layout: \{\.\.\.\} \}/,
    );
    await assert.rejects(save(wrong as never, join(folder, "wrong.json")), /save: figure must be a figure/);
  }
  assert.throws(() => toJson({ data: [3 as never], layout: {} }), /figure\.data\[0\] must be a trace/);
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  assert.throws(() => toJson({ data: [circular], layout: {} }), /toJson: figure must be plain data/);
});

test("save writes, makes the folder and returns the absolute path", async () => {
  const path = relative(process.cwd(), join(folder, "new", "deep", "figure.json"));
  const written = await save(figure, path);
  assert.ok(isAbsolute(written));
  assert.deepEqual(JSON.parse(await readFile(written, "utf8")), figure);
  assert.deepEqual(await readdir(join(folder, "new", "deep")), ["figure.json"]);
});

test("save replaces a file as a whole", async () => {
  const path = join(folder, "old.json");
  await writeFile(path, "x".repeat(10_000));
  await save(figure, path);
  assert.deepEqual(JSON.parse(await readFile(path, "utf8")), figure);
});

test("an unknown extension, option or file name is refused by name", async () => {
  await assert.rejects(
    save(figure, join(folder, "figure.gif")),
    /save: path must be a file name that ends in \.html, \.json, \.svg, \.png, \.pdf, got ".*figure\.gif"/,
  );
  await assert.rejects(save(figure, join(folder, "figure")), /save: path must be/);
  await assert.rejects(save(figure, 3 as never), /save: path must be a file name, got 3/);
  await assert.rejects(save(figure, join(folder, "a.json"), { size: 3 } as never), /save: there is no option "size"/);
  await assert.rejects(
    save(figure, join(folder, "a.html"), { width: -1 }),
    /save: width must be a positive number, got -1/,
  );
  await assert.rejects(
    save(figure, join(folder, "a.png"), { scale: 0 }),
    /save: scale must be a positive number, got 0/,
  );
  await assert.rejects(
    save(figure, join(folder, "a.html"), { theme: "night" as never }),
    /^RangeError: save: theme must be .*"light".*"dark".*"print".*got "night"/,
  );
});

test("a folder that cannot be written is named", async () => {
  const file = join(folder, "a-file");
  await writeFile(file, "");
  await assert.rejects(save(figure, join(file, "figure.json")), (error: Error) => {
    assert.match(error.message, /save: cannot write into the folder/);
    assert.ok(error.message.includes(file));
    return true;
  });
});

test("a save that fails leaves nothing behind, and what was there as it was", async () => {
  const place = join(folder, "failing");
  await mkdir(join(place, "taken.json"), { recursive: true });
  await assert.rejects(save(figure, join(place, "taken.json")), /cannot write into the folder/);
  await writeFile(join(place, "kept.html"), "before");
  await assert.rejects(save(figure, join(place, "kept.html"), { height: Number.NaN }), /height must be/);
  await assert.rejects(save({ data: [{ self: circle() }], layout: {} }, join(place, "new.json")), /plain data/);
  assert.deepEqual((await readdir(place)).sort(), ["kept.html", "taken.json"]);
  assert.equal(await readFile(join(place, "kept.html"), "utf8"), "before");
});

test("the small bundle draws our figures, the full one what it cannot", async () => {
  assert.equal(bundleFor(figure), "cartesian");
  assert.equal(bundleFor({ data: [{ type: "contour" }, { y: [1] }], layout: {} }), "cartesian");
  assert.equal(bundleFor({ data: [{ type: "scattergl" }], layout: {} }), "full");
  const [small, full] = [await plotlyBundle(), await plotlyBundle("full")];
  assert.ok(small.length < 1_600_000 && full.length > 3 * small.length);
  assert.equal(await plotlyBundle("cartesian"), small);
});

test("a page names nothing to load", async () => {
  const html = await toHtml(figure);
  const [beforeLibrary, afterLibrary] = [
    html.slice(0, html.indexOf("<script>")),
    html.slice(html.lastIndexOf("<script>")),
  ];
  for (const part of [beforeLibrary, afterLibrary]) assert.doesNotMatch(part, /https?:|src=|@import/);
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
  assert.match(html, /<title>a &lt; b<\/title>/);
});

test("a saved figure takes the theme asked for, and its page the figure's ground", async () => {
  const ours: Figure = { data: [{ y: [1] }], layout: plots.layout("a title") };
  const colorOf = async (name: string, theme?: plots.ThemeName): Promise<unknown> => {
    const path = await save(ours, join(folder, name), { theme });
    return (JSON.parse(await readFile(path, "utf8")) as Figure).layout.paper_bgcolor;
  };
  assert.equal(await colorOf("own.json"), "#FFFFFF");
  assert.equal(await colorOf("dark.json", "dark"), "#14181D");
  const dark = await readFile(await save(ours, join(folder, "dark.html"), { theme: "dark" }), "utf8");
  assert.match(dark, /<meta name="color-scheme" content="dark">\n<style>body { margin: 0; background: #14181D; }/);
  assert.match(
    await toHtml(ours),
    /<meta name="color-scheme" content="light">\n<style>body { margin: 0; background: #FFFFFF; }/,
  );
});

test("a colour that is none does not reach the page's style sheet", async () => {
  const html = await toHtml({ data: [], layout: { paper_bgcolor: "#000000; } </style><script>hacked()</script>" } });
  assert.match(html, /<style>body { margin: 0; background: #FFFFFF; }/);
});

function circle(): unknown {
  const ring: Record<string, unknown> = {};
  ring.ring = ring;
  return ring;
}
