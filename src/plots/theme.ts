// The quiet look that every figure shares: thin lines, a light grid, titles at the left. Figures are made in the light look, with
// the colours of colors.ts and no others, so that `themed` can change the look afterwards.

import { faint, grid, ink, line, page, palette, translucent } from "./colors.js";

export {
  contour,
  faint,
  grid,
  ink,
  line,
  lowland,
  page,
  palette,
  sequentialScale,
  seriesColor,
  type ThemeName,
  translucent,
  warning,
} from "./colors.js";

/**
 * Text that Plotly draws as it stands. Plotly reads a little HTML in titles, names and labels, so a coordinate called
 * `<b>` would otherwise turn bold and lose its name: `asText("a<b")` is `a&lt;b`.
 */
export function asText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * The layout of a figure with this title; `note` stands below it, smaller. Both are taken as text. The axes come with
 * `overrides`, which win key by key of the top level.
 */
export function layout(
  title: string,
  overrides: Readonly<Record<string, unknown>> = {},
  note = "",
): Record<string, unknown> {
  const lines = note === "" ? 0 : note.split("\n").length;
  const below = asText(note).replaceAll("\n", "<br>");
  const settings: Record<string, unknown> = {
    title: {
      // The note is part of the title: Plotly's own subtitle stands too far below it.
      text: asText(title) + (lines > 0 ? `<br><span style="font-size:12px;color:${faint}">${below}</span>` : ""),
      font: { size: 17, color: ink },
      x: 0,
      xref: "container",
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      // Plotly moves a title of several lines up by about half a line.
      pad: { t: lines > 0 ? 24 : 12, l: 16 },
    },
    font: { family: "Open Sans, Helvetica Neue, Arial, sans-serif", size: 12.5, color: ink },
    paper_bgcolor: page,
    plot_bgcolor: page,
    colorway: [...palette],
    margin: { l: 64, r: 36, t: (lines > 0 ? 48 : 54) + 22 * lines, b: 56 },
    hovermode: "closest",
    legend: legendAtRight(),
    ...overrides,
  };
  // Plotly's own check stumbles over the legend of a figure that shows none.
  if (settings.showlegend === false) delete settings.legend;
  return settings;
}

/** A legend at the right of the plot: where a layout says nothing else. */
export function legendAtRight(): Record<string, unknown> {
  return {
    orientation: "v",
    x: 1.015,
    xanchor: "left",
    y: 1,
    yanchor: "top",
    bgcolor: translucent(page, 0),
    font: { size: 12 },
  };
}

/** A legend in the line of the title, at the right: for a handful of entries. */
export function legendBesideTitle(): Record<string, unknown> {
  return {
    orientation: "h",
    x: 0.96,
    xref: "container",
    xanchor: "right",
    y: 0.99,
    yref: "container",
    yanchor: "top",
    font: { size: 12 },
    bgcolor: translucent(page, 0),
  };
}

/** Plotly's buttons in the right margin, out of the way of a legend beside the title. */
export const buttonsAtRight: Readonly<Record<string, unknown>> = { orientation: "v", bgcolor: translucent(page, 0) };

/** A legend below the plot, for figures that are already wide. Needs a bottom margin of some 90 pixels. */
export function legendBelow(): Record<string, unknown> {
  return { ...legendBesideTitle(), x: 0.5, xanchor: "center", y: 0.01, yanchor: "bottom" };
}

/** CSS pixels that a note below the title takes. */
export const NOTE_HEIGHT = 16;

/** The margins of the theme for several panels, each with a label above it. */
export function panelMargin(note: string): Record<string, unknown> {
  return { l: 64, r: 36, t: 78 + (note === "" ? 0 : NOTE_HEIGHT), b: 56 };
}

/** An axis of the theme. `title` is taken as text; `overrides` win. What they switch off gets no look: Plotly's check minds. */
export function axis(title = "", overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const settings: Record<string, unknown> = {
    ...(title !== "" && { title: { text: asText(title), font: { size: 12.5 }, standoff: 8 } }),
    showgrid: true,
    gridcolor: grid,
    gridwidth: 1,
    zeroline: false,
    showline: true,
    linecolor: line,
    linewidth: 1,
    ticks: "outside",
    ticklen: 4,
    tickcolor: line,
    tickfont: { size: 11, color: faint },
    automargin: true,
    ...overrides,
  };
  const isOff: [boolean, string[]][] = [
    [settings.showgrid === false, ["gridcolor", "gridwidth"]],
    [settings.showline === false, ["linecolor", "linewidth"]],
    [settings.zeroline === false, ["zerolinecolor", "zerolinewidth"]],
    [settings.ticks === "", ["ticklen", "tickcolor"]],
    [settings.showticklabels === false, ["tickfont"]],
  ];
  const dropped = new Set(isOff.flatMap(([off, keys]) => (off ? keys : [])));
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !dropped.has(key)));
}
