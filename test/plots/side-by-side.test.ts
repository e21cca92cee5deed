// Figures side by side: each is what it was alone, in a narrower place.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as plots from "../../src/plots/index.js";
import { environments } from "../../src/policy-gradients/environments/index.js";
import { exampleDraws } from "./example.js";
import { maze, newPolicy } from "./learnt.js";
import { assertPlainFigure } from "./plain-data.js";

type Part = Record<string, unknown> & { xref?: string; yref?: string };
type Bar = { x: number; title?: { text: string } };

/** The part of the paper's width that the axis of this reference, such as `x3`, takes. */
const domainOf = ({ layout }: plots.Figure, reference: unknown): [number, number] =>
  (layout[String(reference).replace("x", "xaxis")] as { domain: [number, number] }).domain;

const barOf = ({ colorbar, marker }: plots.Trace): Bar | undefined =>
  (colorbar ?? (marker as Part | undefined)?.colorbar) as Bar | undefined;

const plain = (layout: Record<string, unknown> = {}, trace: plots.Trace = {}): plots.Figure => ({
  data: [{ type: "scatter", x: [0, 1], y: [0, 1], ...trace }],
  layout,
});

test("figures side by side keep their numbers and get axes of their own", () => {
  const draws = exampleDraws();
  const figures = [plots.pair(draws), plots.trace(draws), plots.scatter2d(draws)];
  const joined = plots.sideBySide(figures, ["one", "two", "three"]);
  assert.deepEqual(
    joined.data.map((trace) => trace.x),
    figures.flatMap((figure) => figure.data.map((trace) => trace.x)),
  );
  // The pair has one x axis, the trace of two coordinates four, the scatter one.
  const xAxes = Object.keys(joined.layout).filter((key) => key.startsWith("xaxis"));
  assert.equal(xAxes.length, 6);
  const used = new Set(joined.data.map((trace) => String(trace.xaxis).replace("x", "xaxis")));
  assert.deepEqual([...used].sort(), xAxes.sort());
  for (const key of xAxes) {
    const axis = joined.layout[key] as { domain: [number, number]; anchor: string; matches?: string };
    assert.ok(axis.domain[0] >= 0 && axis.domain[1] <= 1 + 1e-12 && axis.domain[0] < axis.domain[1]);
    assert.equal(axis.anchor.replace("y", "xaxis"), key);
  }
  assert.equal((joined.layout.xaxis4 as { matches: string }).matches, "x2");
  const titles = (joined.layout.annotations as { text: string }[]).map((item) => item.text);
  for (const title of ["one", "two", "three"]) assert.ok(titles.includes(title));
  // Above the names of the trace's panels, which stand right above their axes.
  const shifts = (joined.layout.annotations as { text: string; yshift?: number }[]).map((item) => item.yshift ?? 0);
  const titleShift = shifts[titles.indexOf("two")];
  for (const name of ["q[0]", "q[1]"]) assert.ok(titleShift >= shifts[titles.indexOf(name)] + 18);
});

test("a shape lies on its own figure's axes, said or not, as Plotly has it", () => {
  const world = plots.gridWorldMap(maze, newPolicy(maze));
  const one = plots.trace(exampleDraws());
  const joined = plots.sideBySide([one, world]);
  const shapes = joined.layout.shapes as Part[];
  const [own, alone] = [one, world].map(({ layout }) => layout.shapes as Part[]);
  assert.ok(alone.length > 0 && shapes.length === own.length + alone.length);
  const { xaxis: x, yaxis: y } = joined.data[joined.data.length - 1];
  for (const [i, shape] of alone.entries()) {
    assert.equal(shape.xref, undefined);
    assert.deepEqual(shapes[own.length + i], { ...shape, xref: x, yref: y });
  }
});

test("what lies on the paper keeps its place beside the axes", () => {
  const place = fc.double({ min: -0.1, max: 1.1, noNaN: true });
  fc.assert(
    fc.property(place, place, fc.integer({ min: 1, max: 4 }), fc.boolean(), (a, b, count, bars) => {
      const figure = plain(
        {
          shapes: [
            { type: "line", xref: "paper", yref: "y", x0: a, x1: b, y0: 0, y1: 1 },
            { type: "path", xref: "paper", yref: "paper", path: `M ${a},0 L${b} 1 H${a} V0.25 Z` },
            { type: "rect", xref: "paper", yref: "paper", xsizemode: "pixel", xanchor: a, x0: 3, x1: 9, y0: 0, y1: 1 },
          ],
          annotations: [{ text: "here", x: a, y: 0, ax: 2, axref: "pixel" }],
          images: [{ source: "data:,", x: a, y: 1, sizex: 0.5, sizey: 0.5 }],
        },
        bars ? { marker: { color: [1, 2], colorbar: {} } } : {},
      );
      const joined = plots.sideBySide(Array.from({ length: count }, () => figure));
      const parts = (kind: string) => joined.layout[kind] as Part[];
      for (let i = 0; i < count; i++) {
        const [first, last] = domainOf(joined, joined.data[i].xaxis);
        const near = (actual: unknown, at: number): void =>
          assert.ok(Math.abs(Number(actual) - (first + at * (last - first))) < 1e-9, `${actual} is not at ${at}`);
        const [straight, path, fixed] = parts("shapes").slice(3 * i, 3 * i + 3);
        near(straight.x0, a);
        near(straight.x1, b);
        assert.equal(straight.yref, joined.data[i].yaxis);
        const numbers = String(path.path).match(/[^\sMLHVZ,]+/g) as string[];
        near(numbers[0], a);
        near(numbers[2], b);
        near(numbers[4], a);
        assert.deepEqual([numbers[1], numbers[3], numbers[5]], ["0", "1", "0.25"]);
        near(fixed.xanchor, a);
        assert.deepEqual([fixed.x0, fixed.x1], [3, 9]);
        const [here] = parts("annotations").slice(2 * i);
        near(here.x, a);
        assert.equal(here.axref, "pixel");
        near(parts("images")[i].x, a);
        assert.ok(Math.abs(Number(parts("images")[i].sizex) - (last - first) / 2) < 1e-9);
      }
    }),
    { numRuns: 30 },
  );
});

test("each colour bar stands beside its own panel, before the next one", () => {
  const range = { x: [-1, 1], y: [-1, 1] } as const;
  const figures = [
    plots.policyMap(newPolicy(environments.cartPole()), { ...range, coordinates: [2, 3] }),
    plots.gridWorldMap(maze, newPolicy(maze)),
    plain({}, { marker: { color: [1, 2], colorbar: { title: { text: "speed" } } } }),
    plain({}, { type: "heatmap", z: [[1, 2]] }),
    plain(),
  ];
  const joined = plots.sideBySide(figures);
  assertPlainFigure(joined);
  const pixels = Number(joined.layout.width) - 92;
  const barred = joined.data.filter((trace) => barOf(trace) !== undefined);
  assert.equal(barred.length, 4);
  const panels = figures.map((_, i) => domainOf(joined, i === 0 ? "x" : `x${i + 1}`));
  for (const [i, trace] of barred.entries()) {
    assert.deepEqual(domainOf(joined, trace.xaxis), panels[i]);
    const { x } = barOf(trace) as Bar;
    assert.ok(x > panels[i][1] && (x - panels[i][1]) * pixels < 20);
    // The bar with its numbers; the next panel's own stand left of it.
    assert.ok((panels[i + 1][0] - x) * pixels > 60 + 40, `${(panels[i + 1][0] - x) * pixels} pixels`);
  }
  // Without a bar nothing is taken from a panel.
  assert.ok(panels[4][1] - panels[4][0] > panels[3][1] - panels[3][0]);
  assert.ok(panels[4][1] <= 1 + 1e-12);
});

test("a lying colour bar is as long as it was beside its panel, and a bar that is not shown stays away", () => {
  const lying = plain({}, { type: "contour", z: [[1, 2]], colorbar: { orientation: "h", len: 0.5 } });
  const none = plain({}, { type: "contour", z: [[1, 2]], showscale: false });
  const joined = plots.sideBySide([none, lying]);
  const [first, last] = domainOf(joined, "x2");
  const { x, len } = joined.data[1].colorbar as { x: number; len: number };
  assert.ok(Math.abs(x - (first + last) / 2) < 1e-12 && Math.abs(len - (last - first) / 2) < 1e-12);
  assert.equal(joined.data[0].colorbar, undefined);
  const [left, right] = domainOf(joined, "x");
  assert.ok(Math.abs(right - left - (last - first)) < 1e-12);
});

test("axes of colours stay apart, each with its bar", () => {
  const colored = plain(
    { coloraxis: { cmin: 0, cmax: 1 }, coloraxis2: { cmin: 5, cmax: 6, showscale: false } },
    { marker: { color: [0, 1], coloraxis: "coloraxis" } },
  );
  const joined = plots.sideBySide([colored, colored]);
  assert.deepEqual(
    joined.data.map(({ marker }) => (marker as Part).coloraxis),
    ["coloraxis", "coloraxis3"],
  );
  for (const [key, reference] of [
    ["coloraxis", "x"],
    ["coloraxis3", "x2"],
  ]) {
    const { cmax, colorbar } = joined.layout[key] as { cmax: number; colorbar: Bar };
    assert.equal(cmax, 1);
    assert.ok(colorbar.x > domainOf(joined, reference)[1]);
  }
  assert.deepEqual(joined.layout.coloraxis4, { cmin: 5, cmax: 6, showscale: false });
});

test("what a figure keeps out of its legend stays out, and bars stand as they stood", () => {
  const draws = exampleDraws();
  const silent = plain({ showlegend: false }, { name: "silent" });
  const map = plain({}, { type: "heatmap", z: [[1]], name: "map" });
  const joined = plots.sideBySide([silent, map, plots.histogram(draws), plain({}, { name: "heard" })]);
  const shown = joined.data.filter(({ showlegend }) => showlegend === true).map(({ name }) => name);
  assert.ok(shown.includes("heard") && !shown.includes("silent") && !shown.includes("map"));
  assert.equal(joined.layout.bargap, 0);
  const quiet = plots.sideBySide([silent, map]);
  assert.equal(quiet.layout.showlegend, false);
  assert.equal(quiet.layout.legend, undefined);
});

test("a figure without axes takes its column by its domain, and its colours' bar stands beside it", () => {
  const half = { x: [0.5, 1], y: [0, 0.5] };
  const parts: plots.Trace[] = [
    {
      type: "parcoords",
      dimensions: [{ values: [1, 2] }, { values: [2, 1] }],
      line: { color: [0, 1], showscale: true },
    },
    { type: "pie", values: [1, 2], labels: ["a", "b"], domain: half },
    { type: "table", name: "numbers", cells: { values: [[1], [2]] } },
  ];
  const alone = parts.map((trace): plots.Figure => ({ data: [trace], layout: {} }));
  const joined = plots.sideBySide([plain(), ...alone, plain()]);
  // No axes but those of the first and the last.
  const axes = Object.keys(joined.layout).filter((key) => /^[xy]axis/.test(key));
  assert.deepEqual(axes.sort(), ["xaxis", "xaxis2", "yaxis", "yaxis2"]);
  const [first, last] = [domainOf(joined, "x"), domainOf(joined, "x2")];
  const placed = joined.data.slice(1, -1);
  let before = first[1];
  for (const [i, trace] of placed.entries()) {
    assert.ok(!("xaxis" in trace) && !("yaxis" in trace));
    const { x, y } = trace.domain as { x: [number, number]; y?: [number, number] };
    assert.ok(before < x[0] && x[0] < x[1] && x[1] < last[0], `${before}, ${x}`);
    before = x[1];
    assert.deepEqual(y, (parts[i].domain as typeof half | undefined)?.y);
  }
  const { colorbar } = placed[0].line as { colorbar: Bar };
  const [across, next] = placed.map(({ domain }) => (domain as { x: [number, number] }).x);
  assert.ok(across[1] < colorbar.x && colorbar.x < next[0] - (next[1] - next[0]));
  // Half of a column is half as wide; a pie's parts are in the legend.
  assert.ok(Math.abs(2 * (next[1] - next[0]) - (first[1] - first[0])) < 1e-12);
  assert.ok(joined.layout.legend !== undefined && placed[1].showlegend !== false);
  assert.equal(placed[2].showlegend, undefined);
  const quiet = plots.sideBySide([plain({}, { name: "heard" }), { ...alone[1], layout: { showlegend: false } }]);
  assert.equal(quiet.data[1].showlegend, false);
});

test("what could only be misplaced is refused by its name", () => {
  for (const type of ["scatterpolar", "barpolar", "scatterternary", "scattergeo", "scattermap", "surface", "splom"]) {
    const figures = [plain(), { data: [{ type }], layout: {} }];
    const message = `plots.sideBySide: figures[1] must be a figure whose traces lie on x and y axes or have a domain, got "${type}"`;
    assert.throws(() => plots.sideBySide(figures), { name: "RangeError", message });
  }
  const rows = plain({ grid: { rows: 1, columns: 2 } });
  assert.throws(() => plots.sideBySide([rows]), /figures\[0\]\.layout\.grid must be left out/);
});
