// Where a legend of names that somebody else chose goes: in the line of the title where it fits, else below the plot, in as many lines as
// it needs. Lengths are estimates; there is nothing to measure text with.

import { legendBelow, legendBesideTitle } from "./theme.js";

/** A legend, and by how many CSS pixels it makes the figure and its bottom margin higher. */
export interface LegendPlace {
  readonly legend: Record<string, unknown>;
  readonly below: number;
}

/** CSS pixels: of an entry's sample and gaps, of a letter of the legend and of the title, of a line. */
const [sampleWidth, letterWidth, titleLetterWidth, lineHeight] = [48, 6.6, 8.8, 19];
const edges = 80;

/** The place of a legend with these entries, in a figure with this title; `figureWidth` is that of figures that say none. */
export function legendPlace(entries: readonly string[], title: string, figureWidth = 900): LegendPlace {
  const widths = entries.map((entry) => sampleWidth + letterWidth * entry.length);
  const free = figureWidth - edges - titleLetterWidth * title.length;
  if (widths.reduce((sum, width) => sum + width, 0) <= free) return { legend: legendBesideTitle(), below: 0 };
  // Entries on several lines stand in columns as wide as the longest.
  const perLine = Math.max(1, Math.floor((figureWidth - edges) / Math.max(...widths)));
  const lines = Math.ceil(entries.length / perLine);
  return { legend: { ...legendBelow(), tracegroupgap: 0 }, below: lineHeight * lines + 12 };
}
