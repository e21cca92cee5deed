// What stands behind an energy or a loss when it is evaluated: which back end, why, how much memory and arithmetic.

import { refuse } from "../arguments/index.js";
import type { Energy } from "../energies/energy.js";
import { isEnergy } from "../energies/is-energy.js";
import type { Loss } from "../networks/index.js";
import { operationsOf } from "../tensor/cost.js";
import { compile, type Graph, type Program, withGradient } from "../tensor/index.js";
import { printedAs } from "./printed.js";

/** Plain data; printed as sentences. Numbers are those of one gradient. */
export interface Explanation {
  readonly what: "energy" | "loss";
  readonly dim: number;
  /** Undefined where there is no graph: a hand-written gradient. */
  readonly backend: string | undefined;
  readonly why: string;
  /** Floating-point operations, a function such as exp counted as one. NaN where unknown. */
  readonly operations: number;
  /** Memory held by the compiled programs. */
  readonly bytes: number;
  /** Rows that one program takes at a time; 0 where there are none. */
  readonly rowsPerBlock: number;
  readonly instructions: number;
}

/**
 * Says how the gradient of an energy or a loss is computed. Compiles it, as its first use would.
 * @example explain(energies.banana()).backend // "JavaScript: written out into scalars"
 */
export function explain(energyOrLoss: Energy | Loss): Explanation {
  if (isLoss(energyOrLoss)) return printedAs(explainLoss(energyOrLoss), explanationText);
  if (isEnergy(energyOrLoss)) return printedAs(explainEnergy(energyOrLoss), explanationText);
  return refuse("explain", "energyOrLoss", "an energy or a loss", energyOrLoss);
}

function isLoss(value: Energy | Loss): value is Loss {
  return typeof (value as Partial<Loss> | undefined)?.onRows === "function";
}

function explainEnergy({ dim, graph, source }: Energy): Explanation {
  if (graph !== undefined) return { what: "energy", dim, ...ofGraph(graph), rowsPerBlock: 0 };
  const why =
    source === undefined
      ? "its gradient is a function written by hand, which stays on the calling thread"
      : `it is rebuilt from data of the kind "${source.kind}"; explain(loss) tells of a loss behind it`;
  return {
    what: "energy",
    dim,
    backend: undefined,
    why,
    operations: Number.NaN,
    bytes: 0,
    rowsPerBlock: 0,
    instructions: 0,
  };
}

function explainLoss(loss: Loss): Explanation {
  const { dim, dataSize, source } = loss;
  const [{ rows }] = source.blocks;
  const block = ofProgram(loss.engine());
  const blocks = rows === 0 ? 1 : dataSize / rows;
  return { what: "loss", dim, ...block, operations: Math.round(block.operations * blocks), rowsPerBlock: rows };
}

function ofGraph(graph: Graph): AboutProgram {
  return ofProgram(compile(withGradient(graph)));
}

type AboutProgram = Pick<Explanation, "backend" | "why" | "operations" | "bytes" | "instructions">;

function ofProgram({
  graph,
  how,
  bytes,
  backend,
  threads = 1,
}: Omit<Program, "run"> & { threads?: number }): AboutProgram {
  const why =
    backend === "javascript"
      ? "the graph is small enough to be written out, and entering WebAssembly would cost more than its vectors gain"
      : "the graph is too large to be written out into scalars";
  const unused = backend === "javascript" && graph.arithmetic !== undefined;
  return {
    backend: threads === 1 ? how : `${how}, on ${threads} threads`,
    why: unused ? `${why}; ${Object.keys(graph.arithmetic!).join(" and ")} would be WebAssembly's` : why,
    operations: operationsOf(graph),
    bytes,
    instructions: graph.instructions.length,
  };
}

function explanationText({
  what,
  dim,
  backend,
  why,
  operations,
  bytes,
  rowsPerBlock,
  instructions,
}: Explanation): string {
  if (backend === undefined) return `${what} of ${dim} numbers: ${why}`;
  const rows = rowsPerBlock > 0 ? `, ${rowsPerBlock} rows at a time` : "";
  return [
    `${what} of ${dim} numbers`,
    `runs as ${backend}${rows}: ${why}`,
    `one gradient: about ${operations.toLocaleString("en")} operations; ${instructions} instructions; ${(bytes / 1024).toFixed(0)} KiB held`,
  ].join("\n");
}
