// Finds files of installed packages, the same way from the sources, from the ES module build and from the CommonJS one.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The absolute path of a file inside an installed package: `packageFile("plotly.js", "dist/plotly.min.js")`. */
export function packageFile(name: string, file: string): string {
  return join(packageFolder(name), file);
}

/** The absolute path of what `require(name)` loads. */
export function packageMain(name: string): string {
  // The CommonJS build has no `import.meta.url`. The other way round will not do: `node -e` has a `__filename` that is no file.
  return createRequire(import.meta.url ?? __filename).resolve(name);
}

function packageFolder(name: string): string {
  // By way of the main file: `package.json` itself is hidden where a package lists its exports.
  const main = packageMain(name);
  const mark = join("node_modules", ...name.split("/"));
  const at = main.lastIndexOf(mark);
  if (at < 0) return dirname(dirname(main));
  return main.slice(0, at + mark.length);
}
