import assert from "node:assert/strict";
import { after, test } from "node:test";
import * as plots from "../../src/plots/index.js";
import { closeBrowser, evaluateWithPlotly } from "../../src/render/browser.js";
import { bundleFor, toJson } from "../../src/render/index.js";

after(closeBrowser);

/** Two chains whose running means are known: constant 1 and constant 3. */
const course: plots.LlcCourse = {
  chains: [new Float64Array(1000).fill(1), new Float64Array(1000).fill(3)],
  work: Float64Array.from({ length: 1000 }, (_, t) => 10 + 2 * t),
};
const timed: plots.LlcCourse = { ...course, seconds: Float64Array.from({ length: 1000 }, (_, t) => (t + 1) / 100) };

test("the running LLC is the mean over chains of their means so far, its band their spread over the root of their number", () => {
  const ramp = { ...course, chains: [Float64Array.of(0, 2, 4), Float64Array.of(2, 4, 6)], work: [1, 2, 4] };
  const [{ name, llc, work, lower, upper }] = plots.llcConvergenceData({ ramp });
  assert.deepEqual([name, llc, work], ["ramp", [1, 2, 3], [1, 2, 4]]);
  // Means 0 and 2 apart by 2: variance 2, of the mean 1.
  assert.deepEqual([lower[0], upper[0]], [-0.959964, 2.95996]);
});

test("work-normalised variance is the variance of the mean times the work, and times the seconds", () => {
  const [{ byWork, work, bySeconds, seconds }] = plots.wnvData({ timed });
  // The chains' means are 1 and 3: variance 2 between them, 1 of their mean.
  assert.deepEqual(byWork, work);
  assert.deepEqual(bySeconds, seconds);
  assert.deepEqual([work[0], work.at(-1), seconds?.at(-1)], [10, 2008, 10]);
});

test("long courses are drawn at a few hundred places, the first and the last among them, without seconds where there are none", () => {
  const [{ work, llc, seconds }] = plots.llcConvergenceData({ course });
  assert.ok(work.length > 50 && work.length <= 202);
  assert.deepEqual([work[0], work.at(-1)], [10, 2008]);
  assert.deepEqual([seconds, new Set(llc)], [undefined, new Set([2])]);
});

test("a single chain has no band and no spread", () => {
  const one = { chains: [Float64Array.of(1, 2)], work: [1, 2] };
  const [{ lower, upper }] = plots.llcConvergenceData({ one });
  assert.deepEqual(
    [lower, upper],
    [
      [null, null],
      [null, null],
    ],
  );
  assert.deepEqual(plots.wnvData({ one })[0].byWork, [null, null]);
});

test("a course is named though it is the only one, and a band is explained where there is one", () => {
  const one = { chains: [Float64Array.of(1, 2)], work: [1, 2] };
  const titleOf = ({ layout }: plots.Figure): string => (layout.title as { text: string }).text;
  for (const figure of [plots.llcConvergence({ course }), plots.wnv({ course })]) {
    assert.equal(figure.layout.showlegend, true);
    assert.match(titleOf(figure), /<br>.*from the spread between chains/);
  }
  assert.doesNotMatch(titleOf(plots.llcConvergence({ one })), /shaded/);
});

test("a legend that has no room beside the title stands below the plot, which keeps its size", () => {
  const named = (count: number): Record<string, plots.LlcCourse> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`model=medium seed=${i} hmc`, timed]));
  for (const draw of [plots.llcConvergence, plots.wnv]) {
    const plotHeight = ({ layout }: plots.Figure): number => {
      const { t, b } = layout.margin as { t: number; b: number };
      return Number(layout.height) - t - b;
    };
    const heights = [1, 6, 60].map((count) => {
      const figure = draw(named(count));
      assert.equal((figure.layout.legend as { yanchor: string }).yanchor, count === 1 ? "top" : "bottom");
      assert.equal(plotHeight(figure), plotHeight(draw({ sgld: timed })));
      return Number(figure.layout.height);
    });
    assert.ok(heights[0] < heights[1] && heights[1] < heights[2]);
  }
});

test("Plotly's own check passes the figures; names stay text, and nothing in them is no JSON", async () => {
  const reference = [{ label: "<b>d/2</b>", value: 4 }];
  const courses = { "<b>sgld</b>": timed, hmc: timed };
  const figures = [
    plots.llcConvergence(courses, { reference }),
    plots.llcConvergence({ course }),
    plots.llcConvergence({ one: { chains: [Float64Array.of(1)], work: [3] } }, { reference }),
    plots.wnv(courses, { title: "a<b" }),
    plots.wnv({ course }),
    plots.wnv(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`data.noise_scale=0.${i} sgld`, timed]))),
  ];
  for (const figure of figures) {
    assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
    assert.ok(
      !/[^\\]<b>/.test(JSON.stringify({ ...figure, data: figure.data.map(({ legendgroup: _, ...rest }) => rest) })),
    );
    const check = `(({ data, layout }) => (Plotly.validate(data, layout) ?? []).map(({ msg }) => msg))(${toJson(figure)})`;
    assert.deepEqual(await evaluateWithPlotly<string[]>(bundleFor(figure), check), []);
  }
});

test("what is no course is refused by name", () => {
  assert.throws(
    () => plots.wnv({ none: { chains: [], work: [] } }),
    /plots\.wnv: none must be a course of at least one chain/,
  );
  assert.throws(
    () => plots.llcConvergence({ short: { chains: [[1, 2, 3]], work: [1] } }),
    /plots\.llcConvergence: short\.work must be a list of 3 numbers, got a list of length 1/,
  );
  assert.throws(() => plots.wnv({ course }, { titel: "x" } as never), /there is no option "titel"/);
});
