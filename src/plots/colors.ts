// The colours of all figures, by what they are for, in three looks: on a light screen, on a dark one, and on paper. Light series
// are those of Okabe and Ito (2008); the others keep their order of hues. Dark ones are lighter; printed ones differ in
// lightness as well, so that they stay apart where paper has no colours. All stay apart for colour-blind readers.

export type ThemeName = "light" | "dark" | "print";

type Role =
  | "page"
  | "ink"
  | "faint"
  | "line"
  | "grid"
  | "warning"
  | "lowland"
  | "contour"
  | `series${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`;

/** No colour stands for two roles, in one look or in two, so that a colour says which role it plays. */
export const colorsByTheme: Readonly<Record<ThemeName, Readonly<Record<Role, string>>>> = {
  light: {
    page: "#FFFFFF",
    ink: "#222222",
    faint: "#6B6B6B",
    line: "#B5B5B5",
    grid: "#EBEBEB",
    warning: "#D55E00",
    lowland: "#D3DEE8",
    contour: "#9AAEC0",
    series0: "#0072B2", // blue
    series1: "#E69F00", // orange
    series2: "#009E73", // green
    series3: "#CC79A7", // purple
    series4: "#56B4E9", // sky
    series5: "#8C6D31", // brown, in the place of Okabe and Ito's yellow, which fades on white
    series6: "#555555", // grey
    series7: "#7A5195", // violet
  },
  dark: {
    page: "#14181D",
    ink: "#E6E9EC",
    faint: "#A4ACB4",
    line: "#5A636C",
    grid: "#2A3037",
    warning: "#FF6A3D",
    lowland: "#2C465C",
    contour: "#55708A",
    series0: "#2A92DC",
    series1: "#F9CB74",
    series2: "#38CA96",
    series3: "#CF7DB0",
    series4: "#98D5FE",
    series5: "#A2855A",
    series6: "#D2D2D2",
    series7: "#AB95CF",
  },
  print: {
    page: "#FFFFFF",
    ink: "#000000",
    faint: "#454545",
    line: "#767676",
    grid: "#E2E2E2",
    warning: "#C23A00",
    lowland: "#DADADA",
    contour: "#9C9C9C",
    series0: "#004C90",
    series1: "#D69A2D",
    series2: "#2F8F62",
    series3: "#90497A",
    series4: "#38B5EE",
    series5: "#533C08",
    series6: "#8F8F8F",
    series7: "#442A5C",
  },
};

const { light } = colorsByTheme;

/** Colours of chains, samplers and other series, in the order of use. The ninth series takes the first again. */
export const palette: readonly string[] = [
  light.series0,
  light.series1,
  light.series2,
  light.series3,
  light.series4,
  light.series5,
  light.series6,
  light.series7,
];

/** What must not be overlooked, and nothing else: divergences, a verdict that is not well. */
export const warning: string = light.warning;

/** Text and what is pooled over chains. */
export const ink: string = light.ink;

/** Notes, ticks, references. */
export const faint: string = light.faint;

/** The ground of a figure. */
export const page: string = light.page;

/** Axes, their ticks, and the line at zero. */
export const line: string = light.line;

/** Lines across a panel. */
export const grid: string = light.grid;

/** The ground of contours where the energy is least, and the contours. */
export const [lowland, contour]: readonly string[] = [light.lowland, light.contour];

/** From low to high where colour stands for a number, as Plotly takes it: after cividis (Nuñez et al. 2018), the same in every look. */
export const sequentialScale: readonly (readonly [number, string])[] = [
  [0, "#00224E"],
  [0.2, "#2A3F6D"],
  [0.4, "#575D6D"],
  [0.6, "#7D7C78"],
  [0.8, "#BCAF6F"],
  [1, "#FEE838"],
];

/** The colour of the series with this index. */
export function seriesColor(index: number): string {
  return palette[index % palette.length];
}

/** A colour of the palette with some transparency, as CSS writes it: `translucent("#0072B2", 0.2)` is `rgba(0,114,178,0.2)`. */
export function translucent(hex: string, opacity: number): string {
  const channel = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
  return `rgba(${channel(1)},${channel(3)},${channel(5)},${opacity})`;
}
