// Formulae: what they mean is what JavaScript says, their variables are their names, and what is wrong with one is shown where it is.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkGradient, type Energy, energies, energyFromGraph } from "../../src/energies/index.js";
import type { GraphSource } from "../../src/energies/traced.js";
import { erf, lgamma } from "../../src/tensor/special/index.js";
import { assertClose } from "./differences.js";

const at = (text: string, ...q: number[]): number => energies.formula(text).value(Float64Array.from(q));

test("a formula is the energy it states", () => {
  const energy = energies.formula("(1 - x)^2 + 10*(y - x^2)^2");
  const banana = energies.banana();
  assert.deepEqual([energy.dim, energy.names], [2, ["x", "y"]]);
  for (const q of [Float64Array.of(0.3, -1), Float64Array.of(2, 5)])
    assertClose([energy.value(q)], [banana.value(q)], 1e-15);
  const { ok, message } = checkGradient(energy);
  assert.ok(ok, message);
  const rebuilt = energyFromGraph(structuredClone(energy.source) as GraphSource);
  assert.equal(rebuilt.value(Float64Array.of(0.3, -1)), energy.value(Float64Array.of(0.3, -1)));
});

test("operators hold as in mathematics", () => {
  assert.equal(at("-x^2", 3), -9);
  assert.equal(at("(-x)^2", 3), 9);
  assert.equal(at("x^-1", 4), 0.25);
  assert.equal(at("x^3^2 / x^8", 2), 2);
  assert.equal(at("x**2", 3), 9);
  assert.equal(at("x - 1 - 2", 10), 7);
  assert.equal(at("x / 2 / 5", 10), 1);
  assert.equal(at("2^-x*3", 1), 1.5);
  assert.equal(at("-x*2 + +x", 3), -3);
  assert.equal(at("2 - -x", 3), 5);
  assert.equal(at("2*3 + x*(1 - 1/4)", 4), 9);
  assert.equal(at(".5*x + 2.*x + 1e1*x + 1.5E-1*x", 1), 12.65);
});

test("pi and e are the constants, and powers of e the exponential function", () => {
  assertClose([at("pi + 0*x", 0)], [Math.PI], 0);
  assertClose([at("e^x", 2), at("log(e)*x", 1)], [Math.exp(2), 1], 1e-15);
});

const functionsOfOne: Readonly<Record<string, (x: number) => number>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  abs: Math.abs,
  square: (x) => x * x,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
  relu: (x) => Math.max(0, x),
  erf,
};

const functionsOfPositive: Readonly<Record<string, (x: number) => number>> = {
  log: Math.log,
  ln: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  lgamma,
};

const functionsOfSeveral: Readonly<Record<string, (...args: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  logSumExp: (...args) => Math.log(args.reduce((sum, x) => sum + Math.exp(x), 0)),
};

test("functions are what their names say", () => {
  for (const x of [0.3, 1.7]) {
    for (const [name, f] of Object.entries({ ...functionsOfOne, ...functionsOfPositive })) {
      assertClose([at(`${name}(x)`, x)], [f(x)], 1e-14, name);
    }
  }
  for (const [name, f] of Object.entries(functionsOfSeveral)) {
    assertClose([at(`${name}(x, y, 0.4)`, 0.3, 1.7)], [f(0.3, 1.7, 0.4)], 1e-14, name);
  }
  // The derivative of log Gamma at 1 is minus Euler's constant.
  assertClose([at("digamma(x)", 1), at("pow(x, 1.5)", 4)], [-0.5772156649015329, 8], 1e-14);
});

/** A random expression as text and as a function of JavaScript. */
interface Expression {
  readonly text: string;
  readonly evaluate: (x: number, y: number) => number;
}

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.constant<Expression>({ text: "x", evaluate: (x) => x }),
  fc.constant<Expression>({ text: "y", evaluate: (_, y) => y }),
  fc.constant<Expression>({ text: "pi", evaluate: () => Math.PI }),
  fc.integer({ min: 1, max: 30 }).map((n): Expression => ({ text: String(n / 8), evaluate: () => n / 8 })),
);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => {
  const inner = tie("expression");
  const pairs = fc.tuple(inner, inner);
  return {
    expression: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      pairs.map(
        ([a, b]): Expression => ({
          text: `${a.text} + ${b.text}`,
          evaluate: (x, y) => a.evaluate(x, y) + b.evaluate(x, y),
        }),
      ),
      pairs.map(
        ([a, b]): Expression => ({
          text: `(${a.text}) - (${b.text})`,
          evaluate: (x, y) => a.evaluate(x, y) - b.evaluate(x, y),
        }),
      ),
      pairs.map(
        ([a, b]): Expression => ({
          text: `(${a.text})*(${b.text})`,
          evaluate: (x, y) => a.evaluate(x, y) * b.evaluate(x, y),
        }),
      ),
      pairs.map(
        ([a, b]): Expression => ({
          text: `(${a.text}) / (1 + (${b.text})^2)`,
          evaluate: (x, y) => a.evaluate(x, y) / (1 + b.evaluate(x, y) ** 2),
        }),
      ),
      inner.map((a): Expression => ({ text: `-(${a.text})`, evaluate: (x, y) => -a.evaluate(x, y) })),
      fc.tuple(fc.constantFrom("sin", "cos", "tanh", "abs", "sigmoid", "softplus", "erf"), inner).map(
        ([name, a]): Expression => ({
          text: `${name}( ${a.text} )`,
          evaluate: (x, y) => functionsOfOne[name](a.evaluate(x, y)),
        }),
      ),
      fc.tuple(fc.constantFrom("min", "max"), fc.array(inner, { minLength: 2, maxLength: 3 })).map(
        ([name, args]): Expression => ({
          text: `${name}(${args.map(({ text }) => text).join(", ")})`,
          evaluate: (x, y) => functionsOfSeveral[name](...args.map((arg) => arg.evaluate(x, y))),
        }),
      ),
    ),
  };
});

test("random expressions have the value that JavaScript gives them", () => {
  const number = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(expression, number, number, ({ text, evaluate }, x, y) => {
      const energy = energies.formula(`${text} + 0*x + 0*y`, { variables: ["x", "y"] });
      const expected = evaluate(x, y);
      // Large intermediate numbers may cancel; what is left is rounding of the largest of them.
      fc.pre(Math.abs(expected) < 1e6);
      assertClose([energy.value(Float64Array.of(x, y))], [expected], 1e-9, text);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("variables are in the order of their appearance, those of one letter by number", () => {
  assert.deepEqual(energies.formula("b + a + b").names, ["b", "a"]);
  assert.deepEqual(energies.formula("x[10] + x[2]*x[ 1 ]").names, ["x[1]", "x[2]", "x[10]"]);
  assert.deepEqual(energies.formula("z + x2^2 + x1 + x10 + y").names, ["z", "x1", "x2", "x10", "y"]);
  assert.deepEqual(energies.formula("μ^2 + σ_1").names, ["μ", "σ_1"]);
  assert.deepEqual(energies.formula("x[0] + x1 + x").names, ["x[0]", "x1", "x"]);
  const given = energies.formula("x + 2*y", { variables: ["y", "x"] });
  assert.deepEqual([given.names, given.value(Float64Array.of(1, 10))], [["y", "x"], 12]);
});

test("parameters are numbers or lists, and names that are given come before constants", () => {
  const energy = energies.formula("a*(x - y[0])^2 + (x - y[1])^2", { parameters: { a: 3, y: [1, 2] } });
  assert.deepEqual([energy.names, energy.value(Float64Array.of(0))], [["x"], 7]);
  assert.equal(energies.formula("e*x", { parameters: { e: 2 } }).value(Float64Array.of(3)), 6);
  assert.equal(energies.formula("e^2", { variables: ["e"] }).value(Float64Array.of(3)), 9);
});

test("constraints and exact facts are carried along", () => {
  const energy = energies.formula("x", { constraints: { lower: 0 }, exact: { mean: [1] } });
  assert.deepEqual(energy.exact, { mean: [1] });
  // x - log |dx/dz| with x = exp(z)
  assertClose([energy.value(Float64Array.of(0.5))], [Math.exp(0.5) - 0.5], 1e-15);
  const uniform = energies.formula("x^2", { variables: ["x", "y"], constraints: { lower: [-9, 0], upper: [9, 1] } });
  assert.equal(uniform.dim, 2);
});

test("long formulae are read, deep ones refused", () => {
  assert.equal(energies.formula(`${"x + ".repeat(5000)}x^2`).value(Float64Array.of(1)), 5001);
  assert.equal(at(`${"(".repeat(300)}x${")".repeat(300)}`, 2), 2);
  const message = /nested more than 400 deep/;
  assert.throws(() => energies.formula(`${"(".repeat(9999)}x${")".repeat(9999)}`), message);
  assert.throws(() => energies.formula(`${"-".repeat(9999)}x`), message);
  assert.throws(() => energies.formula(`${"x^".repeat(9999)}x`), message);
});

/** The message's first line without its beginning, and the column that the caret points at. */
function complaint(text: string, options?: object): [string, number] {
  try {
    energies.formula(text, options);
  } catch (error) {
    assert.ok(error instanceof RangeError, String(error));
    const [first, shown, caret] = error.message.split("\n");
    assert.equal(shown, `  ${text}`);
    return [first.replace("energies.formula: ", ""), caret.length - 2];
  }
  return assert.fail(`${text} is read`);
}

test("what is wrong is said and pointed at", () => {
  const faults: readonly [string, string, number, object?][] = [
    ["x^2 + sinn(y)", "there is no function sinn; did you mean sin? (column 7)", 7],
    ["exp(x) + lgmama(x)", "there is no function lgmama; did you mean lgamma? (column 10)", 10],
    ["qwertz(x)", "there is no function qwertz (column 1)", 1],
    ["x^2 + nu^2", "there is no name nu; did you mean mu? (column 7)", 7, { variables: ["x", "mu"] }],
    ["x^2 + theta", "there is no name theta (column 7)", 7, { variables: ["x"] }],
    ["x + ", "a number, a name or a bracket must stand here, not the end (column 5)", 5],
    ["", "a number, a name or a bracket must stand here, not the end (column 1)", 1],
    ["x * / 2", "a number, a name or a bracket must stand here, not / (column 5)", 5],
    ["()", "a number, a name or a bracket must stand here, not ) (column 2)", 2],
    ["x^2 + (y - 1", "this bracket is not closed (column 7)", 7],
    ["max(x, y", "this bracket is not closed (column 4)", 4],
    ["x)", "this bracket was not opened (column 2)", 2],
    ["2x", "an operator must stand here; to multiply write *x (column 2)", 2],
    ["x 2", "an operator must stand here; to multiply write *2 (column 3)", 3],
    ["2(x + 1)", "an operator must stand here; to multiply write *( (column 2)", 2],
    ["(x 2)", "an operator, a comma or a closing bracket must stand here; to multiply write *2 (column 4)", 4],
    ["x, 2", "an operator must stand here, not , (column 2)", 2],
    ["x(2)", "x is no function; to multiply write x*(...) (column 1)", 1, { variables: ["x"] }],
    ["x + pi(2)", "pi is no function; to multiply write pi*(...) (column 5)", 5],
    ["exp(x, 1)", "exp takes 1 argument, got 2 (column 1)", 1],
    ["x + exp()", "exp takes 1 argument, got 0 (column 5)", 5],
    ["pow(x)", "pow takes 2 arguments, got 1 (column 1)", 1],
    ["min(x)", "min takes at least 2 arguments, got 1 (column 1)", 1],
    ["x + exp", "exp is a function and needs arguments: exp(...) (column 5)", 5],
    ["x² + y²", "powers are written with ^, not as ² (column 2)", 2],
    ["exp(x)⁻¹", "powers are written with ^, not as ⁻¹ (column 7)", 7],
    ["x # 2", '"#" has no meaning here (column 3)', 3],
    ["x < 2", '"<" has no meaning here (column 3)', 3],
    ["x + 😀", '"😀" has no meaning here (column 5)', 5],
    ["x[1.5]", "an index must be a whole number, as in x[0] (column 2)", 2],
    ["x[-1]", "an index must be a whole number, as in x[0] (column 2)", 2],
    ["x + y", "y is a list of 2 numbers: y[0] to y[1] (column 5)", 5, { parameters: { y: [1, 2] } }],
    ["x + y[2]", "y is a list of 2 numbers: y[0] to y[1] (column 5)", 5, { parameters: { y: [1, 2] } }],
  ];
  for (const [text, message, column, options] of faults) {
    assert.deepEqual(complaint(text, options), [message, column], text);
  }
});

test("of several lines the one that is wrong is shown, of a long one its part", () => {
  assert.throws(() => energies.formula("x^2 +\n  y**2 + cso(z)\n+ 1"), {
    message:
      "energies.formula: there is no function cso; did you mean cos? (line 2, column 10)\n    y**2 + cso(z)\n           ^",
  });
  const long = `${"x + ".repeat(50)}cso(x)${" + x".repeat(50)}`;
  assert.throws(
    () => energies.formula(long),
    (error: Error) => {
      const [first, shown, caret] = error.message.split("\n");
      assert.match(first, /column 201/);
      assert.ok(shown.length < 100);
      assert.equal(shown.slice(caret.indexOf("^")).slice(0, 6), "cso(x)");
      return true;
    },
  );
});

test("options that make no sense are refused", () => {
  const formula = energies.formula as (text: unknown, options?: unknown) => Energy;
  const refused: readonly [unknown, unknown, RegExp][] = [
    [3, {}, /energies\.formula: text must be a formula such as x\^2 \+ y\^2, got 3/],
    ["x", { names: ["x"] }, /there is no option "names"; the options are variables, parameters, constraints, exact/],
    ["3 + pi", {}, /"3 \+ pi" has no variable, and so no law/],
    ["x", { variables: [] }, /variables must be a list of names/],
    ["x", { variables: "x" }, /variables must be a list of names, got "x"/],
    ["x", { variables: ["x", 2] }, /variables\[1\] must be a name, got 2/],
    ["x", { variables: ["x", "x"] }, /x is among the variables twice/],
    ["x", { variables: ["2x"] }, /variables must be names of letters, digits and _, with an index at most, got "2x"/],
    ["x", { variables: ["exp"] }, /exp is a function and cannot be among the variables/],
    ["x", { variables: ["x"], parameters: { x: 1 } }, /x is among the variables and among the parameters/],
    ["x", { parameters: 3 }, /parameters must be an object such as \{ a: 1 \}, got 3/],
    ["x", { parameters: { a: Number.NaN } }, /parameters\.a must be a finite number, got NaN/],
    ["x", { parameters: { a: "1" } }, /parameters\.a must be a list of numbers, got "1"/],
    ["x", { parameters: { a: [1, Number.POSITIVE_INFINITY] } }, /parameters\.a\[1\] must be a finite number/],
    ["x", { parameters: { log: 1 } }, /log is a function and cannot be among the parameters/],
    ["x^2", { variables: ["x", "y"] }, /y does not occur, and without bounds the law would be flat along it/],
    ["x", { variables: ["x", "y"], constraints: { lower: 0 } }, /y does not occur/],
  ];
  for (const [text, options, message] of refused) {
    assert.throws(() => formula(text, options), { name: "RangeError", message });
  }
});
