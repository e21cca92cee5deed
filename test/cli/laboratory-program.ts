// The command as it is installed, in a folder of its own, and what it leaves there.

import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { readTensorBoard } from "../../src/formats/tensorboard.js";
import { temporaryFolder } from "../notebook/notebooks.js";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  /** An empty folder to work in. */
  folder(): Promise<string>;
  /** Runs `ergodic` in a folder; `onStart` gets the process. */
  run(folder: string, words: readonly string[], onStart?: (child: ChildProcess) => void): Promise<Ended>;
  readonly path: string;
}

/** Built as `npm run build` does it, where all packages are installed but for those of one scope. */
export async function builtProgram({ without }: { readonly without?: string } = {}): Promise<Program> {
  const root = await temporaryFolder();
  await mkdir(join(root, "node_modules"));
  for (const name of await readdir("node_modules")) {
    if (name !== without) await symlink(resolve("node_modules", name), join(root, "node_modules", name));
  }
  await copyFile("package.json", join(root, "package.json"));
  await build({
    entryPoints: ["src/index.ts", "src/worker.ts", "src/cli.ts"],
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    outdir: join(root, "dist"),
  });
  const path = join(root, "dist", "cli.js");
  return {
    path,
    folder: () => temporaryFolder(),
    run: (folder, words, onStart) =>
      new Promise((settle) => {
        const child = spawn(process.execPath, [path, ...words], { cwd: folder });
        let stdout = "";
        let stderr = "";
        child.stdout.on("data", (chunk) => (stdout += chunk));
        child.stderr.on("data", (chunk) => (stderr += chunk));
        child.on("close", (code) => settle({ code, stdout, stderr }));
        onStart?.(child);
      }),
  };
}

/** Paths of all files below a folder, sorted. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Every file's bytes as text. */
export async function everything(folder: string): Promise<Record<string, string>> {
  const paths = await filesBelow(folder);
  const texts = await Promise.all(paths.map((path) => readFile(join(folder, path), "latin1")));
  return Object.fromEntries(paths.map((path, i) => [path, texts[i]]));
}

const timedColumns = [
  "seconds",
  "steps_per_second",
  "time/fps",
  "time/rollout",
  "time/time_elapsed",
  "time/update",
  "efficiency_seconds",
  "wnv_seconds",
  "var x seconds",
  // In the attributes of a Zarr store.
  "created_at",
  "sampling_time",
];

/** What a folder of artifacts holds apart from pictures and times. */
export async function lasting(folder: string): Promise<Record<string, string>> {
  const all = await everything(folder);
  const kept = Object.entries(all).filter(([path]) => !path.includes("figures/") && !path.endsWith("timing.json"));
  return Object.fromEntries(kept.map(([path, text]) => [path, withoutTimes(path, text)]));
}

function withoutTimes(path: string, text: string): string {
  // Its digests are those of files that contain times.
  if (path.endsWith("manifest.json")) return Object.keys(JSON.parse(text).files).join();
  if (path.endsWith(".json")) return jsonWithoutTimes(text);
  if (path.endsWith("/log.jsonl")) return text.trimEnd().split("\n").map(jsonWithoutTimes).join("\n");
  if (path.includes("tfevents")) {
    const events = readTensorBoard(Uint8Array.from(Buffer.from(text, "latin1")));
    return events.map(({ step, scalars }) => `${step} ${jsonWithoutTimes(JSON.stringify(scalars))}`).join("\n");
  }
  if (path.endsWith(".csv")) return columnsWithoutTimes(text, ",");
  if (path.endsWith("summary.txt")) return columnsWithoutTimes(text, /\s{2,}/);
  return text;
}

function jsonWithoutTimes(text: string): string {
  return JSON.stringify(JSON.parse(text, (key, value) => (timedColumns.includes(key) ? undefined : value)));
}

function columnsWithoutTimes(text: string, between: string | RegExp): string {
  const [header, ...lines] = text.split("\n");
  const names = header.split(between);
  const kept = names.flatMap((name, i) => (timedColumns.includes(name) ? [] : [i]));
  return [header, ...lines].map((line) => kept.map((i) => line.split(between)[i]).join()).join("\n");
}
