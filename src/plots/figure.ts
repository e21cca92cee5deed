// A figure is plain data for Plotly: what to draw and how, no behaviour. It survives JSON.

export interface Figure {
  readonly data: readonly Trace[];
  readonly layout: Readonly<Record<string, unknown>>;
}

/** One Plotly trace, for example `{ type: "scatter", x: [...], y: [...] }`. */
export type Trace = Readonly<Record<string, unknown>>;
