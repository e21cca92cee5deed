// Matrix products by register blocks: 4 x 4 sums stay in local variables while k runs. Written out per shape, so that every
// stride is a literal and operands are read where they lie, transposed or not. Each sum runs over k in order, whatever the blocks.

const rows = 4;
const columns = 4;
/** Stretches of k that fit the cache together with a block's rows; sums pause in memory, as doubles, between them. */
const stretch = 256;

export interface MatmulShape {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** Strides of a row and of a column. */
  readonly a: readonly [number, number];
  readonly b: readonly [number, number];
}

/** Does the product add to its result, which must then hold doubles? */
export function pauses({ k }: MatmulShape): boolean {
  return k > 2 * stretch;
}

/** A function `(a, p, b, q, c, o)`: `C = A B` for matrices that begin at `p`, `q` and `o`; C is contiguous. */
export function matmulFunction(name: string, shape: MatmulShape): string {
  const { k } = shape;
  const [from, to] = pauses(shape) ? ["l0", "l1"] : ["0", String(k)];
  const body = blocks(shape, from, to);
  const stretched = pauses(shape)
    ? [
        `for (let l0 = 0; l0 < ${k}; l0 += ${stretch}) {`,
        `const l1 = l0 + ${stretch} < ${k} ? l0 + ${stretch} : ${k};`,
        ...body,
        "}",
      ]
    : body;
  return [`function ${name}(a, p, b, q, c, o) {`, ...stretched, "}"].join("\n");
}

/** The whole matrix in blocks; rows and columns that are left over in thinner ones. */
function blocks(shape: MatmulShape, from: string, to: string): string[] {
  const lines: string[] = [];
  for (const [height, i0, i1] of spans(shape.m, rows)) {
    lines.push(`for (let i = ${i0}; i < ${i1}; i += ${height}) {`);
    for (const [width, j0, j1] of spans(shape.n, columns)) {
      lines.push(`for (let j = ${j0}; j < ${j1}; j += ${width}) {`, ...block(shape, height, width, from, to), "}");
    }
    lines.push("}");
  }
  return lines;
}

function spans(length: number, block: number): [number, number, number][] {
  const whole = length - (length % block);
  const all: [number, number, number][] = [
    [block, 0, whole],
    [1, whole, length],
  ];
  return all.filter(([, start, end]) => start < end);
}

function block({ n, a, b }: MatmulShape, height: number, width: number, from: string, to: string): string[] {
  const is = Array.from({ length: height }, (_, i) => i);
  const js = Array.from({ length: width }, (_, j) => j);
  const cell = (i: number, j: number): string => at("c", "r", i * n + j);
  const continues = from !== "0";
  return [
    `const r = o + i * ${n} + j;`,
    `let u = p + i * ${a[0]}${continues ? ` + ${from} * ${a[1]}` : ""};`,
    `let v = q + j * ${b[1]}${continues ? ` + ${from} * ${b[0]}` : ""};`,
    ...is.flatMap((i) => js.map((j) => `let s${i}${j} = ${continues ? `${from} === 0 ? 0 : ${cell(i, j)}` : 0};`)),
    `for (let l = ${from}; l < ${to}; l++) {`,
    ...js.map((j) => `const b${j} = ${at("b", "v", j * b[1])};`),
    ...is.flatMap((i) => [`const a${i} = ${at("a", "u", i * a[0])};`, ...js.map((j) => `s${i}${j} += a${i} * b${j};`)]),
    `u += ${a[1]};`,
    `v += ${b[0]};`,
    "}",
    ...is.flatMap((i) => js.map((j) => `${cell(i, j)} = s${i}${j};`)),
  ];
}

function at(array: string, start: string, offset: number): string {
  return `${array}[${start}${offset === 0 ? "" : ` + ${offset}`}]`;
}
