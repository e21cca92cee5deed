// The few parts of the WebAssembly interface that the engine uses, typed here because the language's own library leaves them to
// the library of browsers.

/** The memory of instances; arrays on `buffer` see what they write. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** A compiled module; may be posted to other threads. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

export type WasmFunction = (...values: number[]) => number;

interface WasmInterface {
  readonly Memory: new (limits: { initial: number; maximum?: number; shared?: boolean }) => WasmMemory;
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: { env: Record<string, unknown> },
  ) => {
    readonly exports: Record<string, WasmFunction>;
  };
}

const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: WasmInterface };

const pageBytes = 65536;

/** The module of one function that makes a vector and drops it. */
const vectorProbe = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 17, 26, 11,
];
let vectors: boolean | undefined;

/** Whether this engine runs WebAssembly with vectors of 128 bits. */
export function hasVectors(): boolean {
  vectors ??= isValidModule(Uint8Array.from(vectorProbe));
  return vectors;
}

/** Whether this engine would compile the module; false where it has no WebAssembly. */
export function isValidModule(bytes: Uint8Array): boolean {
  return wasm?.validate(bytes) === true;
}

/** Pages that hold so many bytes; at least one. */
export function pagesFor(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / pageBytes));
}

/** Memory for one thread, all zeros. Throws a RangeError that says what was asked for where there is not so much. */
export function newMemory(pages: number): WasmMemory {
  try {
    return new wasm.Memory({ initial: pages });
  } catch (error) {
    throw new RangeError(`WebAssembly: no memory of ${pages * pageBytes} bytes: ${(error as Error).message}`);
  }
}

/** Makes a memory at least so long; its `buffer` may be another one then. Throws as `newMemory` does. */
export function growMemory(memory: WasmMemory, pages: number): void {
  const missing = pages - memory.buffer.byteLength / pageBytes;
  if (missing <= 0) return;
  try {
    memory.grow(missing);
  } catch (error) {
    throw new RangeError(`WebAssembly: no memory of ${pages * pageBytes} bytes: ${(error as Error).message}`);
  }
}

export function compileModule(bytes: Uint8Array): WasmModule {
  return new wasm.Module(bytes);
}

/** The exported functions of a module on this memory. */
export function instantiate(
  module: WasmModule,
  memory: WasmMemory,
  functions: Readonly<Record<string, (...values: number[]) => number>> = {},
): Record<string, WasmFunction> {
  return new wasm.Instance(module, { env: { memory, ...functions } }).exports;
}
