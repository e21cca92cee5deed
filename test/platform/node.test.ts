// Node's ports, from sources and from bundles.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build, type Format } from "esbuild";
import { nodePlatform } from "../../src/platform/node.js";

const run = promisify(execFile);
const source = (path: string) => new URL(`../../src/${path}`, import.meta.url).pathname;

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "platform-"));
  // Bundles leave packages outside, as the published ones do.
  await symlink(new URL("../../node_modules", import.meta.url), join(folder, "node_modules"), "dir");
});
after(() => rm(folder, { recursive: true, force: true }));

async function platformOf(script: string): Promise<ReturnType<typeof nodePlatform>> {
  const path = join(folder, `${Math.abs(hash(script))}.mjs`);
  await writeFile(path, `import { parentPort } from "node:worker_threads";\n${script}`);
  return nodePlatform({ workerUrl: pathToFileURL(path) });
}

function hash(text: string): number {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + letter.charCodeAt(0)) | 0;
  return sum;
}

test("a thread answers messages, and shares memory", async () => {
  const { startThread } = await platformOf(
    `parentPort.on("message", (array) => { array[0] = 7; parentPort.postMessage("done"); });`,
  );
  const thread = startThread();
  const array = new Int32Array(new SharedArrayBuffer(4));
  const answer = await new Promise((resolve) => {
    thread.onMessage(resolve);
    thread.post(array);
  });
  assert.deepEqual([answer, array[0]], ["done", 7]);
  await thread.terminate();
});

test("a later listener replaces the earlier", async () => {
  const { startThread } = await platformOf(`parentPort.on("message", (message) => parentPort.postMessage(message));`);
  const thread = startThread();
  const heard: unknown[] = [];
  await new Promise((resolve) => {
    thread.onMessage((message) => heard.push(message));
    thread.onMessage(resolve);
    thread.post("once");
  });
  assert.deepEqual(heard, []);
  await thread.terminate();
});

test("a thread's death is told once with its reason, and not at all where it was asked for", async () => {
  for (const [script, reason] of [
    [`throw new TypeError("born dead");`, /born dead/],
    ["process.exit(4);", /exited with code 4/],
  ] as const) {
    const thread = (await platformOf(script)).startThread();
    const error = await new Promise<Error>((resolve) => thread.onFailure(resolve));
    assert.match(error.message, reason);
  }
  const thread = (await platformOf(`parentPort.on("message", () => {});`)).startThread();
  thread.onFailure((error) => assert.fail(error));
  await thread.terminate();
});

test("breathing lets timers and messages in", async () => {
  const { breathe } = await platformOf("");
  let rang = false;
  setTimeout(() => {
    rang = true;
  });
  while (!rang) await breathe();
  assert.ok(rang);
});

test("an interrupt is heard only where another listener keeps the process alive", async () => {
  const { onInterrupt, breathe } = await platformOf("");
  let heard = 0;
  const forgetAlone = onInterrupt(() => heard++);
  await breathe();
  assert.equal(process.listenerCount("SIGINT"), 0);
  forgetAlone();

  // As tslab does: while a cell's synchronous part runs, its own listener is away.
  const forget = onInterrupt(() => heard++);
  const kernel = () => {};
  process.on("SIGINT", kernel);
  await breathe();
  process.emit("SIGINT");
  assert.equal(heard, 1);
  forget();
  process.emit("SIGINT");
  process.removeListener("SIGINT", kernel);
  assert.equal(heard, 1);
  assert.equal(process.listenerCount("SIGINT"), 0);
});

describe("from bundles", () => {
  const entry = (location: string, extension: string) => `
    import { nodePlatform } from ${JSON.stringify(source("platform/node.ts"))};
    import { install } from ${JSON.stringify(source("platform/platform.ts"))};
    import { sample } from ${JSON.stringify(source("chains/index.ts"))};
    import { gaussian } from ${JSON.stringify(source("energies/gaussian.ts"))};
    import { hmc } from ${JSON.stringify(source("samplers/index.ts"))};
    install(nodePlatform({ workerUrl: new URL("./worker.${extension}", ${location}) }));
    const energy = gaussian({ mean: [0, 0], covariance: [[1, 0], [0, 1]] });
    sample(energy, hmc(), { workers: 2, warmup: 20, draws: 10 }).then(({ lengths }) => console.log(String(lengths)));
  `;

  for (const [format, extension, location] of [
    ["esm", "mjs", "import.meta.url"],
    ["cjs", "cjs", `require("node:url").pathToFileURL(__filename)`],
  ] as [Format, string, string][]) {
    test(`threads run the worker bundled as ${format}`, async () => {
      const main = join(folder, `main.${extension}`);
      const worker = join(folder, `worker.${extension}`);
      const options = { bundle: true, format, platform: "node", target: "node20", packages: "external" } as const;
      await Promise.all([
        build({
          ...options,
          stdin: { contents: entry(location, extension), resolveDir: source("."), loader: "ts" },
          outfile: main,
        }),
        build({ ...options, entryPoints: [source("worker.ts")], outfile: worker }),
      ]);
      const { stdout } = await run(process.execPath, [main]);
      assert.equal(stdout, "10,10,10,10\n");
    });
  }

  test("code given on the command line may sample, too", async () => {
    const script = `await import(${JSON.stringify(pathToFileURL(join(folder, "main.mjs")).href)});`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script]);
    assert.equal(stdout, "10,10,10,10\n");
  });
});
