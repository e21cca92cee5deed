// What every figure has to be: plain JSON that says the same after a round trip, small, with everything as text.

import assert from "node:assert/strict";
import type { Figure } from "../../src/plots/index.js";

/** Plotly reads tags; a name that holds any must have been escaped. Our own are the title's second line and a hover text's end. */
const ownMarkup = /<br>|<span style="[^"<>]*">|<\/span>|<extra><\/extra>/g;

export function assertPlainFigure(figure: Figure): void {
  assert.deepEqual(Object.keys(figure).sort(), ["data", ...(figure.frames === undefined ? [] : ["frames"]), "layout"]);
  const text = JSON.stringify(figure);
  assert.deepEqual(JSON.parse(text), figure);
  assert.ok(text.length < 2_000_000, `the figure has ${text.length} characters`);
  visit(figure, "figure");
}

function visit(value: unknown, path: string): void {
  if (typeof value === "string") {
    assert.doesNotMatch(value.replace(ownMarkup, ""), /[<>]/, `${path} holds markup: ${value}`);
  } else if (typeof value === "number") {
    assert.ok(Number.isFinite(value), `${path} is ${value}`);
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => {
      visit(item, `${path}[${i}]`);
    });
  } else if (typeof value === "object" && value !== null) {
    assert.equal(Object.getPrototypeOf(value), Object.prototype, `${path} is not a plain object`);
    for (const [key, item] of Object.entries(value)) visit(item, `${path}.${key}`);
  } else {
    assert.ok(value === null || typeof value === "boolean", `${path} is ${String(value)}`);
  }
}
