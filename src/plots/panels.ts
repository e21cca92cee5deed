// Several small panels in one figure, in rows and columns, each with its name above it.

import { asText } from "./theme.js";

export interface Panel {
  /** Plotly's names of its axes in traces (`x`, `x2`, ...), and in the layout (`xaxis`, `xaxis2`, ...). */
  readonly x: string;
  readonly y: string;
  readonly xaxis: string;
  readonly yaxis: string;
  /** Shares of the figure, from the left and from below. */
  readonly across: [number, number];
  readonly up: [number, number];
  /** Whether no panel stands below it. */
  readonly isLowest: boolean;
  /** Whether none stands at its left. */
  readonly isFirst: boolean;
}

export interface PanelGrid {
  readonly panels: Panel[];
  /** Pixels of the whole figure. */
  readonly height: number;
}

export interface PanelOptions {
  /** Two where left out, one for a single panel. */
  columns?: number;
  /** Pixels of a row, 190 where left out, 290 for a single one. */
  rowHeight?: number;
  /** Shares of the figure between columns. */
  gap?: number;
  /** Names the first pair of axes, for a second grid in one figure; 1 where left out. */
  first?: number;
}

/** Places for this many panels, row after row from the top left. */
export function panelGrid(
  count: number,
  { columns = count === 1 ? 1 : 2, rowHeight, gap = 0.09, first = 1 }: PanelOptions = {},
): PanelGrid {
  const rows = Math.ceil(count / columns);
  const pixels = rowHeight ?? (rows === 1 ? 290 : 190);
  // Some 50 pixels between rows hold the ticks above and the name below.
  const gapUp = rows === 1 ? 0 : Math.min(0.35, 50 / (rows * pixels));
  const [width, height] = [(1 - gap * (columns - 1)) / columns, (1 - gapUp * (rows - 1)) / rows];
  const panels = Array.from({ length: count }, (_, i): Panel => {
    const id = i + first === 1 ? "" : String(i + first);
    const [left, top] = [(i % columns) * (width + gap), 1 - Math.floor(i / columns) * (height + gapUp)];
    return {
      x: `x${id}`,
      y: `y${id}`,
      xaxis: `xaxis${id}`,
      yaxis: `yaxis${id}`,
      across: [left, Math.min(1, left + width)],
      up: [Math.max(0, top - height), top],
      isLowest: i + columns >= count,
      isFirst: i % columns === 0,
    };
  });
  return { panels, height: 120 + rows * pixels };
}

/** A name above a panel, at its left. Taken as text. */
export function panelName({ across, up }: Panel, name: string): Record<string, unknown> {
  return {
    text: asText(name),
    xref: "paper",
    yref: "paper",
    x: across[0],
    y: up[1],
    xanchor: "left",
    yanchor: "bottom",
    showarrow: false,
    font: { size: 13 },
  };
}
