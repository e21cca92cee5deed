// One file per chain: of `fit.csv` the file itself for one chain, and `fit_1.csv`, `fit_2.csv`, ... for several, as CmdStan names them.

import { basename, dirname, extname, join } from "node:path";
import { entriesOf } from "./beside.js";

export function chainPaths(path: string, chains: number): string[] {
  if (chains === 1) return [path];
  return Array.from({ length: chains }, (_, chain) => numbered(path, chain + 1));
}

/** Those that are there: the file itself, and the numbered ones in the order of their numbers. */
export async function presentPaths(path: string): Promise<{ single: boolean; numbers: number[] }> {
  const entries = (await entriesOf(dirname(path))) ?? [];
  const extension = extname(path);
  const stem = `${basename(path, extension)}_`;
  const numbers = entries.flatMap((entry) => {
    if (!entry.startsWith(stem) || !entry.endsWith(extension)) return [];
    const digits = entry.slice(stem.length, entry.length - extension.length);
    return /^[1-9]\d{0,8}$/.test(digits) ? [Number(digits)] : [];
  });
  return { single: entries.includes(basename(path)), numbers: numbers.sort((a, b) => a - b) };
}

export function numbered(path: string, number: number): string {
  const extension = extname(path);
  return join(dirname(path), `${basename(path, extension)}_${number}${extension}`);
}
