// Builds the yardsticks of bench/native with the machine's own C compiler, where there is one.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface NativeProgram {
  /** The numbers that the program prints. Throws where it fails. */
  run(...args: readonly number[]): number[];
}

/** Compiles `bench/native/<name>.c` by `cc -O3` with further flags into a folder that goes with this process; undefined without a `cc`. */
export function compileNative(name: string, ...flags: readonly string[]): NativeProgram | undefined {
  if (spawnSync("cc", ["--version"]).error !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "ergodic-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const source = fileURLToPath(new URL(`native/${name}.c`, import.meta.url));
  const program = join(folder, name);
  succeed("cc", ["-O3", ...flags, "-o", program, source, "-lm"]);
  return {
    run: (...args) => succeed(program, args.map(String)).trim().split(/\s+/).map(Number),
  };
}

function succeed(command: string, args: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`bench: ${command} ended with ${status}: ${stderr.trim()}`);
  return stdout;
}
