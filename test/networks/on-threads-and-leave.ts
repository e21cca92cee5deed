// A program that computes a loss on threads and ends by itself, without closing anything: while they start, or asleep.

import { loss, onThreads } from "../../src/index.js";

const y = Float64Array.from({ length: 1000 }, (_, i) => i);
const fit = loss(1, 1000, (w, rows) => rows.y.sub(w).abs().mean(), { y });
const fast = onThreads(fit, { threads: 3 });
if (process.argv[2] === "asleep") await fast.ready;
const value = fast.value(Float64Array.of(500));
// The threads' first look is over when they could be heard.
if (process.argv[2] === "asleep") await new Promise((resolve) => setImmediate(resolve));
console.log(value);
