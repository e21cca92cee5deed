// What a notebook's compiler sees: tslab bundles TypeScript 5.0.4, resolves like Node 10, and compiles cells to CommonJS.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type * as TypeScript from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const ofTslab = createRequire(createRequire(import.meta.url).resolve("tslab/package.json"));
const ts: typeof TypeScript = ofTslab("@tslab/typescript-for-tslab");

const cell = `
import { type Draws, diagnostics, energies, energy, hmc, llc, type LlcEstimate, loss, mlp, plots, sample, sgld, summarize, tensor, type Tensor, train } from "ergodic";

export async function estimate(): Promise<number> {
  const parabola = energy(2, (q: Tensor) => q.sub(tensor.constant([1, 2])).square().sum().mul(0.5));
  const draws: Draws = await sample(parabola, hmc({ stepSize: 0.1, leapfrogSteps: 5, mass: [0.1, 1] }), { chains: 2, draws: 100, workers: 0 });
  const rhat: number = diagnostics.rhat([draws.position, draws.position]);
  const means: number[] = summarize(draws).rows.map(({ mean }) => mean);
  const figure = plots.trace(draws);
  const squares = loss(1, 3, (w, { y }) => y.sub(w).square().mean(), { y: [1, 2, 3] });
  const { parameters } = await train(squares, { steps: 10 });
  const result: LlcEstimate = await llc(squares, { center: parameters, sampler: sgld() });
  return rhat + means[0] + result.mean + figure.data.length + mlp({ inputs: 1, hidden: [2], outputs: 1 }).dim + energies.banana().dim;
}
`;

test(`the declarations compile under TypeScript ${ts.version} as tslab runs it`, () => {
  assert.equal(ts.version, "5.0.4");
  const file = join(root, "notebooks", "cell.ts");
  const options: TypeScript.CompilerOptions = {
    target: ts.ScriptTarget.ES2020,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, cell, ts.ScriptTarget.ES2020) : getSourceFile.call(host, name, ...rest);
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? cell : readFile(name));
  const program = ts.createProgram([file], options, host);
  // Other packages' declarations are theirs to mend.
  const ours = ts
    .getPreEmitDiagnostics(program)
    .filter(({ file: at }) => at === undefined || at.fileName === file || at.fileName.startsWith(join(root, "dist")));
  const messages = ours.map(
    ({ file: at, messageText }) =>
      `${at ? at.fileName.replace(dirname(root), "") : ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
  );
  assert.deepEqual(messages, []);
});
