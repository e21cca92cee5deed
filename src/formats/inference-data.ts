// Draws as ArviZ's InferenceData has them: groups of named arrays with named axes, (chain, draw, ...).
// https://python.arviz.org/en/stable/schema/schema.html

import { knownOptions, refuse } from "../arguments/index.js";
import { type Draws, isDraws } from "../chains/draws.js";
import { denseOf, type Nested } from "./nested.js";
import { nodeNames } from "./node-names.js";
import { COUNTS, MASK, toArvizName } from "./statistics.js";
import { stridesOf, type Variable, variablesOf } from "./variables.js";
import { type View, wholeView } from "./view.js";

/** What may be kept beside the draws. */
export interface InferenceDataOptions {
  /** By the observed variable's name: `[chain][draw][observation]`, more axes than one for the observations allowed. */
  readonly logLikelihood?: Readonly<Record<string, Nested>>;
  /** The data that the energy was made of, by name, as lists within lists. */
  readonly observedData?: Readonly<Record<string, Nested>>;
}

export interface GroupOfArrays {
  readonly name: string;
  /** The axes that all its arrays begin with. */
  readonly sampleDims: readonly string[];
  readonly arrays: readonly InferenceArray[];
}

export interface InferenceArray {
  readonly name: string;
  /** As it is called here, where `name` had to differ. */
  readonly title: string;
  readonly dims: readonly string[];
  /** What the indices along each axis are called. */
  readonly labels: readonly (readonly (number | string)[])[];
  readonly type: "float64" | "int64" | "bool";
  readonly view: View;
}

export const OPTIONS = ["logLikelihood", "observedData"];

/** Throws a RangeError where `draws` are none, and an Error where an option does not fit them. */
export function checkDraws(where: string, draws: Draws): void {
  if (!isDraws(draws)) refuse(where, "draws", "draws, such as sample returns", draws);
}

/** Nothing is copied but what the options hold. */
export function inferenceData(where: string, draws: Draws, options: InferenceDataOptions): GroupOfArrays[] {
  checkDraws(where, draws);
  knownOptions(where, options, OPTIONS);
  const { logLikelihood, observedData } = options;
  const groups = sampled("", draws, draws);
  if (draws.warmup !== undefined) groups.push(...sampled("warmup_", draws, draws.warmup));
  if (logLikelihood !== undefined) groups.push(likelihoodGroup(where, draws, logLikelihood));
  if (observedData !== undefined) {
    groups.push({ name: "observed_data", sampleDims: [], arrays: given(where, "observedData", observedData, []) });
  }
  return groups;
}

/** A variable of draws, within their positions. */
export function viewOf(variable: Variable, position: Float64Array, chains: number, draws: number, dim: number): View {
  return {
    data: position,
    offset: variable.first,
    shape: [chains, draws, ...variable.shape],
    strides: [draws * dim, dim, ...stridesOf(variable.shape)],
    sign: 1,
  };
}

type Phase = Pick<Draws, "draws" | "position" | "stats">;

const SAMPLE_DIMS = ["chain", "draw"];

function sampled(prefix: string, { chains, dim, names }: Draws, { draws, position, stats }: Phase): GroupOfArrays[] {
  const counted = [numbered(chains), numbered(draws)];
  const nodeOf = nodeNames(SAMPLE_DIMS);
  const posterior = variablesOf(names).map((variable): InferenceArray => {
    const name = nodeOf(variable.name);
    const dims = variable.shape.map((_, axis) => nodeOf(`${name}_dim_${axis}`));
    return {
      name,
      title: variable.name,
      dims: [...SAMPLE_DIMS, ...dims],
      labels: [...counted, ...variable.labels],
      type: "float64",
      view: viewOf(variable, position, chains, draws, dim),
    };
  });
  const statNodeOf = nodeNames(SAMPLE_DIMS);
  const statistics = Object.entries(stats).map(([ours, values]): InferenceArray => {
    const { name, negated } = toArvizName(ours);
    return {
      name: statNodeOf(name),
      title: ours,
      dims: SAMPLE_DIMS,
      labels: counted,
      type: typeOf(ours, values),
      view: wholeView(values, [chains, draws], negated ? -1 : 1),
    };
  });
  return [
    { name: `${prefix}posterior`, sampleDims: SAMPLE_DIMS, arrays: posterior },
    { name: `${prefix}sample_stats`, sampleDims: SAMPLE_DIMS, arrays: statistics },
  ];
}

// A mask is one even where a chain was stopped, for it is what ArviZ selects by: the rows that are missing do not diverge. Counts have
// no number for what is missing.
function typeOf(name: string, values: Float64Array): InferenceArray["type"] {
  if (name === MASK && values.every((value) => value === 0 || value === 1 || Number.isNaN(value))) return "bool";
  return COUNTS.has(name) && values.every(Number.isSafeInteger) ? "int64" : "float64";
}

function likelihoodGroup(
  where: string,
  { chains, draws }: Draws,
  values: Readonly<Record<string, Nested>>,
): GroupOfArrays {
  const arrays = given(where, "logLikelihood", values, SAMPLE_DIMS);
  for (const { title, view } of arrays) {
    if (view.shape[0] === chains && view.shape[1] === draws) continue;
    throw new RangeError(
      `${where}: logLikelihood.${title} must begin with ${chains} chains of ${draws} draws, got the shape [${view.shape.join(", ")}]`,
    );
  }
  return { name: "log_likelihood", sampleDims: SAMPLE_DIMS, arrays };
}

function given(
  where: string,
  option: string,
  values: Readonly<Record<string, Nested>>,
  sampleDims: readonly string[],
): InferenceArray[] {
  if (typeof values !== "object" || values === null) refuse(where, option, "an object of arrays by name", values);
  const nodeOf = nodeNames(sampleDims);
  return Object.entries(values).map(([title, nested]) => {
    const { shape, data } = denseOf(where, `${option}.${title}`, nested);
    const name = nodeOf(title);
    const own = shape.slice(sampleDims.length).map((_, axis) => nodeOf(`${name}_dim_${axis}`));
    const dims = [...sampleDims.slice(0, shape.length), ...own];
    return { name, title, dims, labels: shape.map(numbered), type: "float64", view: wholeView(data, shape) };
  });
}

function numbered(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
