// Plotly itself has nothing to say against any figure, in any look, and draws each with all texts as text.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Figure, type ThemeName, themed } from "../../src/plots/index.js";
import { closeBrowser, evaluateWithPlotly } from "../../src/render/browser.js";
import { bundleFor, toJson, toSvg } from "../../src/render/index.js";
import { brokenFigures } from "./broken.js";
import { gallery } from "./gallery.js";

after(closeBrowser);

const themes: ThemeName[] = ["light", "dark", "print"];

/** What `Plotly.validate` minds: keys that are not in its schema, values that it refuses, settings without effect. */
function complaints(figure: Figure): Promise<string[]> {
  const check = `(({ data, layout }) => (Plotly.validate(data, layout) ?? []).map(({ msg }) => msg))(${toJson(figure)})`;
  return evaluateWithPlotly<string[]>(bundleFor(figure), check);
}

test("Plotly's own check passes every figure in every look", async () => {
  for (const [name, figure] of Object.entries(gallery())) {
    for (const theme of themes) assert.deepEqual(await complaints(themed(figure, theme)), [], `${name}, ${theme}`);
  }
});

test("it would find a wrong key, a wrong value and a setting without effect", async () => {
  const trace = { type: "scatter", x: [1], y: [2] };
  for (const figure of [
    { data: [{ ...trace, colour: "red" }], layout: {} },
    { data: [{ ...trace, mode: "dashes" }], layout: {} },
    { data: [trace], layout: { xaxis: { showgrid: false, gridcolor: "#EBEBEB" } } },
  ]) {
    assert.equal((await complaints(figure)).length, 1);
  }
});

test("it passes figures of very little and of broken draws too", async () => {
  for (const [name, figure] of Object.entries(brokenFigures())) {
    assert.deepEqual(await complaints(figure), [], name);
  }
});

test("hostile names and titles are drawn as text, light and dark", async () => {
  const hostile = "<script>alert(1)</script>";
  const figures = gallery({ names: [hostile, "<b>bold</b> & <i>"], title: hostile });
  for (const [name, figure] of Object.entries(figures)) {
    for (const theme of ["light", "dark"] as const) {
      const svg = await toSvg(themed(figure, theme));
      assert.doesNotMatch(svg, /<script|<b>|<i>|alert\(1\)<\/script/, `${name}, ${theme}`);
      assert.match(svg, /(&lt;|&#60;)script(&gt;|&#62;|>)alert\(1\)/, `${name}, ${theme}: the title is gone`);
    }
  }
});
