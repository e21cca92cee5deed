// How large a target may be, said before anything is made: what is too large would end the process in the middle, without a word.

import { refuse } from "../../arguments/index.js";

/** More could not be stored: a file of JSON is one text, which holds half a gigabyte. */
export const MOST_PARAMETERS: number = 2 ** 24;

/** Of inputs and outputs together, 2 GiB: data are made at once, and what is between a teacher's layers comes on top. */
const MOST_NUMBERS = 2 ** 28;

/** `keys` decide the number. */
export function refuseHugeModel(where: string, keys: string, parameters: number): void {
  if (parameters > MOST_PARAMETERS) {
    refuse(where, `the number of parameters by ${keys}`, `at most ${MOST_PARAMETERS}`, parameters);
  }
}

/** Rows that are to be made, with so many numbers in each. */
export function refuseHugeData(where: string, rows: number, columns: number): void {
  const most = Math.floor(MOST_NUMBERS / columns);
  if (most < 1) refuse(where, "model.in_dim and model.out_dim together", `at most ${MOST_NUMBERS}`, columns);
  if (rows > most) refuse(where, "data.n_data", `at most ${most} with ${columns} numbers in a row`, rows);
}
