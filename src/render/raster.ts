// A figure's PNG, made in the page from its SVG. Where a line of n points goes up and down, as a chain's does, each row of pixels
// meets all of it, and a browser draws it in a time that grows with n squared: so long lines are cut into short ones first,
// which halves the time for a trace of ten thousand draws.

/** The pieces share a stretch, so that there is a joint where one ends and the next begins. */
const pointsPerPiece = 100;

export interface RasterSize {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Pixels per CSS pixel. */
  readonly scale: number;
}

/** An expression for a page with Plotly, whose value is a promise of the PNG as a data URL; `data:,` where it is too large. */
export function rasterized(json: string, { width, height, scale }: RasterSize): string {
  return `(async () => {
  const url = await Plotly.toImage(${json}, ${JSON.stringify({ format: "svg", width, height })});
  const text = decodeURIComponent(url.slice(url.indexOf(",") + 1));
  const blob = new Blob([(${inPieces})(text)], { type: "image/svg+xml" });
  const source = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = ${width * scale};
    canvas.height = ${height * scale};
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/png");
  } finally {
    URL.revokeObjectURL(source);
  }
})()`;
}

/**
 * A function of the page, from the text of an SVG to one whose long lines are in pieces. Text, since to take an SVG apart and to
 * put it together again would cost half of what is gained; a line that is not recognized stays whole.
 */
export const inPieces: string = `(text) => text.replace(/<path class="js-line"[^>]*?(?:\\/>|><\\/path>)/g, (path) => {
  const [, line] = / d="(M[^"A-KN-Za-z]*)"/.exec(path) || [];
  if (line === undefined || line.length < ${6 * pointsPerPiece}) return path;
  // Where the pieces overlap, a translucent line would show; and dashes, or an area, are of the whole line.
  const isPlain = / style="[^"]*fill: none;/.test(path) && !/opacity: (?!1[;"])|stroke-dasharray: (?!none)/.test(path);
  const points = line.split("L");
  if (!isPlain || points.length < ${2 * pointsPerPiece}) return path;
  const [before, after] = path.split(line);
  let pieces = "";
  for (let from = 0; from + 1 < points.length; from += ${pointsPerPiece}) {
    const piece = points.slice(Math.max(0, from - 1), from + ${pointsPerPiece} + 1).join("L");
    pieces += before + (from === 0 ? "" : "M") + piece + after;
  }
  return pieces;
})`;
