// The instructions that compute: scalars and vectors of both precisions, with names that a reader knows. Encodings: specification
// 2.0, sections 5.4.6 to 5.4.8, and the relaxed-SIMD proposal for `multiplyAdd`.

import { bytesOf, type Code, signed, unsigned } from "./encoding.js";

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

/** `sum + a * b`: rounded twice, or, with relaxed SIMD, as the machine likes. */
export function plusProduct(v: VectorFloat, fma: boolean, sum: Code, a: Code, b: Code): Code {
  return fma ? v.multiplyAdd(a, b, sum) : v.add(sum, v.mul(a, b));
}
