// A program that samples in threads, three times, and ends by itself: whole, aborted, and failing.

import "./platform.js";
import { sample } from "../../src/chains/index.js";
import { energyFromModule } from "../../src/energies/module.js";
import { hmc } from "../../src/samplers/index.js";

const load = (name: string) => energyFromModule(new URL("./exported-energies.ts", import.meta.url), name);
const normal = await load("normal");

const whole = await sample(normal, hmc(), { workers: 2, chains: 2, warmup: 50, draws: 50 });

const controller = new AbortController();
const aborted = await sample(normal, hmc(), {
  workers: 2,
  warmup: 1e9,
  signal: controller.signal,
  onEvent: (event) => event.type === "progress" && controller.abort(),
});

const failure = await sample(await load("breaks"), hmc(), { workers: 2, draws: 1e6 }).catch(() => "rejected");

console.log(String(whole.lengths), aborted.aborted ? "aborted" : "whole", failure);
