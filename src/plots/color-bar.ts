// The bar that says which number a colour stands for.

import { faint, ink } from "./theme.js";

/** Beside the plot, at the right, with a title above it that is taken as it is; `overrides` win. */
export function colorBar(title: string, overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    title: { text: title, font: { size: 12, color: ink } },
    thickness: 14,
    len: 0.6,
    tickfont: { size: 11, color: faint },
    outlinewidth: 0,
    ...overrides,
  };
}
