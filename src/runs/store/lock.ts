// One process at a time makes an artifact: a file in `.locks` says which. The lock of a process that is no more is taken over.

import { randomUUID } from "node:crypto";
import { link, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makeFolder } from "../../platform/folder.js";

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Tells two locks of one process apart, and one process from another that has got its number. */
  readonly token: string;
}

const POLL_MS = 50;
const FOLDER = ".locks";

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Told once with the process that is waited for. */
  readonly onWait?: (pid: number) => void;
}

/**
 * Does `work` while no other process, and nobody else in this one, holds the lock of this name below `root`; waits for its turn. Rejects
 * with the signal's reason where it is aborted meanwhile.
 */
export async function withLock<T>(
  root: string,
  name: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const folder = join(root, FOLDER);
  const path = join(folder, name);
  const owner: Owner = { pid: process.pid, host: hostname(), token: randomUUID() };
  makeFolder(folder);
  held.add(owner.token);
  try {
    await acquire(path, owner, options);
    try {
      return await work();
    } finally {
      if ((await ownerOf(path))?.token === owner.token) await rm(path, { force: true });
    }
  } finally {
    held.delete(owner.token);
  }
}

/** Removes what processes that were killed have left. */
export async function removeDeadLocks(root: string): Promise<void> {
  const folder = join(root, FOLDER);
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names) {
    const path = join(folder, name);
    const owner = await ownerOf(path);
    if (owner === undefined || isAlive(owner)) continue;
    await takeAway(path, owner, join(folder, `${name}.${randomUUID()}`));
  }
}

/** Tokens of this process that are not yet given up. */
const held = new Set<string>();

async function acquire(path: string, owner: Owner, { signal, onWait }: LockOptions): Promise<void> {
  // Written elsewhere and linked: the lock is never there without saying whose it is.
  const mine = `${path}.${owner.token}`;
  await writeFile(mine, JSON.stringify(owner));
  let told = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (await linked(mine, path)) return;
      const other = await ownerOf(path);
      if (other !== undefined && !isAlive(other)) await takeAway(path, other, mine);
      else {
        if (!told && other !== undefined && other.pid !== owner.pid) onWait?.(other.pid);
        told = true;
        await pause(POLL_MS, undefined, { signal });
      }
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Removes the lock of a process that ended, and no other: two that find it at once must not remove each other's. */
async function takeAway(path: string, dead: Owner, mine: string): Promise<void> {
  const aside = `${mine}.aside`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if ((await ownerOf(aside))?.token !== dead.token) await linked(aside, path);
  await rm(aside, { force: true });
}

/** Undefined where there is no lock any more. A file that is none stands for a process that is no more. */
async function ownerOf(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { pid, host, token } = JSON.parse(text) as Owner;
    return { pid, host, token };
  } catch {
    return { pid: 0, host: hostname(), token: "" };
  }
}

/** Of another machine nobody knows; its lock is waited for. */
function isAlive({ pid, host, token }: Owner): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return held.has(token);
  // Other numbers mean groups of processes.
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
