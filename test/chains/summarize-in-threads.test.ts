// A summary computed in threads is the one computed here, to the last bit.

import "./platform.js";
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { dismiss, hire, idleThreads } from "../../src/chains/crew.js";
import { summarize } from "../../src/chains/summarize.js";
import { summarizeInThreads } from "../../src/chains/summarize-in-threads.js";
import { install, platform, type Thread } from "../../src/platform/platform.js";
import { stream } from "../../src/random/index.js";
import { drawsOf } from "./draws-of.js";

after(() => dismiss(hire(idleThreads())));

const [chains, draws, dim] = [3, 40, 75];
const names = Array.from({ length: dim }, (_, i) => `q[${i}]`);
const random = stream(1, "summarize in threads");
const position = Float64Array.from({ length: chains * draws * dim }, () => random.normal());
const energy = Float64Array.from({ length: chains * draws }, () => random.normal());
const some = drawsOf({ chains, draws, dim, names, lengths: [40, 40, 40], position }, { stats: { energy } });

describe("a summary in threads", () => {
  for (const workers of [undefined, 0, 1, 2]) {
    test(`with ${workers ?? "no word of"} workers is that of summarize`, async () => {
      const options = { probability: 0.8, interval: "hdi", include: ["energy"] } as const;
      assert.deepEqual(await summarizeInThreads(some, { ...options, workers }), summarize(some, options));
    });
  }

  test("cuts the chains alike, and says so", async () => {
    const cut = { ...some, lengths: [40, 7, 31] };
    assert.deepEqual(await summarizeInThreads(cut, { workers: 2 }), summarize(cut));
  });

  test("of no draws has NaN in its rows", async () => {
    const none = { ...some, lengths: [0, 0, 0] };
    assert.deepEqual(await summarizeInThreads(none, { workers: 2 }), summarize(none));
    assert.ok(Number.isNaN(summarize(none).rows[74].mean));
  });

  test("leaves its threads to the next", () => {
    assert.equal(idleThreads(), 2);
  });

  test("fails where a thread fails, and ends the others", async () => {
    const whole = platform();
    let [started, ended] = [0, 0];
    const startThread = (): Thread => {
      const dies = started++ === 1;
      return {
        post() {},
        onMessage() {},
        onFailure: (listener) => dies && setImmediate(() => listener(new Error("no memory"))),
        keepAlive() {},
        terminate: async () => {
          ended++;
        },
      };
    };
    install({ ...whole, startThread });
    await assert.rejects(summarizeInThreads(some, { workers: 2 }), {
      message: "summarizeInThreads: a thread failed: no memory",
    });
    assert.deepEqual([started, ended], [2, 2]);
    install(whole);
  });

  test("refuses what summarize refuses, and a number of workers that is none", async () => {
    const refused = (options: object, message: RegExp): Promise<void> =>
      assert.rejects(summarizeInThreads(some, options), { name: "RangeError", message });
    await refused({ probability: 1 }, /^summarizeInThreads: probability must be a number between 0 and 1, got 1$/);
    await refused({ workers: -1 }, /^summarizeInThreads: workers must be a non-negative integer, got -1$/);
    await refused({ worker: 1 }, /^summarizeInThreads: there is no option "worker"; the options are .*workers/);
  });
});
