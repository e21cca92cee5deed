#!/usr/bin/env node
// The `ergodic` command.

import { readFile } from "node:fs/promises";
import { runCommand } from "./cli/program.js";

// This file lies one folder below the package's root, as source and as build.
const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
// A reader that has seen enough (`ergodic list | head -1`) closes the pipe. What is being computed is kept on disk all the same.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
// What computes is loaded only for commands that do.
process.exitCode = await runCommand(process.argv.slice(2), version, () => import("./index.js"));
