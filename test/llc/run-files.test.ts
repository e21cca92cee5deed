// Calls of several runs survive their abort: repeated they give what one uninterrupted call gives, and make only the runs that were not made.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  calibrate,
  hmc,
  known,
  type Loss,
  llc,
  llcAlong,
  llcExtrapolated,
  llcLadder,
  type SampleOptions,
} from "../../src/index.js";

const { loss, center } = known.powers({ powers: [4, 2] });
const short = { chains: 2, warmup: 100, draws: 120, workers: 0, seed: 5 } as const;

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runs-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** The loss, and how often its gradient was asked for, over all rows or some. */
function counted(): { readonly loss: Loss; readonly count: () => number } {
  let calls = 0;
  return {
    loss: {
      ...loss!,
      valueAndGradient(w, gradient) {
        calls++;
        return loss!.valueAndGradient(w, gradient);
      },
      onRows(w, rows, gradient) {
        calls++;
        return loss!.onRows(w, rows, gradient);
      },
    },
    count: () => calls,
  };
}

type Run = Pick<SampleOptions, "signal" | "onEvent" | "checkpoint">;
type Call = (loss: Loss, run: Run) => Promise<unknown>;

const checkpoints = [0, 3, 10, 30].map((step) => ({ step, parameters: center!.map((w) => w + 0.1 / (1 + step)) }));
const calls: Record<string, Call> = {
  llcLadder: async (L, run) => {
    const options = { ...short, ...run, center: center!, nbetas: [50, 100, 200, 400], sampler: hmc() };
    const { rungs, fit, curve, work } = await llcLadder(L, options);
    return { rungs: rungs.map(({ estimate, ...rung }) => ({ ...rung, trace: estimate.trace })), fit, curve, work };
  },
  llcAlong: (L, run) => llcAlong(L, checkpoints, { ...short, ...run }),
  llcExtrapolated: async (L, run) => {
    const { mean, coarse, fine, work } = await llcExtrapolated(L, { ...short, ...run, center: center! });
    return { mean, traces: [coarse.trace, fine.trace], work };
  },
  calibrate: (L, run) => calibrate(L, { ...short, ...run, center: center!, nbetas: [100], gammas: [10, 100] }),
};

describe("aborted and repeated equals uninterrupted", () => {
  for (const [name, call] of Object.entries(calls)) {
    test(name, async () => {
      const whole = counted();
      const expected = await call(whole.loss, { onEvent() {} });

      const path = join(folder, name);
      const controller = new AbortController();
      // So that the next one finds its signal aborted; llcExtrapolated has only two, and calibrate's ninth is a long one, after which there is another.
      const runsBefore = { llcExtrapolated: 1, calibrate: 9 }[name] ?? 2;
      let finished = 0;
      const onEvent: SampleOptions["onEvent"] = ({ type }) => {
        if (type === "finished" && ++finished === runsBefore) controller.abort();
      };
      await assert.rejects(call(counted().loss, { onEvent, signal: controller.signal, checkpoint: path }), /aborted/);
      assert.ok(existsSync(`${path}-0`) && existsSync(`${path}-${runsBefore}`));

      const rest = counted();
      assert.deepEqual(await call(rest.loss, { onEvent() {}, checkpoint: path }), expected);
      assert.ok(rest.count() < 0.8 * whole.count(), `${rest.count()} gradients of ${whole.count()}`);
      assert.deepEqual(readdirSync(folder), []);
    });
  }
});

test("a finished run's file stays where it is to be kept, and is read in place of running", async () => {
  const path = join(folder, "kept");
  const options = { ...short, center: center!, onEvent() {}, checkpoint: { path, keep: true } };
  const first = await llc(loss!, options);
  assert.ok(existsSync(path));
  const again = counted();
  const second = await llc(again.loss, options);
  assert.deepEqual([second.trace, second.mean, second.work], [first.trace, first.mean, first.work]);
  assert.ok(again.count() < 100, `${again.count()} gradients for nothing`);
  // Another call's files are refused, not overwritten.
  await assert.rejects(llc(loss!, { ...options, seed: 6 }), /of another run: its seed was 5 and not 6/);
  await rm(path);
});

test("all files stay where they are to be kept", async () => {
  const path = join(folder, "all");
  await llcAlong(loss!, checkpoints.slice(0, 2), { ...short, onEvent() {}, checkpoint: { path, keep: true } });
  assert.deepEqual(readdirSync(folder).sort(), ["all-0", "all-1"]);
  await Promise.all(["all-0", "all-1"].map((name) => rm(join(folder, name))));
});

test("a wrong checkpoint is refused before the first run", async () => {
  const refused = (checkpoint: unknown) =>
    assert.rejects(llcAlong(loss!, checkpoints, { ...short, onEvent: () => assert.fail(), checkpoint } as never), {
      name: "RangeError",
      message: /checkpoint/,
    });
  await refused("");
  await refused({ path: "x", keep: 1 });
  await refused({ path: "x", every: 1 });
});
