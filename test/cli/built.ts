// The command as it is built, in a package folder like ours.

import { spawn } from "node:child_process";
import { copyFile, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program in `folder`, built as `npm run build` does it. */
export async function builtProgram(folder: string): Promise<string> {
  await symlink(resolve("node_modules"), join(folder, "node_modules"));
  await copyFile("package.json", join(folder, "package.json"));
  await build({
    entryPoints: ["src/cli.ts", "src/worker.ts"],
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    outdir: join(folder, "dist"),
  });
  return join(folder, "dist", "cli.js");
}

/** Runs it in `cwd`; `onOutput` sees what it has printed so far. */
export function runProgram(
  program: string,
  cwd: string,
  args: readonly string[],
  onOutput?: (stdout: string, interrupt: () => void) => void,
): Promise<Ended> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, [program, ...args], { cwd });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      onOutput?.(stdout, () => child.kill("SIGINT"));
    });
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("close", (exit) => settle({ code: exit, stdout, stderr }));
  });
}
