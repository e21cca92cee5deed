// Data of a table: some columns are to be told from others. Inputs and real-valued outputs are standardised where asked for.

import { refuse } from "../../arguments/index.js";
import type { WeightArray } from "../../networks/index.js";
import type { Random } from "../../random/index.js";
import type { LossName, TargetConfiguration } from "./configuration.js";
import type { Dataset, NumberArray } from "./dataset.js";
import { hasErrors, lossNameOf } from "./likelihood.js";
import { chosenRows } from "./rows.js";

type Table = Readonly<Record<string, WeightArray>>;

/**
 * Inputs and outputs of `data.inputs` and `data.outputs`, columns beside each other; a single column that is an array for every row keeps its
 * shape. Throws a RangeError that names the column and the row where one does not fit the loss.
 */
export function tableData(where: string, configuration: TargetConfiguration, table: Table, random: Random): Dataset {
  const { data } = configuration;
  const loss = lossNameOf(configuration);
  if (data.outputs === null || data.outputs.length === 0) {
    refuse(where, "data.outputs", `some of the columns ${namesOf(table)}`, data.outputs);
  }
  const outputNames = known(where, "data.outputs", table, data.outputs);
  const others = Object.keys(table).filter((name) => !outputNames.includes(name));
  const inputNames = known(where, "data.inputs", table, data.inputs ?? others);
  if (inputNames.length === 0) refuse(where, "data.inputs", "the name of at least one column", inputNames);
  const both = inputNames.find((name) => outputNames.includes(name));
  if (both !== undefined) refuse(where, "data.inputs", "columns that data.outputs has not", both);
  const count = rowsOf(where, table, [...inputNames, ...outputNames]);
  for (const name of outputNames) checkOutputs(where, name, table[name], loss);

  const rows = chosenRows(where, "the table", data.n_data, count, random);
  const inputs = beside(table, inputNames, rows);
  const outputs = beside(table, outputNames, rows);
  if (data.standardize) standardize(inputs);
  if (data.standardize && hasErrors(loss)) standardize(outputs);
  return { inputs, outputs, width: widthOf(where, loss, table, outputNames, outputs) };
}

function known(where: string, key: string, table: Table, names: readonly string[]): readonly string[] {
  names.forEach((name, i) => {
    if (!Object.hasOwn(table, name)) refuse(where, key, `some of the columns ${namesOf(table)}`, name);
    if (names.indexOf(name) < i) refuse(where, key, "different columns", name);
  });
  return names;
}

function namesOf(table: Table): string {
  return Object.keys(table)
    .map((name) => JSON.stringify(name))
    .join(", ");
}

/** How many rows all of them have. */
function rowsOf(where: string, table: Table, names: readonly string[]): number {
  const [first] = names;
  for (const name of names) {
    const { shape, values } = table[name];
    const count = table[first].shape[0];
    if (!(shape[0] >= 1)) throw new RangeError(`${where}: column ${name} must have at least one row, got none`);
    if (shape[0] !== count) {
      throw new RangeError(`${where}: column ${name} must have ${count} rows like ${first}, got ${shape[0]}`);
    }
    const each = values.length / count;
    for (let k = 0; k < values.length; k++) {
      if (Number.isFinite(values[k])) continue;
      refuse(where, placeIn(name, k, each), "a finite number", values[k]);
    }
  }
  return table[first].shape[0];
}

interface Law {
  readonly expected: string;
  fits(value: number): boolean;
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;

const laws: Readonly<Partial<Record<LossName, Law>>> = {
  categorical: { expected: "a class label 0, 1, 2, ... for target.loss=categorical", fits: isCount },
  bernoulli: { expected: "0 or 1 for target.loss=bernoulli", fits: (value) => value === 0 || value === 1 },
  poisson: { expected: "a count 0, 1, 2, ... for target.loss=poisson", fits: isCount },
};

function checkOutputs(where: string, name: string, { values, shape }: WeightArray, loss: LossName): void {
  const law = laws[loss];
  if (law === undefined) return;
  for (let k = 0; k < values.length; k++) {
    if (!law.fits(values[k])) refuse(where, placeIn(name, k, values.length / shape[0]), law.expected, values[k]);
  }
}

function placeIn(name: string, k: number, each: number): string {
  const row = Math.floor(k / each);
  return each === 1 ? `${name}[${row}]` : `${name}[${row}][${k % each}]`;
}

function beside(table: Table, names: readonly string[], rows: Uint32Array): NumberArray {
  const columns = names.map((name) => table[name]);
  const widths = columns.map(({ shape }) => shape.slice(1).reduce((size, extent) => size * extent, 1));
  const width = widths.reduce((sum, each) => sum + each, 0);
  const values = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    let at = i * width;
    columns.forEach((column, c) => {
      for (let k = 0; k < widths[c]; k++) values[at++] = column.values[row * widths[c] + k];
    });
  });
  const ofRow = columns.length === 1 && columns[0].shape.length > 1 ? columns[0].shape.slice(1) : [width];
  return { values, shape: [rows.length, ...ofRow] };
}

/** Column by column; one that is the same in every row becomes 0. */
function standardize({ values, shape: [rows] }: NumberArray): void {
  const width = values.length / rows;
  for (let j = 0; j < width; j++) {
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += values[i * width + j] / rows;
    let variance = 0;
    for (let i = 0; i < rows; i++) variance += (values[i * width + j] - mean) ** 2 / rows;
    // What is left of equal numbers by rounding has no spread to speak of.
    const scale = variance > (1e-12 * mean) ** 2 ? 1 / Math.sqrt(variance) : 0;
    for (let i = 0; i < rows; i++) values[i * width + j] = (values[i * width + j] - mean) * scale;
  }
}

/** Classes are those of the whole table, whichever rows were drawn. */
function widthOf(where: string, loss: LossName, table: Table, names: readonly string[], outputs: NumberArray): number {
  const [rows] = outputs.shape;
  const width = outputs.values.length / rows;
  if (loss !== "categorical") return width;
  if (width !== 1)
    refuse(where, "data.outputs", "a single column of labels for target.loss=categorical", names.join(", "));
  const labels = table[names[0]].values;
  let most = 0;
  for (let i = 0; i < labels.length; i++) most = Math.max(most, labels[i]);
  if (most === 0) refuse(where, "data.outputs", "a column with labels of at least two classes", names[0]);
  return most + 1;
}
