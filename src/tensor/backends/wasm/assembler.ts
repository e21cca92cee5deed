// An assembler for WebAssembly: functions are written as expressions with names a reader knows, and come out as the bytes of
// one module. Encodings: WebAssembly core specification 2.0, sections 5.2-5.5; SIMD and threads proposals.

export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** Instructions in the order they are encoded; nested, so that composing costs no copying. */
export type Code = readonly (number | Code)[];

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
  /** The bytes of the module. It imports its memory as `env.memory`. */
  encode(memory: { readonly pages: number; readonly shared: boolean }): Uint8Array;
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
    encode({ pages, shared }) {
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
      // A shared memory must state its maximum.
      const limits = shared ? [0x03, unsigned(pages), unsigned(65536)] : [0x00, unsigned(pages)];
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

// Numbers ---------------------------------------------------------------------------------------------------------------

type Unary = (a: Code) => Code;
type Binary = (a: Code, b: Code) => Code;

const unaryAt =
  (opcode: number): Unary =>
  (a) => [a, opcode];
const binaryAt =
  (opcode: number): Binary =>
  (a, b) => [a, b, opcode];
const simdUnary =
  (opcode: number): Unary =>
  (a) => [a, 0xfd, unsigned(opcode)];
const simdBinary =
  (opcode: number): Binary =>
  (a, b) => [a, b, 0xfd, unsigned(opcode)];

/** `align` is the log2 of the alignment promised. */
const memory = (opcode: Code, align: number, offset: number): Code => [opcode, unsigned(align), unsigned(offset)];

export const i32 = {
  constant: (value: number): Code => [0x41, signed(value)],
  add: binaryAt(0x6a),
  sub: binaryAt(0x6b),
  mul: binaryAt(0x6c),
  and: binaryAt(0x71),
  or: binaryAt(0x72),
  xor: binaryAt(0x73),
  shiftLeft: binaryAt(0x74),
  shiftRightSigned: binaryAt(0x75),
  shiftRightUnsigned: binaryAt(0x76),
  rotateLeft: binaryAt(0x77),
  equal: binaryAt(0x46),
  notEqual: binaryAt(0x47),
  isZero: unaryAt(0x45),
  lessSigned: binaryAt(0x48),
  lessUnsigned: binaryAt(0x49),
  greaterEqualUnsigned: binaryAt(0x4f),
  load: (address: Code, offset = 0): Code => [address, memory([0x28], 2, offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, memory([0x36], 2, offset)],
  /** Toward zero; saturates, NaN gives 0. */
  fromF64: (a: Code): Code => [a, 0xfc, 0x02],
  fromF32: (a: Code): Code => [a, 0xfc, 0x00],
} as const;

/** Scalar arithmetic of one precision. */
export interface ScalarFloat {
  readonly type: "f32" | "f64";
  readonly bytes: 4 | 8;
  constant(value: number): Code;
  load(address: Code, offset?: number): Code;
  store(address: Code, value: Code, offset?: number): Code;
  readonly abs: Unary;
  readonly neg: Unary;
  readonly ceil: Unary;
  readonly floor: Unary;
  readonly truncate: Unary;
  /** To the nearest whole number, ties to even. */
  readonly nearest: Unary;
  readonly sqrt: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly min: Binary;
  readonly max: Binary;
  readonly copySign: Binary;
  readonly equal: Binary;
  readonly notEqual: Binary;
  readonly less: Binary;
  readonly greater: Binary;
  readonly lessEqual: Binary;
  readonly greaterEqual: Binary;
  readonly fromI32: Unary;
}

export const f32: ScalarFloat = {
  type: "f32",
  bytes: 4,
  constant: (value) => [0x43, bytesOf(new Float32Array([value]))],
  load: (address, offset = 0) => [address, memory([0x2a], 2, offset)],
  store: (address, value, offset = 0) => [address, value, memory([0x38], 2, offset)],
  ...scalarOperations(0x8b, 0x5b),
  fromI32: unaryAt(0xb2),
};

export const f64: ScalarFloat = {
  type: "f64",
  bytes: 8,
  constant: (value) => [0x44, bytesOf(new Float64Array([value]))],
  load: (address, offset = 0) => [address, memory([0x2b], 3, offset)],
  store: (address, value, offset = 0) => [address, value, memory([0x39], 3, offset)],
  ...scalarOperations(0x99, 0x61),
  fromI32: unaryAt(0xb7),
};

/** f32 rounded from f64, and back. */
export const demote: Unary = unaryAt(0xb6);
export const promote: Unary = unaryAt(0xbb);

/** The float operations lie in one order in both precisions, from `abs` and from `equal` on. */
function scalarOperations(abs: number, equal: number) {
  return {
    abs: unaryAt(abs),
    neg: unaryAt(abs + 1),
    ceil: unaryAt(abs + 2),
    floor: unaryAt(abs + 3),
    truncate: unaryAt(abs + 4),
    nearest: unaryAt(abs + 5),
    sqrt: unaryAt(abs + 6),
    add: binaryAt(abs + 7),
    sub: binaryAt(abs + 8),
    mul: binaryAt(abs + 9),
    div: binaryAt(abs + 10),
    min: binaryAt(abs + 11),
    max: binaryAt(abs + 12),
    copySign: binaryAt(abs + 13),
    equal: binaryAt(equal),
    notEqual: binaryAt(equal + 1),
    less: binaryAt(equal + 2),
    greater: binaryAt(equal + 3),
    lessEqual: binaryAt(equal + 4),
    greaterEqual: binaryAt(equal + 5),
  };
}

// Vectors ---------------------------------------------------------------------------------------------------------------

/** 128 bits, whatever they stand for. */
export const v128 = {
  load: (address: Code, offset = 0, align = 2): Code => [address, memory([0xfd, 0x00], align, offset)],
  store: (address: Code, value: Code, offset = 0, align = 2): Code => [
    address,
    value,
    memory([0xfd, 0x0b], align, offset),
  ],
  /** 8 bytes into the lower half, zeros above. */
  load64Zero: (address: Code, offset = 0): Code => [address, memory([0xfd, 0x5d], 2, offset)],
  /** `vector` with lane `lane` of so many bytes read from memory. */
  loadLane: (bytes: 4 | 8, lane: number, address: Code, vector: Code, offset = 0): Code => [
    address,
    vector,
    memory([0xfd, bytes === 4 ? 0x56 : 0x57], 2, offset),
    lane,
  ],
  storeLane: (bytes: 4 | 8, lane: number, address: Code, vector: Code, offset = 0): Code => [
    address,
    vector,
    memory([0xfd, bytes === 4 ? 0x5a : 0x5b], 2, offset),
    lane,
  ],
  constant: (bytes: ArrayLike<number>): Code => [0xfd, 0x0c, Array.from(bytes)],
  not: simdUnary(0x4d),
  and: simdBinary(0x4e),
  /** `a` and not `b` */
  andNot: simdBinary(0x4f),
  or: simdBinary(0x50),
  xor: simdBinary(0x51),
  /** Bits of `yes` where those of `mask` are set. */
  bitSelect: (mask: Code, yes: Code, no: Code): Code => [yes, no, mask, 0xfd, unsigned(0x52)],
  anyTrue: simdUnary(0x53),
  /** Byte `lanes[i]` of `a` followed by `b` becomes byte i. */
  shuffle: (a: Code, b: Code, lanes: readonly number[]): Code => [a, b, 0xfd, 0x0d, lanes],
} as const;

export const i8x16 = {
  /** Byte `indices[i]` of `a` becomes byte i; 0 where the index is 16 or more. */
  swizzle: simdBinary(0x0e),
  add: simdBinary(0x6e),
} as const;

export const i32x4 = {
  splat: simdUnary(0x11),
  add: simdBinary(0xae),
  sub: simdBinary(0xb1),
  shiftLeft: simdBinary(0xab),
  shiftRightSigned: simdBinary(0xac),
  shiftRightUnsigned: simdBinary(0xad),
  equal: simdBinary(0x37),
  greaterSigned: simdBinary(0x3b),
  /** Of f32x4, toward zero; saturates, NaN gives 0. */
  fromF32x4: simdUnary(0xf8),
  /** Of f64x2, toward zero, into the lower two lanes; the upper are 0. */
  fromF64x2: simdUnary(0xfc),
  extractLane: (lane: number, a: Code): Code => [a, 0xfd, 0x1b, lane],
} as const;

export const i64x2 = {
  splat: simdUnary(0x12),
  add: simdBinary(0xce),
  sub: simdBinary(0xd1),
  /** The lower 64 bits of the products. */
  mul: simdBinary(0xd5),
  shiftLeft: simdBinary(0xcb),
  shiftRightSigned: simdBinary(0xcc),
  shiftRightUnsigned: simdBinary(0xcd),
  equal: simdBinary(0xd6),
  greaterSigned: simdBinary(0xdb),
  /** The lower two of four i32 lanes, sign-extended. */
  fromLowI32x4: simdUnary(0xc7),
} as const;

/** Vector arithmetic of one precision. Comparisons give all-ones lanes where true. */
export interface VectorFloat {
  readonly scalar: ScalarFloat;
  readonly lanes: 2 | 4;
  constant(value: number): Code;
  readonly splat: Unary;
  extractLane(lane: number, a: Code): Code;
  replaceLane(lane: number, a: Code, value: Code): Code;
  /** One number from memory in all lanes. */
  loadSplat(address: Code, offset?: number): Code;
  readonly abs: Unary;
  readonly neg: Unary;
  readonly sqrt: Unary;
  readonly ceil: Unary;
  readonly floor: Unary;
  readonly truncate: Unary;
  readonly nearest: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  readonly min: Binary;
  readonly max: Binary;
  /** `b < a ? b : a` and `a < b ? b : a`: one instruction each, unlike `min` and `max`; where either is NaN they give `a`. */
  readonly lesserOf: Binary;
  readonly greaterOf: Binary;
  readonly equal: Binary;
  readonly notEqual: Binary;
  readonly less: Binary;
  readonly greater: Binary;
  readonly lessEqual: Binary;
  readonly greaterEqual: Binary;
  /** `a * b + c` rounded once or twice as the machine likes; needs relaxed SIMD. */
  multiplyAdd(a: Code, b: Code, c: Code): Code;
}

export const f32x4: VectorFloat = {
  scalar: f32,
  lanes: 4,
  constant: (value) => v128.constant(bytesOf(new Float32Array(4).fill(value))),
  splat: simdUnary(0x13),
  extractLane: (lane, a) => [a, 0xfd, 0x1f, lane],
  replaceLane: (lane, a, value) => [a, value, 0xfd, 0x20, lane],
  loadSplat: (address, offset = 0) => [address, memory([0xfd, 0x09], 2, offset)],
  ceil: simdUnary(0x67),
  floor: simdUnary(0x68),
  truncate: simdUnary(0x69),
  nearest: simdUnary(0x6a),
  ...vectorOperations(0xe0, 0x41),
  multiplyAdd: (a, b, c) => [a, b, c, 0xfd, unsigned(0x105)],
};

export const f64x2: VectorFloat = {
  scalar: f64,
  lanes: 2,
  constant: (value) => v128.constant(bytesOf(new Float64Array(2).fill(value))),
  splat: simdUnary(0x14),
  extractLane: (lane, a) => [a, 0xfd, 0x21, lane],
  replaceLane: (lane, a, value) => [a, value, 0xfd, 0x22, lane],
  loadSplat: (address, offset = 0) => [address, memory([0xfd, 0x0a], 3, offset)],
  ceil: simdUnary(0x74),
  floor: simdUnary(0x75),
  truncate: simdUnary(0x7a),
  nearest: simdUnary(0x94),
  ...vectorOperations(0xec, 0x47),
  multiplyAdd: (a, b, c) => [a, b, c, 0xfd, unsigned(0x107)],
};

/** Of f64x2 into the lower two lanes of f32x4 (the upper are 0), and the lower two of f32x4 as f64x2. */
export const demoteLow: Unary = simdUnary(0x5e);
export const promoteLow: Unary = simdUnary(0x5f);

function vectorOperations(abs: number, equal: number) {
  return {
    abs: simdUnary(abs),
    neg: simdUnary(abs + 1),
    sqrt: simdUnary(abs + 3),
    add: simdBinary(abs + 4),
    sub: simdBinary(abs + 5),
    mul: simdBinary(abs + 6),
    div: simdBinary(abs + 7),
    min: simdBinary(abs + 8),
    max: simdBinary(abs + 9),
    lesserOf: simdBinary(abs + 10),
    greaterOf: simdBinary(abs + 11),
    equal: simdBinary(equal),
    notEqual: simdBinary(equal + 1),
    less: simdBinary(equal + 2),
    greater: simdBinary(equal + 3),
    lessEqual: simdBinary(equal + 4),
    greaterEqual: simdBinary(equal + 5),
  };
}

// Bytes -----------------------------------------------------------------------------------------------------------------

function localAt(index: number, type: ValueType): Local {
  const at = unsigned(index);
  return {
    type,
    get: [0x20, at],
    set: (value) => [value, 0x21, at],
    tee: (value) => [value, 0x22, at],
  };
}

/** LEB128 without sign. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** LEB128 with sign, of an i32. */
function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

function bytesOf(numbers: Float32Array | Float64Array): number[] {
  return Array.from(new Uint8Array(numbers.buffer));
}

function list(items: readonly (number | Code)[]): Code {
  return [unsigned(items.length), ...items];
}

function text(name: string): Code {
  return list(Array.from(new TextEncoder().encode(name)));
}

function section(id: number, content: Code): Code {
  const bytes = flat(content);
  return [id, unsigned(bytes.length), bytes];
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

function flat(code: Code): number[] {
  const bytes: number[] = [];
  const visit = (part: Code): void => {
    for (const item of part) {
      if (typeof item === "number") bytes.push(item);
      else visit(item);
    }
  };
  visit(code);
  return bytes;
}
