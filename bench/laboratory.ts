// The laboratory from cold start: `ergodic llc sampler=fast model=small data=small`, three samplers with seven figures each and their
// comparison, as pages and as pictures, in an empty folder; and the same again, when everything is there.

import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { built } from "./built.js";
import { report } from "./report.js";

const REPETITIONS = 5;
const WORDS = ["llc", "sampler=fast", "model=small", "data=small"];
const FIGURES = 2 * (3 * 7 + 3);

const program = fileURLToPath(built("cli.js"));
const cold: number[] = [];
const warm: number[] = [];
const withoutPictures: number[] = [];
for (let i = 0; i < REPETITIONS; i++) {
  const folder = await mkdtemp(join(tmpdir(), "ergodic-bench-"));
  try {
    withoutPictures.push(await secondsOf([...WORDS, "output.plot_formats=[html]", "--runs-root", "pages"], folder));
    cold.push(await secondsOf(WORDS, folder));
    const entries = await readdir(join(folder, "runs"), { recursive: true });
    const figures = entries.filter((path) => /\.(png|html)$/.test(path)).length;
    if (figures !== FIGURES) throw new Error(`bench: there are ${figures} figures, not ${FIGURES}`);
    warm.push(await secondsOf(WORDS, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// The fastest: what else the machine does only adds to it.
const note = `${FIGURES} figures; ${cold.map((seconds) => seconds.toFixed(1)).join(", ")} s; ${availableParallelism()} cores`;
report({
  what: "ergodic llc sampler=fast model=small data=small, from cold start to figures",
  value: Math.min(...cold),
  unit: "s",
  limit: { atMost: 5 },
  note,
});
report({ what: "the same with pages alone, no browser", value: Math.min(...withoutPictures), unit: "s" });
report({ what: "the same again, everything there", value: Math.min(...warm), unit: "s", limit: { atMost: 1.5 } });

function secondsOf(words: readonly string[], folder: string): Promise<number> {
  const began = performance.now();
  return new Promise((settle, fail) => {
    const child = spawn(process.execPath, [program, ...words], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("error", fail);
    child.on("close", (code) => {
      if (code === 0) settle((performance.now() - began) / 1000);
      else fail(new Error(`bench: ${words.join(" ")} ended with ${code}: ${stderr}`));
    });
  });
}
