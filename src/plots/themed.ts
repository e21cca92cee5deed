// A figure in another look. Every colour of a figure plays a role (a series, ink, the ground, ...), and a colour says which: so
// the look can be changed after the fact, whoever made the figure, and changed back.

import { oneOf, refuse } from "../arguments/index.js";
import { colorsByTheme, type ThemeName, translucent } from "./colors.js";
import { type Figure, isFigure } from "./figure.js";

/**
 * The figure with the colours of a dark page, of a light one, or of paper. The figure given stays as it is. Colours of any look
 * are known by their role; others, such as one that a caller chose, stay. Throws a RangeError where it is no figure or no theme.
 *
 * @example plots.themed(plots.trace(draws), "dark").layout.paper_bgcolor // "#14181D"
 */
export function themed(figure: Figure, theme: ThemeName): Figure {
  const where = "plots.themed";
  if (!isFigure(figure)) refuse(where, "figure", "a figure, { data, layout }", figure);
  return repainted(figure, checkedTheme(where, theme), false) as Figure;
}

export function checkedTheme(where: string, theme: unknown): ThemeName {
  return oneOf(where, "theme", theme, ["light", "dark", "print"]);
}

/** From a colour in any look, as `#RRGGBB`, to its role. */
const roles = new Map(
  Object.values(colorsByTheme).flatMap((colors) =>
    Object.entries(colors).map(([role, color]) => [color, role as keyof typeof colors]),
  ),
);

/** Keys under which a string is a colour, not somebody's text: `color`, `fillcolor`, `gridcolor`, `colorway`, `colorscale`, ... */
const colorKeys = /color(s|way|scale)?$/;

/** `isColor`: whether strings here are colours. */
function repainted(value: unknown, theme: ThemeName, isColor: boolean): unknown {
  if (typeof value === "string") return isColor ? repaintedColor(value, theme) : repaintedMarkup(value, theme);
  if (ArrayBuffer.isView(value) || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => repainted(item, theme, isColor));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, repainted(item, theme, isColor || colorKeys.test(key))]),
  );
}

function repaintedColor(color: string, theme: ThemeName): string {
  const role = roles.get(color.toUpperCase());
  if (role !== undefined) return colorsByTheme[theme][role];
  const rgba = /^rgba\((\d+),(\d+),(\d+),([\d.e-]+)\)$/.exec(color);
  if (rgba === null) return color;
  const hex = `#${rgba
    .slice(1, 4)
    .map((channel) => Number(channel).toString(16).padStart(2, "0"))
    .join("")}`;
  const behind = roles.get(hex.toUpperCase());
  return behind === undefined ? color : translucent(colorsByTheme[theme][behind], Number(rgba[4]));
}

/** Colours inside our own markup. Texts of users hold none, for `asText` has been through them. */
function repaintedMarkup(text: string, theme: ThemeName): string {
  return text.replace(
    /(<span style="[^"<>]*color:)(#[0-9A-Fa-f]{6})(?=["';])/g,
    (_, before: string, color: string) => before + repaintedColor(color, theme),
  );
}
