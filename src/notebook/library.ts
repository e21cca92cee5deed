// Which figure of this kernel's notebook carries plotly.js: its source goes into a notebook once and serves all figures.

import { type PlotlyBundle, plotlyBundle } from "../render/index.js";
import { cellFingerprint, type RunningCell } from "./tslab.js";

/** What a figure needs to know of the library that draws it. */
export interface Library {
  readonly bundle: PlotlyBundle;
  /** The bundle's source, where this figure is to carry it. */
  readonly source: Promise<string> | undefined;
  /** The figure that carries the source, in words. */
  readonly carrier: string;
}

interface Carrier {
  readonly words: string;
  readonly cell: string | undefined;
  readonly run: unknown;
}

const carriers = new Map<PlotlyBundle, Carrier>();

/**
 * The library for a figure, `words`, shown by a cell: the first figure carries it, and does again when its cell is run again,
 * because the new output replaces the old one with the library in it. The full bundle serves every figure. To be called before
 * anything is awaited, for it looks who called.
 */
export function libraryFor(words: string, bundle: PlotlyBundle, { run }: RunningCell): Library {
  const cell = cellFingerprint();
  const isThere = (carrier: Carrier): boolean => cell === undefined || carrier.cell !== cell || carrier.run === run;
  const present = [carriers.get("full"), carriers.get(bundle)].find((carrier) => carrier && isThere(carrier));
  if (present !== undefined) return { bundle, source: undefined, carrier: present.words };
  carriers.set(bundle, { words, cell, run });
  const source = plotlyBundle(bundle);
  source.catch(() => carriers.delete(bundle));
  return { bundle, source, carrier: words };
}
