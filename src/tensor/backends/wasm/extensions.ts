// What WebAssembly can do beyond the standard where it is asked to: relaxed SIMD, which V8 has by itself from 11.4 on and by a flag before,
// and vectors of 128 bits computed in pairs. A module that needs the first is not valid without; the second changes no module.

import { installedPlatform, type Platform } from "../../../platform/platform.js";
import type { Arithmetic } from "../../graph.js";
import { f32x4, moduleWriter, v128 } from "./assembler.js";
import { isValidModule } from "./instance.js";

let relaxed = false;

/** Whether modules with `multiplyAdd` are valid now. What is valid once stays so. */
function hasRelaxedSimd(): boolean {
  relaxed ||= isValidModule(multiplyAddModule());
  return relaxed;
}

/** The module of one function, which does a multiply-add in memory. */
function multiplyAddModule(): Uint8Array {
  const module = moduleWriter();
  module.function({ parameters: ["i32"] }, (f) => {
    const at = f.parameter(0).get;
    f.add(v128.store(at, f32x4.multiplyAdd(v128.load(at), v128.load(at, 16), v128.load(at, 32))));
  });
  return module.encode(1);
}

/**
 * Makes possible what this arithmetic needs, in the whole process. Throws an Error that names the option and says why where it cannot be
 * had. A thread without a platform has what the process that started it made possible.
 */
export function requireExtensions(
  where: string,
  { fma, wideVectors }: Arithmetic = {},
  platform: Platform | undefined = installedPlatform(),
): void {
  if (fma && !hasRelaxedSimd()) {
    const reason = platform?.extendWasm("relaxedSimd") ?? (hasRelaxedSimd() ? undefined : "it is not valid here");
    if (reason !== undefined) throw new Error(`${where}: fma needs the relaxed SIMD of WebAssembly: ${reason}`);
  }
  if (wideVectors) {
    const reason = platform?.extendWasm("wideVectors");
    if (reason !== undefined) throw new Error(`${where}: wideVectors needs an engine that pairs vectors: ${reason}`);
  }
}
