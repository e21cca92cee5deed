// What `import("ergodic")` costs a fresh process, as an ES module and by `require`, and which packages it loads: the heavy ones
// (tables, plots, the browser's driver, the notebook's sockets) must wait until they are used.

import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { built } from "./built.js";
import { median, report } from "./report.js";

const REPETITIONS = 15;
const HEAVY = ["danfojs-node", "plotly.js", "playwright-core", "@sparticuz/chromium", "zeromq", "tslab", "typescript"];

const esm = built("index.js").href;
const cjs = fileURLToPath(built("index.cjs"));
const ways = [
  { name: 'import("ergodic")', load: `await import(${JSON.stringify(esm)})` },
  {
    name: 'require("ergodic")',
    load: `(await import("node:module")).createRequire(${JSON.stringify(esm)})(${JSON.stringify(cjs)})`,
  },
];

for (const { name, load } of ways) {
  const times = [timesOf("0"), timesOf(load)].map(() => [] as Times[]);
  for (let i = 0; i < REPETITIONS; i++) {
    times[0].push(timesOf('await import("node:fs")'));
    times[1].push(timesOf(load));
  }
  const [empty, full] = times;
  const ratio = median(full.map(({ process }, i) => process / empty[i].process));
  report({
    what: `${name}: time of the import`,
    value: median(full.map((t) => t.load)),
    unit: "ms",
    limit: { atMost: 100 },
  });
  report({
    what: `${name}: whole process relative to one importing node:fs`,
    value: ratio,
    unit: "x",
    note: `${median(full.map((t) => t.process)).toFixed(0)} ms to ${median(empty.map((t) => t.process)).toFixed(0)} ms`,
  });
  const packages = packagesOf(load);
  const heavy = packages.filter((one) => HEAVY.includes(one));
  report({
    what: `${name}: heavy packages loaded with it`,
    value: heavy.length,
    unit: "packages",
    limit: { atMost: 0 },
    note: `loaded: ${packages.join(", ") || "none"}`,
  });
}

interface Times {
  /** Milliseconds inside the process. */
  readonly load: number;
  /** Milliseconds from starting the process to its end. */
  readonly process: number;
}

function timesOf(load: string): Times {
  const began = performance.now();
  const out = runModule(`const began = performance.now(); ${load}; console.log(performance.now() - began);`);
  return { load: Number(out), process: performance.now() - began };
}

/** The packages from which files were loaded: those of `import` are seen by a resolve hook, those of `require` in its cache. */
function packagesOf(load: string): string[] {
  const hook = `
    import { writeSync } from "node:fs";
    export async function resolve(specifier, context, next) {
      const found = await next(specifier, context);
      writeSync(1, found.url + "\\n");
      return found;
    }`;
  const out = runModule(`
    import { createRequire, register } from "node:module";
    register("data:text/javascript," + ${JSON.stringify(encodeURIComponent(hook))});
    ${load};
    for (const file of Object.keys(createRequire(${JSON.stringify(esm)}).cache)) console.log(file);`);
  if (!out.includes("/dist/index.")) throw new Error("bench: the hook did not see the package itself");
  const names = out.split("\n").flatMap((line) => {
    const inside = line
      .split(/[\\/]node_modules[\\/]/)
      .slice(1)
      .at(-1);
    const name = inside?.match(/^(@[^\\/]+[\\/])?[^\\/]+/)?.[0];
    return name === undefined ? [] : [name.replace("\\", "/")];
  });
  return [...new Set(names)].sort();
}

// From an empty folder and with no options of this process, which runs under tsx.
function runModule(code: string): string {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: tmpdir(),
    encoding: "utf8",
    env,
  });
  if (status !== 0) throw new Error(`bench: the process ended with ${status}: ${stderr.trim()}`);
  return stdout;
}
