// What becomes of long lines before they are drawn into a PNG: a function on text, run here as a page runs it.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inPieces } from "../../src/render/raster.js";

const cut = new Function(`return ${inPieces}`)() as (svg: string) => string;

const plain =
  "vector-effect: none; fill: none; stroke: rgb(0, 114, 178); stroke-opacity: 1; stroke-width: 0.9px; opacity: 1;";
const svgOf = (d: string, style = plain): string =>
  `<svg><path class="js-line" d="${d}" style="${style}"/><text>"L1,2"</text></svg>`;
const lines = (svg: string): string[] => [...svg.matchAll(/ d="([^"]*)"/g)].map(([, d]) => d);

/** The stretches from point to point that a path draws. */
function stretches(d: string): string[] {
  return d
    .split("M")
    .slice(1)
    .flatMap((part) => {
      const points = part.split("L");
      return points.slice(1).map((to, i) => `${points[i]} to ${to}`);
    });
}

test("the pieces of a long line draw all of it, each stretch once or at a joint twice, and nothing else", () => {
  const line = fc.array(fc.boolean(), { minLength: 600, maxLength: 1200 });
  const property = fc.property(line, (gaps) => {
    // Distinct points, with gaps where there is no more than one point in three.
    const d = gaps.map((gap, i) => `${i === 0 || (gap && i % 3 === 0) ? "M" : "L"}${i},${(i * 7) % 100}`).join("");
    const pieces = lines(cut(svgOf(d)));
    assert.ok(pieces.length > 1);
    assert.ok(pieces.every((piece) => piece.startsWith("M") && piece.split("L").length <= 102));
    const drawn = pieces.flatMap(stretches);
    assert.deepEqual([...new Set(drawn)], stretches(d));
    assert.ok(drawn.length - stretches(d).length < pieces.length);
  });
  fc.assert(property, { seed: 1, numRuns: 50 });
});

test("what is short, translucent, dashed, filled, closed or curved stays as it is", () => {
  const long = `M${Array.from({ length: 1000 }, (_, i) => `${i},${i % 7}`).join("L")}`;
  assert.notEqual(cut(svgOf(long)), svgOf(long));
  const kept = [
    svgOf(long.slice(0, 500)),
    svgOf(long, plain.replace("stroke-opacity: 1", "stroke-opacity: 0.5")),
    svgOf(long, plain.replace(" opacity: 1", " opacity: 0.85")),
    svgOf(long, `${plain} stroke-dasharray: 3px, 3px;`),
    svgOf(long, plain.replace("fill: none", "fill: rgb(1, 2, 3)")),
    svgOf(`${long}Z`),
    svgOf(`${long}C1,2 3,4 5,6`),
    svgOf(long).replace("js-line", "js-fill"),
  ];
  for (const svg of kept) assert.equal(cut(svg), svg);
});

test("everything else of the picture stays, and every piece has the line's style", () => {
  const long = `M${Array.from({ length: 1000 }, (_, i) => `${i},${i % 7}`).join("L")}`;
  for (const end of ["/>", "></path>"]) {
    const svg = cut(svgOf(long).replace('"/>', `"${end}`));
    assert.equal(svg.replace(/<path .*?(?:\/>|<\/path>)/g, ""), '<svg><text>"L1,2"</text></svg>');
    assert.equal(svg.split(plain).length - 1, lines(svg).length);
  }
});
