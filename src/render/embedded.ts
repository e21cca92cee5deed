// The Chromium that the package `@sparticuz/chromium` carries, unpacked once per user: no download, no system browser, and
// no system libraries either, since the package also carries NSS and NSPR (meant for Amazon Linux 2023, good for any glibc).

import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeFolder } from "../platform/folder.js";
import { packageFile, packageMain } from "./packages.js";

export interface BrowserProgram {
  readonly executablePath: string;
  /** Added to the environment of the browser. */
  readonly env: Readonly<Record<string, string>>;
}

const name = "@sparticuz/chromium";

/**
 * Where the embedded browser lies, unpacked now if it was not before (some 200 MB, one or two seconds).
 * Throws where the package has no browser for this machine.
 */
export async function embeddedBrowser(): Promise<BrowserProgram> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `the browser that ${name} carries runs on Linux x64 only, this is ${process.platform} ${process.arch}`,
    );
  }
  const { version } = JSON.parse(await readFile(packageFile(name, "package.json"), "utf8")) as { version: string };
  const cache = await cacheFolder();
  const folder = join(cache, `chromium-${version}`);
  if (!(await isComplete(folder))) await unpack(cache, folder);
  const libraries = [join(folder, "al2023", "lib"), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
  return {
    executablePath: join(folder, "chromium"),
    env: { LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: join(folder, "fonts.conf") },
  };
}

/** Unpacks beside and renames, so that of two processes that do it at once both end with a whole folder. */
async function unpack(cache: string, folder: string): Promise<void> {
  await removeStale(cache);
  const partial = join(cache, `partial-${process.pid}-${randomUUID()}`);
  await mkdir(partial, { mode: 0o700 });
  try {
    await inflate(partial);
    await writeFile(join(partial, "fonts.conf"), fontConfiguration(folder));
    if (!(await isComplete(partial))) throw new Error(`${name} unpacked without its browser or libraries`);
    try {
      await rename(partial, folder);
    } catch (error) {
      // Another process was first; or there is a folder that somebody emptied, which gives way.
      if (!(await isComplete(folder))) {
        await rm(folder, { recursive: true, force: true });
        await rename(partial, folder).catch(async () => {
          if (!(await isComplete(folder))) throw error;
        });
      }
    }
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** In a process of its own: the package unpacks into the temporary folder of its environment, and its libraries only where it believes to run on Lambda. */
async function inflate(folder: string): Promise<void> {
  const script =
    "const found = require(process.argv[1]); (found.default ?? found).executablePath().catch((error) => { process.stderr.write(error.message); process.exitCode = 1; })";
  const env = { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x", NODE_OPTIONS: "" };
  try {
    await promisify(execFile)(process.execPath, ["-e", script, packageMain(name)], { env });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`${name} could not be unpacked into ${folder}: ${stderr || message}`, { cause: error });
  }
}

async function isComplete(folder: string): Promise<boolean> {
  const needed = ["chromium", "fonts.conf", join("al2023", "lib", "libnss3.so"), join("al2023", "lib", "libnspr4.so")];
  const found = await Promise.all(needed.map((file) => exists(join(folder, file))));
  return found.every(Boolean);
}

/** The package's own configuration names folders of Lambda; this one names ours, then the system's. */
function fontConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${escapeXml(join(folder, "fonts"))}</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>${escapeXml(join(folder, "fonts-cache"))}</cachedir>
</fontconfig>
`;
}

/** A folder that only this user can write: in the user's cache, else among the temporary files. */
async function cacheFolder(): Promise<string> {
  const home = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const refusals: string[] = [];
  for (const folder of [join(home, "ergodic"), join(tmpdir(), `ergodic-${userInfo().uid}`)]) {
    try {
      makeFolder(folder, 0o700);
      // Somebody else's folder of that name could hold somebody else's program.
      if ((await stat(folder)).uid !== userInfo().uid) throw new Error("it belongs to another user");
      const probe = join(folder, `probe-${randomUUID()}`);
      await writeFile(probe, "");
      await rm(probe);
      return folder;
    } catch (error) {
      refusals.push(`${folder} (${(error as Error).message})`);
    }
  }
  throw new Error(`no folder to unpack ${name} into: ${refusals.join("; ")}`);
}

/** What a process that was killed while unpacking left behind, an hour later. */
async function removeStale(cache: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    if (!entry.startsWith("partial-")) continue;
    const folder = join(cache, entry);
    const age = await stat(folder).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > 3_600_000) await rm(folder, { recursive: true, force: true });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
