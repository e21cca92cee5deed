// Energies that a module exports: any code can thereby run in threads, for each of them imports the module itself.

import { refuse } from "../arguments/index.js";
import type { Energy, EnergySource } from "./energy.js";
import { isEnergy } from "./is-energy.js";

/** The data behind an energy that a module exports. */
export interface ModuleSource extends EnergySource {
  readonly kind: "module";
  readonly url: string;
  readonly exportName: string;
}

/**
 * The energy that a module exports under `exportName`: an energy, or a function without arguments that returns one or a promise of
 * one. Worker threads import the module again, so it must decide the energy by itself.
 *
 * `url` is absolute, such as `new URL("./energy.js", import.meta.url)` or, in a notebook, `pathToFileURL("energy.mjs")`, or names a
 * package. Rejects where the module cannot be loaded, has no such export, or exports something else.
 * @example
 * // well.mjs: export const well = energyFromGradient(1, (q, g) => { g[0] = q[0] ** 3; return q[0] ** 4 / 4; });
 * const well = await energyFromModule(pathToFileURL("well.mjs"), "well");
 * await sample(well, hmc(), { workers: 2 });
 */
export function energyFromModule(url: string | URL, exportName: string): Promise<Energy> {
  return energyFromModuleSource({ kind: "module", url: absolute(url), exportName });
}

/** Rebuilds a module's energy from its data. */
export async function energyFromModuleSource(source: ModuleSource): Promise<Energy> {
  const { url, exportName } = source;
  const exports = await load(url);
  if (!(exportName in exports)) {
    const names = Object.keys(exports).join(", ") || "nothing";
    throw new RangeError(`energyFromModule: ${url} has no export ${JSON.stringify(exportName)}; it exports ${names}`);
  }
  const exported = exports[exportName];
  const energy: unknown = typeof exported === "function" ? await exported() : exported;
  if (!isEnergy(energy)) {
    refuse("energyFromModule", `${exportName} of ${url}`, "an energy or a function that returns one", energy);
  }
  // Written out, for an energy may be an instance of a class, whose methods a spread would lose.
  return {
    dim: energy.dim,
    names: energy.names,
    value: (q) => energy.value(q),
    valueAndGradient: (q, gradient) => energy.valueAndGradient(q, gradient),
    exact: energy.exact,
    stochastic: energy.stochastic,
    observables: energy.observables,
    graph: energy.graph,
    transform: energy.transform,
    source,
  };
}

async function load(url: string): Promise<Record<string, unknown>> {
  try {
    return await import(url);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`energyFromModule: ${url} could not be loaded: ${message}`, { cause: error });
  }
}

// A relative path would be taken from this library's own folder.
function absolute(url: string | URL): string {
  const text = url instanceof URL ? url.href : url;
  if (typeof text !== "string" || text === "" || text.startsWith(".")) {
    refuse(
      "energyFromModule",
      "url",
      "an absolute URL or a package's name (a relative path has no place to start from)",
      url,
    );
  }
  return text;
}
