// An assembler for WebAssembly: functions are written as expressions with names a reader knows, and come out as the bytes of
// one module. Encodings: WebAssembly core specification 2.0, sections 5.2-5.5; SIMD and threads proposals.
// This file has modules, functions and control; what computes is in `instructions.ts` and comes with it.

import { type Code, flat, list, section, text, unsigned } from "./encoding.js";
import { i32 } from "./instructions.js";

export type { Code } from "./encoding.js";
export * from "./instructions.js";

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

const typeBytes: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** A local variable or parameter of one function. */
export interface Local {
  readonly type: ValueType;
  /** Its value. */
  readonly get: Code;
  set(value: Code): Code;
  /** Sets it and leaves the value. */
  tee(value: Code): Code;
}

export interface FunctionWriter {
  parameter(index: number): Local;
  local(type: ValueType): Local;
  /** Adds statements to the body, in order. */
  add(...statements: readonly Code[]): void;
}

export interface FunctionSignature {
  readonly parameters?: readonly ValueType[];
  readonly results?: readonly ValueType[];
  /** Exported under this name. */
  readonly name?: string;
}

/** A function of the module being written; `call` encodes a call with these arguments. */
export interface FunctionReference {
  call(...values: readonly Code[]): Code;
}

export interface ModuleWriter {
  /** A function given at instantiation as `env.<name>`; declared before all written ones, for it is numbered before them. */
  imported(name: string, signature: Omit<FunctionSignature, "name">): FunctionReference;
  /** Declares a function and writes its body at once; the body may call what was declared before, and itself. */
  function(signature: FunctionSignature, body: (f: FunctionWriter, self: FunctionReference) => void): FunctionReference;
  /** The bytes of the module. It imports its memory, of so many pages at least, as `env.memory`. */
  encode(pages: number): Uint8Array;
}

export function moduleWriter(): ModuleWriter {
  const functions: { signature: FunctionSignature; locals: ValueType[]; body: Code[] }[] = [];
  const imports: { name: string; signature: FunctionSignature }[] = [];
  return {
    imported(name, signature) {
      if (functions.length > 0) throw new Error(`moduleWriter: ${name} must be imported before functions are written`);
      const index = imports.length;
      imports.push({ name, signature });
      return { call: (...values) => [...values, 0x10, unsigned(index)] };
    },
    function(signature, write) {
      const index = imports.length + functions.length;
      const { parameters = [] } = signature;
      const record = { signature, locals: [] as ValueType[], body: [] as Code[] };
      functions.push(record);
      const reference: FunctionReference = { call: (...values) => [...values, 0x10, unsigned(index)] };
      write(
        {
          parameter: (i) => localAt(i, parameters[i]),
          local(type) {
            record.locals.push(type);
            return localAt(parameters.length + record.locals.length - 1, type);
          },
          add: (...statements) => {
            record.body.push(...statements);
          },
        },
        reference,
      );
      return reference;
    },
    encode(pages) {
      const types = new Map<string, number>();
      const typeCodes: Code[] = [];
      const typeOf = ({ parameters = [], results = [] }: FunctionSignature): number => {
        const key = `${parameters} -> ${results}`;
        let index = types.get(key);
        if (index === undefined) {
          index = types.size;
          types.set(key, index);
          typeCodes.push([0x60, list(parameters.map(typeByte)), list(results.map(typeByte))]);
        }
        return index;
      };
      const importCodes = imports.map(({ name, signature }) => [
        text("env"),
        text(name),
        0x00,
        unsigned(typeOf(signature)),
      ]);
      const declared = functions.map(({ signature }) => unsigned(typeOf(signature)));
      const exported = functions.flatMap(({ signature: { name } }, index) =>
        name === undefined ? [] : [[text(name), 0x00, unsigned(imports.length + index)]],
      );
      const bodies = functions.map(({ locals, body }) => {
        const bytes = flat([list(runs(locals)), body, 0x0b]);
        return [unsigned(bytes.length), bytes];
      });
      const limits = [0x00, unsigned(pages)];
      return Uint8Array.from(
        flat([
          [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
          section(1, list(typeCodes)),
          section(2, list([[text("env"), text("memory"), 0x02, limits], ...importCodes])),
          section(3, list(declared)),
          section(7, list(exported)),
          section(10, list(bodies)),
        ]),
      );
    },
  };
}

// Control ---------------------------------------------------------------------------------------------------------------

/** Code out of which `br(depth)` jumps. */
export const block = (...body: readonly Code[]): Code => [0x02, 0x40, ...body, 0x0b];
/** Code to whose beginning `br(depth)` jumps; without a jump it runs once. */
export const loop = (...body: readonly Code[]): Code => [0x03, 0x40, ...body, 0x0b];
export const br = (depth: number): Code => [0x0c, unsigned(depth)];
export const brIf = (depth: number, condition: Code): Code => [condition, 0x0d, unsigned(depth)];
export const when = (condition: Code, then: readonly Code[], otherwise: readonly Code[] = []): Code =>
  otherwise.length === 0
    ? [condition, 0x04, 0x40, ...then, 0x0b]
    : [condition, 0x04, 0x40, ...then, 0x05, ...otherwise, 0x0b];
export const drop = (value: Code): Code => [value, 0x1a];
/** `yes` where the i32 condition is not 0. Both are computed. */
export const select = (condition: Code, yes: Code, no: Code): Code => [yes, no, condition, 0x1b];

/**
 * Runs `body` for `counter` = `from`, `from + by`, ... below `to`, with `to - from` a positive multiple of `by` (the test is at the end).
 * The counter is an i32 local.
 */
export function countedLoop(counter: Local, from: Code, to: Code, by: number, body: readonly Code[]): Code {
  return [
    counter.set(from),
    loop(...body, brIf(0, i32.lessUnsigned(counter.tee(i32.add(counter.get, i32.constant(by))), to))),
  ];
}

function localAt(index: number, type: ValueType): Local {
  const at = unsigned(index);
  return {
    type,
    get: [0x20, at],
    set: (value) => [value, 0x21, at],
    tee: (value) => [value, 0x22, at],
  };
}

function typeByte(type: ValueType): number {
  return typeBytes[type];
}

/** Locals of one type after one another are declared together. */
function runs(locals: readonly ValueType[]): Code[] {
  const result: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = result[result.length - 1];
    if (last?.type === type) last.count++;
    else result.push({ type, count: 1 });
  }
  return result.map(({ type, count }) => [unsigned(count), typeBytes[type]]);
}
