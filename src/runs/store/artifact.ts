// Artifacts: folders that are there whole or not at all. They are made under another name beside their own, get a manifest with the
// digest of every file, and are renamed; whoever reads one checks what was read.

import { createHash } from "node:crypto";
import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileStorage } from "../../platform/file-storage.js";
import { makeFolder } from "../../platform/folder.js";
import { FORMAT } from "./identity.js";

/** What differs from one making to the next; it is in no manifest. */
export const TIMING = "timing.json";
const MANIFEST = "manifest.json";

/** Why an artifact cannot be used. */
export class DamagedArtifact extends Error {
  override readonly name: string = "DamagedArtifact";
}

interface Manifest {
  readonly format: number;
  /** SHA-256 by path. */
  readonly files: Readonly<Record<string, string>>;
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return false;
      throw error;
    },
  );
}

/** The folder in which an artifact is made. What an earlier process left there is still there. */
export async function openPartial(folder: string): Promise<string> {
  const partial = `${folder}.partial`;
  makeFolder(partial);
  return partial;
}

/** Writes a file whole or not at all. */
export async function writeFileWhole(path: string, content: string | Uint8Array): Promise<void> {
  makeFolder(dirname(path));
  await fileStorage.write(path, [typeof content === "string" ? new TextEncoder().encode(content) : content]);
}

/** Gives the finished folder its manifest and its name. */
export async function commitArtifact(folder: string): Promise<void> {
  const partial = `${folder}.partial`;
  const files: Record<string, string> = {};
  for (const path of await filesBelow(partial)) {
    if (path !== TIMING && path !== MANIFEST) files[path] = digestOf(await readFile(join(partial, path)));
  }
  const manifest: Manifest = { format: FORMAT, files };
  await writeFileWhole(join(partial, MANIFEST), json(manifest));
  await rename(partial, folder);
  await keepEntry(dirname(folder));
}

/** Removes from a folder what a killed process left there, but for the entries of these names. */
export async function keepOnly(folder: string, names: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!names.includes(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Drops what was begun. */
export async function discardPartial(folder: string): Promise<void> {
  await rm(`${folder}.partial`, { recursive: true, force: true }).catch((error: NodeJS.ErrnoException) => {
    // A file is where the folder around it should be: whoever makes that says so.
    if (error.code !== "ENOTDIR") throw error;
  });
}

/**
 * Checks every file that the manifest names, or these alone. Throws a DamagedArtifact that names the first that is missing or changed; resolves to
 * false where there is no such folder.
 */
export async function checkArtifact(folder: string, only?: readonly string[]): Promise<boolean> {
  if (!(await exists(folder))) return false;
  const advice = "remove the folder to have it made again";
  const text = (await contentOf(join(folder, MANIFEST)))?.toString();
  if (text === undefined) throw new DamagedArtifact(`${folder} is half written: it has no ${MANIFEST}; ${advice}`);
  const manifest = parsed<Manifest>(text);
  if (manifest?.files === undefined || typeof manifest.files !== "object" || manifest.files === null) {
    throw new DamagedArtifact(`${join(folder, MANIFEST)} cannot be read; ${advice}`);
  }
  if (manifest.format !== FORMAT) {
    throw new DamagedArtifact(`${folder} has format ${manifest.format}, and this version reads ${FORMAT}; ${advice}`);
  }
  for (const path of only ?? Object.keys(manifest.files)) {
    const bytes = await contentOf(join(folder, path));
    if (bytes === undefined) throw new DamagedArtifact(`${join(folder, path)} is missing; ${advice}`);
    if (digestOf(bytes) !== manifest.files[path])
      throw new DamagedArtifact(`${join(folder, path)} is damaged; ${advice}`);
  }
  return true;
}

/** JSON as artifacts have it. Numbers that are not finite become null, as JSON has no word for them. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What a file of an artifact holds. */
export async function readJson<T>(path: string): Promise<T> {
  const advice = "remove its folder to have it made again";
  const bytes = await contentOf(path);
  if (bytes === undefined) throw new DamagedArtifact(`${path} is missing; ${advice}`);
  const value = parsed<T>(bytes.toString());
  if (value === undefined) throw new DamagedArtifact(`${path} cannot be read; ${advice}`);
  return value;
}

/** When the artifact was finished, ISO 8601. */
export async function finishedAt(folder: string): Promise<string> {
  const path = join(folder, TIMING);
  const { finished } = (await readJson<{ finished?: unknown } | null>(path)) ?? {};
  if (typeof finished !== "string") {
    throw new DamagedArtifact(`${path} does not say when; remove its folder to have it made again`);
  }
  return finished;
}

/** Undefined where there is no such file. What cannot be read is another matter: removing it would be bad advice. */
async function contentOf(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(error.code ?? "")) return undefined;
    throw error;
  });
}

/** The numbers that were not finite, where the file has null. */
export function denull<T extends object>(record: T): T {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key,
      value === null ? Number.NaN : Array.isArray(value) ? value.map((item) => item ?? Number.NaN) : value,
    ]),
  ) as T;
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Paths of all files, sorted, with `/` between their parts. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

// The new name itself reaches the disk with its folder. Not every system lets a folder be opened; then the name follows in time.
async function keepEntry(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {}
}
