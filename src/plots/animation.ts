// What animated figures share: buttons that play and pause, and a slider with a place for every frame.

import { faint, ink, line, lowland, page, seriesColor, translucent } from "./theme.js";

/** Room below the plot for both. */
export const animationMargin = 132;

/** `updatemenus` and `sliders` of a layout for frames named `"0"`, `"1"`, ...; nothing where there is one frame only, which cannot move. */
export function animationControls(labels: readonly string[], duration: number): Record<string, unknown> {
  return labels.length < 2 ? {} : { updatemenus: [buttons(duration)], sliders: [slider(labels, duration)] };
}

function buttons(duration: number): Record<string, unknown> {
  const still = { mode: "immediate", transition: { duration: 0 } };
  const button = (label: string, frames: unknown, more: object): Record<string, unknown> => ({
    label,
    method: "animate",
    args: [frames, { ...still, ...more }],
  });
  return {
    type: "buttons",
    direction: "left",
    showactive: false,
    x: 0,
    xanchor: "left",
    y: 0,
    yanchor: "top",
    pad: { t: 62, r: 10 },
    bgcolor: page,
    bordercolor: line,
    font: { size: 12, color: ink },
    buttons: [
      button("Play", null, { frame: { duration, redraw: false }, fromcurrent: true }),
      button("Pause", [null], { frame: { duration: 0, redraw: false } }),
    ],
  };
}

function slider(labels: readonly string[], duration: number): Record<string, unknown> {
  return {
    active: labels.length - 1,
    x: 0.3,
    len: 0.7,
    y: 0,
    yanchor: "top",
    pad: { t: 44 },
    ticklen: 0,
    minorticklen: 0,
    bgcolor: lowland,
    bordercolor: line,
    activebgcolor: seriesColor(0),
    font: { size: 1, color: translucent(page, 0) },
    currentvalue: { visible: true, xanchor: "right", font: { size: 12, color: faint }, offset: 6 },
    steps: labels.map((label, i) => ({
      label,
      method: "animate",
      args: [[String(i)], { mode: "immediate", frame: { duration, redraw: false }, transition: { duration: 0 } }],
    })),
  };
}
