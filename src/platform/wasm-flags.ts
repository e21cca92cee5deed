// The flags by which V8 gives WebAssembly more than the standard. They may be set while the program runs, and hold for all modules that
// are compiled later. An unknown flag makes V8 complain on the program's error stream, so versions are looked at first.

import { setFlagsFromString } from "node:v8";
import type { WasmExtension } from "./platform.js";

/** The engine that runs the program. */
export interface Engine {
  /** V8's version, such as "11.3.244.8-node.38"; undefined where the engine is another. */
  readonly v8: string | undefined;
  /** The processor's architecture, as `process.arch` has it. */
  readonly arch: string;
  setFlag(flag: string): void;
}

const here: Engine = { v8: process.versions.v8, arch: process.arch, setFlag: setFlagsFromString };

/** See `Platform`. */
export function extendWasm(extension: WasmExtension, engine: Engine = here): string | undefined {
  const { v8, arch, setFlag } = engine;
  const version = /^(\d+)\.(\d+)/.exec(v8 ?? "");
  if (version === null) return "the JavaScript engine is not V8";
  const isAtLeast = (major: number, minor: number): boolean =>
    Number(version[1]) > major || (Number(version[1]) === major && Number(version[2]) >= minor);
  const set = (flag: string): string | undefined => {
    try {
      setFlag(flag);
      return undefined;
    } catch (error) {
      return `V8's flag ${flag} cannot be set: ${(error as Error).message}`;
    }
  };
  if (extension === "relaxedSimd") {
    // From 11.4 on it needs no flag: where it is missing there, something else forbids it.
    if (isAtLeast(11, 4)) return `V8 ${v8} has it by itself, but not in this process or on this machine`;
    // The instruction got its present number in 2022.
    if (!isAtLeast(11, 0)) return `V8 ${v8} is older than the standard's instructions`;
    return set("--experimental-wasm-relaxed-simd");
  }
  if (!isAtLeast(13, 6)) return `V8 ${v8} does not; Node 24 brings the first one that is known to`;
  if (arch !== "x64") return `V8 does so on x64 only, and this is ${arch}`;
  return set("--experimental-wasm-revectorize");
}
