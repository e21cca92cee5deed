// Data as a target has them, wherever they come from.

import { refuse } from "../../arguments/index.js";
import type { Random } from "../../random/index.js";
import type { TargetConfiguration } from "./configuration.js";
import { digitsData } from "./digits.js";
import type { Materials } from "./materials.js";
import { syntheticData } from "./synthetic.js";
import { tableData } from "./table.js";

export interface Dataset {
  /** `[rows, ...]`: rows of images have three axes more, height, width and channels. */
  readonly inputs: NumberArray;
  /** `[rows, ...]` */
  readonly outputs: NumberArray;
  /** Numbers that a network has to say of a row: a logit for each class, or as many as there are outputs. */
  readonly width: number;
}

/** Row-major. */
export interface NumberArray {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

/** The data of `data.source`; `where` names the target in errors. */
export function datasetOf(
  where: string,
  configuration: TargetConfiguration,
  { table, digits }: Materials,
  random: Random,
): Dataset {
  switch (configuration.data.source) {
    case "synthetic":
      return syntheticData(where, configuration, random);
    case "digits":
      if (digits === undefined)
        refuse(where, "materials.digits", "the images that data.source=digits asks for", digits);
      return digitsData(where, configuration, digits, random.split("rows"));
    case "table":
      if (table === undefined) refuse(where, "materials.table", "the columns of the file data.path", table);
      return tableData(where, configuration, table, random.split("rows"));
  }
}
