// From scalars to the text of a program: one variable per number that is used more than once, everything else inside the
// expression that uses it, loops as `for` over variables.

import type { Graph } from "../../graph.js";
import { elementwise } from "../../primitives.js";
import type { NumberArray } from "../../program.js";
import type { ScalarProgram } from "../scalars/expand.js";
import { liveNodes } from "../scalars/live.js";
import type { Block, Memory, ScalarLoop, ScalarNode, Store } from "../scalars/scalars.js";
import { build, literal, repeatsOperand } from "./source.js";

/** Longer expressions get a variable, so that no text nests deeper than a parser likes. */
const longest = 600;

/** How many operations the program does, each turn of a loop counted once: what decides whether V8 will optimise it. */
export function countOperations({ scalars, outputs }: ScalarProgram): number {
  const live = liveNodes(
    scalars.nodes,
    scalars.top,
    outputs.flatMap(({ ids }) => ids ?? []),
  );
  return live.reduce((count, uses, id) => (uses > 0 && !isFree(scalars.nodes[id]) ? count + 1 : count), 0);
}

export type Run = (inputs: readonly NumberArray[], outputs: readonly NumberArray[]) => void;

export function compileScalars(graph: Graph, program: ScalarProgram): Run {
  return build<Run>(programText(graph, program), {});
}

/** The body of a function that makes the program's arrays and returns its `run`. */
export function programText(graph: Graph, { scalars: { nodes, top }, memories, outputs }: ScalarProgram): string {
  const roots = outputs.flatMap(({ ids }) => ids ?? []);
  const uses = liveNodes(nodes, top, roots);
  const inlinable = usedOnceInPlace(nodes, top, uses);
  const names = new Map<number, string>();
  const text = (id: number): string => names.get(id)!;
  const lines: string[] = [];

  const emitNode = (id: number): void => {
    const node = nodes[id];
    if (uses[id] === 0 || names.has(id)) return;
    const expression = expressionOf(node, text);
    if (inlinable[id] && expression.length < longest) {
      names.set(id, expression);
    } else {
      names.set(id, `t${id}`);
      lines.push(`const t${id} = ${expression};`);
    }
  };
  const emitStore = ({ memory, start, stride, turn, value }: Store): void => {
    lines.push(`${memory.name}[${place(start, stride, turn === undefined ? "" : text(turn))}] = ${text(value)};`);
  };
  const emitLoop = ({ count, reversed, turn, block, carries, lasts }: ScalarLoop): void => {
    const name = `n${turn}`;
    names.set(turn, name);
    for (const { node, initial } of carries) {
      lines.push(`let t${node} = ${text(initial)};`);
      names.set(node, `t${node}`);
    }
    // After the loop a carry's variable holds its last value; anything else that is wanted then is kept on the side.
    const carryOf = new Map(carries.map(({ node, next }) => [next, node]));
    const kept = lasts.filter(({ node, inside }) => uses[node] > 0 && !carryOf.has(inside));
    for (const { node } of kept) lines.push(`let t${node} = 0;`);
    for (const { node, inside } of lasts) names.set(node, `t${carryOf.get(inside) ?? node}`);
    lines.push(
      reversed
        ? `for (let ${name} = ${count - 1}; ${name} >= 0; ${name}--) {`
        : `for (let ${name} = 0; ${name} < ${count}; ${name}++) {`,
    );
    emitBlock(block);
    for (const { node, inside } of kept) lines.push(`t${node} = ${text(inside)};`);
    // All next values are computed before the first carry changes.
    const changing = carries.filter(({ node, next }) => next !== node);
    for (const { node, next } of changing) lines.push(`const x${node} = ${text(next)};`);
    for (const { node } of changing) lines.push(`t${node} = x${node};`);
    lines.push("}");
  };
  const emitBlock = (block: Block): void => {
    for (const entry of block.entries) {
      if ("node" in entry) emitNode(entry.node);
      else if ("store" in entry) emitStore(entry.store);
      else emitLoop(entry.loop);
    }
  };

  for (let id = 0; id < nodes.length; id++) if (nodes[id].op === "constant") names.set(id, literal(nodes[id].value!));
  emitBlock(top);
  for (const { index, ids, memory, length } of outputs) {
    if (ids !== undefined) ids.forEach((id, i) => lines.push(`o${index}[${i}] = ${text(id)};`));
    else lines.push(`for (let i = 0; i < ${length}; i++) o${index}[i] = ${memory!.name}[i];`);
  }
  const body = lines.join("\n");
  const arrays = memories.map(({ name, length }: Memory) => `const ${name} = new Float64Array(${length});`);
  const opened = [
    ...graph.inputs.map((_, i) => ({ name: `i${i}`, from: `inputs[${i}]` })),
    ...graph.outputs.map((_, i) => ({ name: `o${i}`, from: `outputs[${i}]` })),
  ].filter(({ name }) => body.includes(`${name}[`));
  return [
    ...arrays,
    "return function run(inputs, outputs) {",
    ...opened.map(({ name, from }) => `const ${name} = ${from};`),
    body,
    "};",
  ].join("\n");
}

function expressionOf(
  { op, operands, attributes, memory, start, stride }: ScalarNode,
  text: (id: number) => string,
): string {
  const [a, b, c] = operands.map(text);
  if (op === "load") return `${memory!.name}[${place(start!, stride!, a)}]`;
  if (op === "round") return `Math.fround(${a})`;
  if (op === "finiteOrZero") return `(Math.abs(${a}) < Infinity ? ${a} : 0)`;
  return elementwise[op].javascript(attributes, a, b, c);
}

function place(start: number, stride: number, turn: string): string {
  if (stride === 0 || turn === "") return String(start);
  return `${start === 0 ? "" : `${start} + `}${turn}${stride === 1 ? "" : ` * ${stride}`}`;
}

function isFree({ op }: ScalarNode): boolean {
  return isVariable(op) || op === "constant" || op === "load";
}

function isVariable(op: string): boolean {
  return op === "turn" || op === "carry" || op === "last";
}

/** Which nodes may be written inside their only user: one of the same block whose text names them once. */
function usedOnceInPlace(nodes: readonly ScalarNode[], top: Block, uses: readonly number[]): boolean[] {
  const inlinable = nodes.map(({ op }, id) => isVariable(op) || uses[id] === 1);
  nodes.forEach(({ op, operands, block }, id) => {
    if (uses[id] === 0) return;
    const twice = op === "finiteOrZero" || (elementwise[op] !== undefined && repeatsOperand(op));
    for (const operand of operands) if (twice || nodes[operand].block !== block) inlinable[operand] = false;
  });
  // Stores and loops stand in a block too; a loop's carries start where the loop stands and go on inside it.
  const require = (id: number, block: Block): void => {
    if (nodes[id].block !== block) inlinable[id] = false;
  };
  const visit = (block: Block): void => {
    for (const entry of block.entries) {
      if ("store" in entry) require(entry.store.value, block);
      if ("loop" in entry) {
        for (const { initial, next } of entry.loop.carries) {
          require(initial, block);
          require(next, entry.loop.block);
        }
        for (const { inside } of entry.loop.lasts) require(inside, entry.loop.block);
        visit(entry.loop.block);
      }
    }
  };
  visit(top);
  return inlinable;
}
