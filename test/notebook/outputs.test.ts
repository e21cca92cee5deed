import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { collector, type Displays, lines } from "../../src/notebook/outputs.js";
import type { Message } from "../../src/notebook/protocol.js";

const message = (type: string, content: Record<string, unknown>): Message => ({ type, id: "", parent: "", content });
const stream = (name: string, text: string) => message("stream", { name, text });
const shown = (text: string, id?: string, type = "display_data") =>
  message(type, { data: { "text/plain": text }, metadata: {}, transient: { display_id: id } });

test("the lines of a text join to the text, and all but the last end with a line feed", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "\n", "\r", "é") });
  const property = fc.property(text, (whole) => {
    const split = lines(whole);
    assert.equal(split.join(""), whole);
    assert.ok(split.slice(0, -1).every((line) => line.endsWith("\n")));
    assert.ok(split.every((line) => line !== "" && !line.slice(0, -1).includes("\n")));
  });
  fc.assert(property, { seed: 1 });
});

test("a stream reads the same in however many pieces it comes", () => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom("a", "\n") }));
  const property = fc.property(pieces, (texts) => {
    const { outputs, receive } = collector(new Map());
    for (const text of texts) receive(stream("stdout", text));
    const whole = texts.join("");
    const expected = whole === "" ? [] : [{ output_type: "stream", name: "stdout", text: lines(whole) }];
    assert.deepEqual(outputs, expected);
  });
  fc.assert(property, { seed: 1 });
});

test("streams of different names keep their order", () => {
  const { outputs, receive } = collector(new Map());
  for (const [name, text] of [
    ["stdout", "a"],
    ["stderr", "b"],
    ["stderr", "c"],
    ["stdout", "d"],
  ]) {
    receive(stream(name, text));
  }
  const texts = outputs.map((output) => output.output_type === "stream" && [output.name, ...output.text]);
  assert.deepEqual(texts, [
    ["stdout", "a"],
    ["stderr", "bc"],
    ["stdout", "d"],
  ]);
});

test("an update replaces every display of its id, also in an earlier cell, and no other", () => {
  const displays: Displays = new Map();
  const first = collector(displays);
  first.receive(shown("one", "a"));
  first.receive(shown("other", "b"));
  first.receive(shown("none"));
  const second = collector(displays);
  second.receive(shown("again", "a"));
  second.receive(shown("two", "a", "update_display_data"));
  second.receive(shown("lost", "unknown", "update_display_data"));
  const texts = ({ outputs }: typeof first) =>
    outputs.map((output) => output.output_type === "display_data" && output.data["text/plain"]);
  assert.deepEqual(texts(first), [["two"], ["other"], ["none"]]);
  assert.deepEqual(texts(second), [["two"]]);
});

test("clear_output empties the cell, at once or when the next output comes", () => {
  const { outputs, receive } = collector(new Map());
  receive(stream("stdout", "a"));
  receive(message("clear_output", { wait: true }));
  assert.equal(outputs.length, 1);
  receive(stream("stdout", "b"));
  assert.deepEqual(outputs, [{ output_type: "stream", name: "stdout", text: ["b"] }]);
  receive(message("clear_output", { wait: false }));
  assert.deepEqual(outputs, []);
});

test("texts are stored as lines, JSON as it is, pictures as one string", () => {
  const { outputs, receive } = collector(new Map());
  const data = {
    "text/html": "<b>\nb</b>",
    "image/svg+xml": "<svg>\n</svg>",
    "image/png": "iVBO\nRw0K",
    "application/vnd.plotly.v1+json": { data: [] },
  };
  receive(message("execute_result", { execution_count: 3, data, metadata: {} }));
  receive(message("error", { ename: "E", evalue: "v", traceback: ["t"] }));
  assert.deepEqual(outputs, [
    {
      output_type: "execute_result",
      execution_count: 3,
      data: { ...data, "text/html": ["<b>\n", "b</b>"], "image/svg+xml": ["<svg>\n", "</svg>"] },
      metadata: {},
    },
    { output_type: "error", ename: "E", evalue: "v", traceback: ["t"] },
  ]);
});
