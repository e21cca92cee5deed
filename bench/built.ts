// The package as its users get it: the build in `dist/`, with the types of the source. Run `npm run build` first.

import { existsSync } from "node:fs";

/** Where the package's build lies; `file` is a path below `dist/`. Throws where there is none. */
export function built(file: string): URL {
  const url = new URL(`../dist/${file}`, import.meta.url);
  if (!existsSync(url)) throw new Error(`bench: dist/${file} is missing; run npm run build first`);
  return url;
}

export async function importBuilt(): Promise<typeof import("../src/index.js")> {
  return import(built("index.js").href);
}
