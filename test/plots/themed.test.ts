// The looks: colours stay apart for every eye, and a figure changes its look, and nothing else, there and back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { colorsByTheme, type ThemeName } from "../../src/plots/colors.js";
import * as plots from "../../src/plots/index.js";
import { contrast, distance, lightness } from "./color-vision.js";
import { exampleDraws } from "./example.js";

const themes = Object.keys(colorsByTheme) as ThemeName[];

test("no colour stands for two roles in all looks together", () => {
  const roles = new Map<string, string>();
  for (const theme of themes) {
    for (const [role, color] of Object.entries(colorsByTheme[theme])) {
      assert.match(color, /^#[0-9A-F]{6}$/);
      assert.equal(roles.get(color) ?? role, role, `${color} of ${theme}`);
      roles.set(color, role);
    }
  }
});

test("series stay apart for colour-blind readers, the first four of them well", () => {
  for (const theme of themes) {
    const colors = colorsByTheme[theme];
    const series = Object.entries(colors)
      .filter(([role]) => role.startsWith("series"))
      .map(([, color]) => color);
    assert.equal(series.length, plots.palette.length);
    for (let i = 0; i < series.length; i++) {
      for (let j = 0; j < i; j++) {
        // A just noticeable difference is about 2.3; Okabe and Ito's blue and green are 17.0 apart for a tritanope.
        const least = i < 4 ? 16 : 9;
        const apart = distance(series[i], series[j]);
        assert.ok(apart >= least, `${theme}: series ${j} and ${i} are ${apart.toFixed(1)} apart`);
      }
    }
  }
});

test("text is readable on its ground, and lines are visible", () => {
  for (const theme of themes) {
    const { page, ink, faint, warning, ...others } = colorsByTheme[theme];
    assert.ok(contrast(ink, page) > 12 && contrast(faint, page) > 4.5 && contrast(warning, page) > 3.5, theme);
    for (const [role, color] of Object.entries(others)) {
      if (role.startsWith("series")) assert.ok(contrast(color, page) > 2.2, `${theme}: ${role}`);
    }
  }
});

test("printed series differ in lightness, by which a black printer tells the first four apart", () => {
  const { series0, series1, series2, series3 } = colorsByTheme.print;
  const L = [series0, series1, series2, series3].map(lightness).sort((a, b) => a - b);
  for (let i = 1; i < 4; i++) assert.ok(L[i] - L[i - 1] > 8, L.join(" "));
});

test("a look maps every kind of colour by its role", () => {
  const dark = colorsByTheme.dark;
  const figure: plots.Figure = {
    data: [
      {
        type: "scatter",
        line: { color: plots.seriesColor(1) },
        marker: { color: [plots.seriesColor(2), "#d55e00", 3] },
        fillcolor: plots.translucent(plots.seriesColor(0), 0.25),
        colorscale: [
          [0, "#D3DEE8"],
          [1, "#FFFFFF"],
        ],
      },
    ],
    layout: plots.layout("title", {}, "note"),
  };
  const { data, layout } = plots.themed(figure, "dark");
  assert.deepEqual(data, [
    {
      type: "scatter",
      line: { color: dark.series1 },
      marker: { color: [dark.series2, dark.warning, 3] },
      fillcolor: plots.translucent(dark.series0, 0.25),
      colorscale: [
        [0, dark.lowland],
        [1, dark.page],
      ],
    },
  ]);
  assert.equal(layout.paper_bgcolor, dark.page);
  assert.deepEqual(layout.colorway, [
    dark.series0,
    dark.series1,
    dark.series2,
    dark.series3,
    dark.series4,
    dark.series5,
    dark.series6,
    dark.series7,
  ]);
  assert.match((layout.title as { text: string }).text, new RegExp(`color:${dark.faint}">note`));
});

test("texts that look like colours, and colours of the caller's own, stay", () => {
  const figure: plots.Figure = {
    data: [
      { type: "scatter", name: "#0072B2", text: ["#222222"], marker: { color: "tomato" }, line: { color: "#123456" } },
    ],
    layout: { title: { text: plots.asText('<span style="color:#222222">') }, paper_bgcolor: "rgba(1,2,3,0.5)" },
  };
  assert.deepEqual(plots.themed(figure, "dark"), figure);
});

test("looks can be changed there and back, and the figure given stays", () => {
  const figure = plots.trace(exampleDraws({ warmup: 20, diverging: [3] }));
  const before = JSON.stringify(figure);
  const looks = themes.map((theme) => plots.themed(figure, theme));
  assert.deepEqual(looks[themes.indexOf("light")], figure);
  for (const from of looks) {
    themes.forEach((to, i) => {
      assert.deepEqual(plots.themed(from, to), looks[i]);
    });
  }
  assert.equal(JSON.stringify(figure), before);
});

test("a theme that is none, and what is no figure, are refused", () => {
  assert.throws(() => plots.themed({ data: [], layout: {} }, "sepia" as ThemeName), /plots\.themed: theme must be/);
  assert.throws(() => plots.themed(undefined as never, "dark"), /plots\.themed: figure must be a figure/);
});
