// Commands that are killed or interrupted in a stage that their folder shows.

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "./laboratory-program.js";

/** Whether something is there whose path from `runs` fits. */
export function isThere(folder: string, path: RegExp): boolean {
  const root = join(folder, "runs");
  if (!existsSync(root)) return false;
  try {
    return readdirSync(root, { recursive: true }).some((name) => path.test(String(name)));
  } catch {
    // A folder got its name while it was being read.
    return false;
  }
}

/** Sends a signal as soon as the folder shows that a stage has begun; true where the process had not ended before. */
export function signalAt(child: ChildProcess, folder: string, stage: RegExp, signal: NodeJS.Signals): Promise<boolean> {
  return new Promise((settle) => {
    let over = false;
    child.on("exit", () => {
      over = true;
    });
    const look = (): void => {
      if (over) settle(false);
      else if (isThere(folder, stage)) settle(child.kill(signal));
      else setImmediate(look);
    };
    look();
  });
}

/** Some stages are over in milliseconds: a command that was faster than we could look is begun anew. */
const ATTEMPTS = 8;

/** A folder in which the command was killed as soon as a stage had begun. */
export async function killedAt(program: Program, words: readonly string[], stage: RegExp): Promise<string> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const folder = await program.folder();
    let reached: Promise<boolean> = Promise.resolve(false);
    await program.run(folder, words, (child) => {
      reached = signalAt(child, folder, stage, "SIGKILL");
    });
    if (await reached) return folder;
  }
  return assert.fail(`the command was over before it could be killed, ${ATTEMPTS} times`);
}
