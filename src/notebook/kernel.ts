// A tslab kernel as a child process of ours, without Jupyter and without Python: we write the connection file,
// talk to it through its channels, and see to it that the process ends when we do.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Channels, type Connection, openChannels } from "./channels.js";
import type { Message } from "./protocol.js";

export interface KernelOptions {
  /** The folder in which cells run and from which their imports are resolved. */
  readonly folder: string;
  /** Cells are JavaScript (tslab's "jslab") instead of TypeScript. */
  readonly javascript?: boolean;
  /** Kills the kernel, also while it starts. */
  readonly signal?: AbortSignal;
}

export interface Kernel {
  /** The kernel's own description of its language, for the notebook's metadata. */
  readonly languageInfo: unknown;
  /**
   * Runs one cell and resolves with the kernel's reply when all the cell's outputs have been delivered; rejects with
   * KernelDied, or with the signal's reason. `onOutput` goes on receiving what the cell prints after its end.
   */
  execute(code: string, onOutput: (message: Message) => void): Promise<Message["content"]>;
  /** Asks the kernel to end, and ends it and its children where it does not. */
  stop(): Promise<void>;
}

/** The kernel's process is gone, or never came up. */
export class KernelDied extends Error {
  override readonly name: string = "KernelDied";
}

/** Is "1" in the kernel's process, so that `show` knows that a picture must stand on its own. */
export const runnerVariable = "ERGODIC_NOTEBOOK_RUNNER";

/** It never answered: on a port of its own another program may be listening, whom our greeting has reached. */
class KernelSilent extends KernelDied {}

/** How long each attempt to start may take. A busy machine gets more time at every one. */
const startLimitsSeconds = [20, 40, 60];

/** Starts a kernel and resolves when it listens; rejects with KernelDied, or with the signal's reason. */
export async function startKernel({ folder, javascript = false, signal }: KernelOptions): Promise<Kernel> {
  const tslab = findTslab(folder);
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(tslab, folder, javascript, startLimitsSeconds[attempt - 1], signal);
    } catch (error) {
      // Between our finding a free port and the kernel's binding it, another program may have taken it.
      const onOthers = error instanceof KernelSilent || (error instanceof KernelDied && portTaken.test(error.message));
      if (attempt === startLimitsSeconds.length || !onOthers) throw error;
    }
  }
}

const portTaken = /EADDRINUSE|Address already in use/;

async function launch(
  tslab: string,
  folder: string,
  javascript: boolean,
  limitSeconds: number,
  signal?: AbortSignal,
): Promise<Kernel> {
  const connection = await freeConnection();
  const channels = await openChannels(connection, randomUUID());
  const temporary = await mkdtemp(join(tmpdir(), "ergodic-kernel-"));
  const connectionFile = join(temporary, "connection.json");
  const script = join(temporary, "start.cjs");
  await writeFile(connectionFile, JSON.stringify(connection), { mode: 0o600 });
  await writeFile(script, startScript(tslab, connectionFile, javascript));
  const child = spawn(process.execPath, [script], {
    cwd: folder,
    env: { ...process.env, [runnerVariable]: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own: Ctrl-C in the terminal reaches us alone, and what cells have started ends with the kernel.
    detached: process.platform !== "win32",
  });
  const words = lastWords(child, (text) => {
    // tslab survives a port that it cannot bind, deaf: its complaint is all there is to see.
    if (portTaken.test(text)) channels.fail(new KernelDied(`the kernel could not listen: ${text.trim()}`));
  });
  killAtExit(child);
  const onAbort = (): void => {
    channels.fail(signal?.reason);
    killGroup(child);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();

  const ended = new Promise<void>((settle) => {
    const onEnd = async (how: string): Promise<void> => {
      signal?.removeEventListener("abort", onAbort);
      // What the kernel had sent before it ended may still be on its way.
      await pause(100);
      channels.fail(new KernelDied(`the kernel ${how}${words()}`));
      killGroup(child);
      children.delete(child);
      channels.close();
      await rm(temporary, { recursive: true, force: true });
      settle();
    };
    child.once("error", (error) => onEnd(`could not be started: ${error.message}`));
    child.once("exit", (code, by) => onEnd(by === null ? `ended with exit code ${code}` : `was ended by ${by}`));
  });
  const late = setTimeout(() => {
    channels.fail(new KernelSilent(`the kernel did not answer within ${limitSeconds} seconds${words()}`));
  }, limitSeconds * 1000);
  try {
    const { language_info: languageInfo } = await channels.greet();
    return { languageInfo, execute: channels.execute, stop: () => end(child, channels, ended) };
  } catch (error) {
    killGroup(child);
    await ended;
    throw error;
  } finally {
    clearTimeout(late);
  }
}

async function end(child: ChildProcess, channels: Channels, ended: Promise<void>): Promise<void> {
  const endsWithin = async (ms: number): Promise<boolean> => {
    const timer = new AbortController();
    const late = pause(ms, false, { signal: timer.signal }).catch(() => false);
    const result = await Promise.race([ended.then(() => true), late]);
    timer.abort();
    return result;
  };
  if (child.exitCode === null && child.signalCode === null) {
    await channels.shutdown();
    // What cells left open keeps the process alive; SIGTERM still lets a browser driver close its browser.
    if (!(await endsWithin(1500))) child.kill("SIGTERM");
    if (!(await endsWithin(1000))) killGroup(child);
  }
  await ended;
}

// The tslab of the notebook's folder where it has one, since its cells are checked against that; else ours.
function findTslab(folder: string): string {
  const here = typeof __filename === "string" ? __filename : import.meta.url;
  for (const from of [resolve(folder, "cell.js"), here]) {
    try {
      return createRequire(from).resolve("tslab/dist/main.js");
    } catch {
      // The next place may have it.
    }
  }
  throw new Error(`the notebook runner needs the package tslab, which is not installed for ${folder}`);
}

// Starts tslab as its own command line does, with two additions.
// The thread ends the kernel, and whatever a cell has started, when we are gone without having said so (killed, crashed),
// even while a cell never lets go of the main thread. The publisher's settings let a cell print in a loop: by default
// zeromq refuses a message after some hundreds in a row, and tslab, which does not wait for it, loses the rest.
function startScript(tslab: string, connectionFile: string, javascript: boolean): string {
  const watch = `
    const end = () => {
      require("node:fs").rmSync(${JSON.stringify(dirname(connectionFile))}, { recursive: true, force: true });
      try { process.kill(-process.pid, "SIGKILL"); } catch { process.kill(process.pid, "SIGKILL"); }
    };
    setInterval(() => {
      if (process.ppid !== ${process.pid}) return end();
      try { process.kill(${process.pid}, 0); } catch { end(); }
    }, 500);`;
  return `"use strict";
    const { createRequire } = require("node:module");
    const { Worker } = require("node:worker_threads");
    new Worker(${JSON.stringify(watch)}, { eval: true }).unref();
    const tslab = ${JSON.stringify(tslab)};
    const { Publisher } = createRequire(tslab)("zeromq");
    const { bind } = Publisher.prototype;
    Object.defineProperty(Publisher.prototype, "bind", {
      value(address) {
        this.sendHighWaterMark = 0;
        this.sendTimeout = 0;
        return bind.call(this, address);
      },
    });
    require(tslab).startKernel({
      configPath: ${JSON.stringify(connectionFile)},
      jsKernel: ${javascript},
    });`;
}

async function freeConnection(): Promise<Connection> {
  const ip = "127.0.0.1";
  const [shell_port, iopub_port, control_port, stdin_port, hb_port] = await freePorts(ip, 5);
  const ports = { shell_port, iopub_port, control_port, stdin_port, hb_port };
  return { transport: "tcp", ip, signature_scheme: "hmac-sha256", key: randomUUID(), ...ports };
}

async function freePorts(ip: string, count: number): Promise<number[]> {
  const listening = (): Promise<Server> =>
    new Promise((settle, reject) => {
      const server = createServer().once("error", reject);
      server.listen(0, ip, () => settle(server));
    });
  // All are held until all are known, so that they differ.
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((settle) => server.close(settle))));
  return ports;
}

// What the process writes past the protocol: the end of it explains its death.
function lastWords(child: ChildProcess, onText: (text: string) => void): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-4000);
      onText(chunk);
    });
  }
  return () => (text.trim() === "" ? "" : `; its last words: ${text.trim()}`);
}

const children = new Set<ChildProcess>();

function killAtExit(child: ChildProcess): void {
  if (!process.listeners("exit").includes(killAll)) process.on("exit", killAll);
  children.add(child);
}

function killAll(): void {
  for (const child of children) killGroup(child);
}

// The kernel and every process of its group.
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // They are gone already.
  }
}
