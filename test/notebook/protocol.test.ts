import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decode, encode, request } from "../../src/notebook/protocol.js";

test("a message survives the wire, whatever identities stand before it", () => {
  const property = fc.property(
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.array(fc.uint8Array({ maxLength: 5 })),
    (value, identities) => {
      // JSON knows neither -0 nor the prototype's own names.
      const content = JSON.parse(JSON.stringify(value));
      const message = { ...request("execute_request", content), parent: "a request" };
      assert.deepEqual(decode([...identities, ...encode(message, "key", "session")], "key"), message);
    },
  );
  fc.assert(property, { numRuns: 50, seed: 1 });
});

test("a request has no parent and an id of its own", () => {
  const [a, b] = [request("kernel_info_request", {}), request("kernel_info_request", {})];
  assert.equal(a.parent, "");
  assert.notEqual(a.id, b.id);
});

test("a message that was signed with another key, or changed on its way, is refused", () => {
  const frames = encode(request("execute_request", { code: "1 + 1" }), "key", "session");
  assert.throws(() => decode(frames, "another key"), /wrong signature/);
  const changed = [...frames.slice(0, -1), Buffer.from('{"code":"2 + 2"}')];
  assert.throws(() => decode(changed, "key"), /wrong signature/);
});

test("frames that are no message are refused", () => {
  const frames = encode(request("execute_request", {}), "key", "session");
  assert.throws(() => decode(frames.slice(1), "key"), /incomplete/);
  assert.throws(() => decode(frames.slice(0, 5), "key"), /incomplete/);
});
