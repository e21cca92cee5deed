// Derivatives as new expressions: reverse mode (vjp), forward mode (jvp) and what is composed of them. Rules of the
// elementwise primitives come from their partial derivatives in `primitives.ts`, the others from
// `structural-derivatives.ts` and `loop-derivatives.ts`.

import type { Graph } from "./graph.js";
import { loopForward, loopReverse } from "./loop-derivatives.js";
import { elementwise } from "./primitives.js";
import { structuralRules } from "./structural-derivatives.js";
import { format, sameShape, type Tensor } from "./tensor.js";
import { inline, topological, trace } from "./trace.js";

/** Nodes through which no derivative flows. */
const flat = new Set(["constant", "input", "stopGradient", "sign", "floor", "less", "lessEqual", "equal"]);

/**
 * The gradient of a scalar expression by each of `wrt`: reverse mode, about the cost of a few values.
 * @example gradient(q.square().sum(), [q]) // [2 q]
 */
export function gradient(output: Tensor, wrt: readonly Tensor[]): Tensor[] {
  if (output.rank !== 0)
    throw new RangeError(`gradient: the output must be a scalar, got shape ${format(output.shape)}`);
  return vjp([output], [output.like(1)], wrt);
}

/** Transposed Jacobian times `cotangents` (one per output, of its shape): one tensor per `wrt`. */
export function vjp(outputs: readonly Tensor[], cotangents: readonly Tensor[], wrt: readonly Tensor[]): Tensor[] {
  const adjoints = reverse(outputs, cotangents, wrt);
  return wrt.map((tensor) => adjoints.get(tensor) ?? tensor.like(0));
}

/** Jacobian times `tangents` (one per `wrt`, of its shape): one tensor per output. */
export function jvp(outputs: readonly Tensor[], wrt: readonly Tensor[], tangents: readonly Tensor[]): Tensor[] {
  const derivatives = forward(outputs, wrt, tangents);
  return outputs.map((output) => derivatives.get(output) ?? output.like(0));
}

/** Second derivatives of a scalar times a direction, forward over reverse: about two gradients. */
export function hessianVectorProduct(output: Tensor, q: Tensor, direction: Tensor): Tensor {
  return jvp(gradient(output, [q]), [q], [direction])[0];
}

/** The graph of a scalar, extended by its gradient with respect to the graph's first input. */
export function withGradient(graph: Graph): Graph {
  return trace((inputs) => {
    const [value] = inline(graph, inputs);
    return [value, ...gradient(value, [inputs[0]])];
  }, graph.inputs);
}

/** Adjoints of everything between the outputs and `wrt`; absent where zero. */
export function reverse(
  outputs: readonly Tensor[],
  cotangents: readonly (Tensor | undefined)[],
  wrt: readonly Tensor[],
): Map<Tensor, Tensor> {
  const order = topological(outputs);
  const active = dependents(order, wrt);
  const adjoints = new Map<Tensor, Tensor>();
  const add = (tensor: Tensor, adjoint: Tensor | undefined): void => {
    if (adjoint === undefined || !active.has(tensor)) return;
    const sum = adjoints.get(tensor);
    adjoints.set(tensor, sum === undefined ? adjoint : sum.add(adjoint));
  };
  outputs.forEach((output, i) => {
    const cotangent = cotangents[i];
    if (cotangent !== undefined) add(output, checkShape("vjp", cotangent, output));
  });
  // The results of a loop are gathered and handled where the loop itself is met, once.
  const results = new Map<Tensor, Tensor[]>();
  for (const tensor of order) {
    if (tensor.op === "result") results.set(tensor.inputs[0], [...(results.get(tensor.inputs[0]) ?? []), tensor]);
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const tensor = order[i];
    if (!active.has(tensor) || flat.has(tensor.op) || tensor.op === "result") continue;
    if (tensor.op === "repeat") {
      const cotangentsOfResults: (Tensor | undefined)[] = [];
      for (const result of results.get(tensor) ?? [])
        cotangentsOfResults[result.attributes.index!] = adjoints.get(result);
      if (cotangentsOfResults.some((cotangent) => cotangent !== undefined)) {
        const wanted = tensor.inputs.map((input) => active.has(input));
        loopReverse(tensor, cotangentsOfResults, wanted, reverse).forEach((adjoint, k) => {
          add(tensor.inputs[k], adjoint);
        });
      }
      continue;
    }
    const adjoint = adjoints.get(tensor);
    if (adjoint === undefined) continue;
    const rule = elementwise[tensor.op];
    if (rule !== undefined) {
      tensor.inputs.forEach((input, k) => {
        const partial = active.has(input) ? rule.partials[k] : undefined;
        if (partial !== undefined) add(input, scale(adjoint, partial(tensor.inputs, tensor, tensor.attributes)));
      });
    } else {
      const wanted = tensor.inputs.map((input) => active.has(input));
      structuralRules[tensor.op].reverse(adjoint, tensor.inputs, tensor, wanted).forEach((part, k) => {
        add(tensor.inputs[k], part);
      });
    }
  }
  return adjoints;
}

/** Tangents of everything that depends on `wrt`; absent where zero. */
export function forward(
  outputs: readonly Tensor[],
  wrt: readonly Tensor[],
  tangents: readonly (Tensor | undefined)[],
): Map<Tensor, Tensor> {
  const derivatives = new Map<Tensor, Tensor>();
  wrt.forEach((tensor, i) => {
    const tangent = tangents[i];
    if (tangent !== undefined) derivatives.set(tensor, checkShape("jvp", tangent, tensor));
  });
  const loops = new Map<Tensor, (Tensor | undefined)[]>();
  const ofLoop = (node: Tensor): (Tensor | undefined)[] => {
    let results = loops.get(node);
    if (results === undefined) {
      results = loopForward(
        node,
        node.inputs.map((input) => derivatives.get(input)),
        forward,
      );
      loops.set(node, results);
    }
    return results;
  };
  for (const tensor of topological(outputs)) {
    if (derivatives.has(tensor) || flat.has(tensor.op) || tensor.op === "repeat") continue;
    const derivative =
      tensor.op === "result" ? ofLoop(tensor.inputs[0])[tensor.attributes.index!] : tangentOf(tensor, derivatives);
    if (derivative !== undefined) derivatives.set(tensor, derivative);
  }
  return derivatives;
}

function tangentOf(tensor: Tensor, derivatives: ReadonlyMap<Tensor, Tensor>): Tensor | undefined {
  const tangents = tensor.inputs.map((input) => derivatives.get(input));
  if (tangents.every((tangent) => tangent === undefined)) return undefined;
  const rule = elementwise[tensor.op];
  if (rule === undefined) return structuralRules[tensor.op].forward(tangents, tensor.inputs, tensor);
  let sum: Tensor | undefined;
  tensor.inputs.forEach((_, k) => {
    const tangent = tangents[k];
    const partial = rule.partials[k];
    if (tangent === undefined || partial === undefined) return;
    const term = scale(tangent, partial(tensor.inputs, tensor, tensor.attributes));
    sum = sum === undefined ? term : sum.add(term);
  });
  return sum;
}

/** `tangent * factor`; the constants 1 and -1, which many partials are, cost nothing. */
function scale(tangent: Tensor, factor: Tensor): Tensor {
  if (factor.op === "constant" && factor.attributes.numbers!.length === 1) {
    if (factor.attributes.numbers![0] === 1) return tangent;
    if (factor.attributes.numbers![0] === -1) return tangent.neg();
  }
  return tangent.mul(factor);
}

function dependents(order: readonly Tensor[], wrt: readonly Tensor[]): Set<Tensor> {
  const active = new Set<Tensor>(wrt);
  for (const tensor of order) {
    if (!flat.has(tensor.op) && tensor.inputs.some((input) => active.has(input))) active.add(tensor);
  }
  return active;
}

function checkShape(where: string, direction: Tensor, tensor: Tensor): Tensor {
  if (!sameShape(direction.shape, tensor.shape)) {
    throw new RangeError(
      `${where}: a direction of shape ${format(direction.shape)} does not fit a tensor of shape ${format(tensor.shape)}`,
    );
  }
  return direction;
}
