// Browsers that are installed on this machine, under their usual names and in their usual places.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const commands = [
  "google-chrome-stable",
  "google-chrome",
  "chromium",
  "chromium-browser",
  "microsoft-edge-stable",
  "microsoft-edge",
];

const applications = ["Google Chrome", "Chromium", "Microsoft Edge"];

const windowsPrograms = [
  "Google\\Chrome\\Application\\chrome.exe",
  "Chromium\\Application\\chrome.exe",
  "Microsoft\\Edge\\Application\\msedge.exe",
];

/** The installed Chrome, Chromium and Edge, best first; empty where there is none. */
export function installedBrowsers(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  exists: (path: string) => boolean = existsSync,
): string[] {
  return [...new Set(candidates(platform, env))].filter(exists);
}

function candidates(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (platform === "darwin") {
    return ["/Applications", join(homedir(), "Applications")].flatMap((folder) =>
      applications.map((name) => `${folder}/${name}.app/Contents/MacOS/${name}`),
    );
  }
  if (platform === "win32") {
    const folders = [env.ProgramFiles, env["ProgramFiles(x86)"], env.LOCALAPPDATA].filter(
      (folder) => folder !== undefined,
    );
    return windowsPrograms.flatMap((program) => folders.map((folder) => `${folder}\\${program}`));
  }
  const folders = [...(env.PATH ?? "").split(delimiter).filter(Boolean), "/usr/bin", "/opt/google/chrome", "/snap/bin"];
  return [
    ...commands.flatMap((command) => folders.map((folder) => join(folder, command))),
    "/opt/google/chrome/chrome",
  ];
}
