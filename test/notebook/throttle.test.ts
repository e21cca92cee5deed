import assert from "node:assert/strict";
import { test } from "node:test";
import { type Throttled, throttled } from "../../src/notebook/throttle.js";

interface Clock {
  now(): number;
  tick(milliseconds: number): void;
}

/** Drawing what is offered takes `cost` milliseconds of a clock that stands still otherwise. */
function drawingOn(
  t: { mock: typeof test.mock },
  cost: number,
): { offer(value: string): void; clock: Clock; drawn: string[]; flush: Throttled<string>["flush"] } {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let time = 0;
  const drawn: string[] = [];
  const clock: Clock = {
    now: () => time,
    tick(milliseconds) {
      time += milliseconds;
      t.mock.timers.tick(milliseconds);
    },
  };
  const draw = (value: string): undefined => {
    time += cost;
    drawn.push(`${value} at ${time - cost}`);
  };
  const { offer, flush } = throttled(draw, { interval: 100, now: clock.now });
  return { offer, flush, clock, drawn };
}

test("the first is drawn at once, the last of those that come too fast when the interval is over", (t) => {
  const { offer, clock, drawn } = drawingOn(t, 0);
  for (const value of ["a", "b", "c"]) offer(value);
  assert.deepEqual(drawn, ["a at 0"]);
  clock.tick(99);
  assert.deepEqual(drawn, ["a at 0"]);
  clock.tick(1);
  assert.deepEqual(drawn, ["a at 0", "c at 100"]);
  clock.tick(1000);
  offer("d");
  assert.deepEqual(drawn, ["a at 0", "c at 100", "d at 1100"]);
});

test("drawing takes a tenth of the time at most", (t) => {
  const { offer, clock, drawn } = drawingOn(t, 50);
  for (let step = 0; step < 2000; step++) {
    offer("x");
    clock.tick(1);
  }
  assert.ok(drawn.length * 50 <= (clock.now() / 10) * 1.2, `${drawn.length} drawings in ${clock.now()} ms`);
  assert.ok(drawn.length >= 3);
});

test("a loop that lets no timer run still draws, by its own calls", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let time = 0;
  const drawn: number[] = [];
  const { offer } = throttled<number>((value) => void drawn.push(value), { interval: 100, now: () => time });
  for (time = 0; time < 350; time += 10) offer(time);
  assert.deepEqual(drawn, [0, 100, 200, 300]);
});

test("flush draws what is left, and nothing twice", async (t) => {
  const { offer, flush, clock, drawn } = drawingOn(t, 0);
  offer("a");
  offer("b");
  await flush();
  await flush();
  clock.tick(1000);
  assert.deepEqual(drawn, ["a at 0", "b at 0"]);
});

test("drawings that take their time never overlap", async () => {
  let open = 0;
  let most = 0;
  const drawn: number[] = [];
  const draw = async (value: number): Promise<void> => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    drawn.push(value);
    open--;
  };
  const { offer, flush } = throttled(draw, { interval: 0 });
  for (let i = 0; i < 20; i++) offer(i);
  await flush();
  assert.equal(most, 1);
  assert.deepEqual([drawn[0], drawn.at(-1)], [0, 19]);
});

test("what goes wrong in a timer is told to the next who calls, once", async () => {
  for (const draw of [
    () => {
      throw new Error("broken");
    },
    async () => {
      throw new Error("broken");
    },
  ]) {
    const { offer, flush } = throttled(draw, { interval: 0 });
    offer("a");
    await assert.rejects(flush(), { message: "broken" });
    await flush();
  }
});
