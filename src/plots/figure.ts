// A figure is plain data for Plotly: what to draw and how, no behaviour. It survives JSON.

export interface Figure {
  readonly data: readonly Trace[];
  readonly layout: Readonly<Record<string, unknown>>;
  /** Of an animation: what changes, and when. Absent where nothing moves. */
  readonly frames?: readonly Frame[];
}

/** Whether this has a figure's parts, as far as one can see. */
export function isFigure(value: unknown): value is Figure {
  const { data, layout } = (value ?? {}) as Partial<Figure>;
  return Array.isArray(data) && typeof layout === "object" && layout !== null;
}

/** What some traces become when Plotly goes to the frame of this name. */
export interface Frame {
  readonly name: string;
  /** New values for the traces at these indices, in this order. */
  readonly data: readonly Trace[];
  readonly traces: readonly number[];
}

/** One Plotly trace, for example `{ type: "scatter", x: [...], y: [...] }`. */
export type Trace = Readonly<Record<string, unknown>>;
