// A figure that changes in place while something goes on: under the running cell of a tslab notebook (Jupyter's
// `update_display_data`), else in an HTML file that is written anew.

import type { Figure } from "../plots/figure.js";
import { bundleFor, save, toJson } from "../render/index.js";
import { figureContent, libraryContent, plainText } from "./figure-html.js";
import { libraryFor } from "./library.js";
import { elementId, figurePath, painted, type ShowOptions, warnOfSize } from "./show.js";
import { type StillPicture, stillPicture } from "./still.js";
import { throttled } from "./throttle.js";
import { type RunningCell, runningCell } from "./tslab.js";

export interface LiveFigure {
  /**
   * Puts another figure in the place of the one that is shown. Returns at once: at most two are drawn in a second, and what comes
   * faster is passed over. Where the new figure has the same axes, what the reader has zoomed into stays. Throws a RangeError
   * where `figure` is not a figure.
   */
  update(figure: Figure): void;
  /** Resolves when the latest figure is shown, with its picture where `ergodic notebooks` runs the notebook. */
  done(): Promise<void>;
}

/**
 * Shows a figure that can be changed later, in place, from any cell; elsewhere than in a notebook as an HTML file that is
 * written anew. End with `done`, or a notebook's last state may miss its picture. Throws as `show` does.
 *
 * @example
 * let draws = await sample(energy, hmc(), { draws: 200 });
 * const live = await showLive(plots.trace(draws));
 * for (let count = 400; count <= 2000; count += 200) {
 *   draws = await sample(energy, hmc(), { resume: draws, draws: count });
 *   live.update(plots.trace(draws));
 * }
 * await live.done();
 */
export async function showLive(figure: Figure, options: ShowOptions = {}): Promise<LiveFigure> {
  const first = zoomKept(painted("showLive", figure, options));
  const json = toJson(first, "showLive");
  let warned = warnOfSize("showLive", first, json);
  // Asked for before anything is awaited: while we wait, the next cell may have begun.
  const cell = runningCell();
  const place = cell === undefined ? inFile() : underCell(cell, elementId(json));
  const { offer, flush } = throttled((next: Figure) => {
    const json = toJson(next, "update");
    // Once is enough.
    if (!warned) warned = warnOfSize("update", next, json);
    return place.draw(next, json);
  }, place);
  offer(first);
  await flush();
  await place.end(first);
  let latest = first;
  return {
    update(next) {
      latest = zoomKept(painted("update", next, options));
      offer(latest);
    },
    async done() {
      await flush();
      await place.end(latest);
    },
  };
}

/** Where a live figure is: how it is drawn, how often that may be, and what is left to do in the end. */
interface Place {
  /** Undefined where it was drawn at once. */
  draw(figure: Figure, json: string): Promise<void> | undefined;
  readonly interval: number;
  end(latest: Figure): Promise<void>;
}

function underCell(cell: RunningCell, id: string): Place {
  let isShown = false;

  const draw = (figure: Figure, json: string, picture?: StillPicture): Promise<void> | undefined => {
    // An update belongs to the cell that runs now: nbconvert passes over what comes for a cell that has ended.
    const { display } = isShown ? (runningCell() ?? cell) : cell;
    const { bundle, source, carrier } = libraryFor(plainText(figure), bundleFor(figure), cell);
    const show = (): void => {
      const content = figureContent(figure, { id, json, bundle, carrier, picture, live: true });
      display({ ...content, id, update: isShown });
      isShown = true;
    };
    if (source === undefined) {
      show();
      return undefined;
    }
    // Beside the figure: within it, the library would go when the figure's first state goes.
    return source.then((library) => {
      display(libraryContent({ bundle, library }));
      show();
    });
  };

  const end = async (latest: Figure): Promise<void> => {
    const picture = await stillPicture(latest);
    if (picture !== undefined) await draw(latest, toJson(latest), picture);
  };
  return { draw, interval: 500, end };
}

function inFile(): Place {
  const path = figurePath();
  let isSaid = false;
  const draw = async (figure: Figure): Promise<void> => {
    await save(figure, await path);
    if (!isSaid) console.log(`${plainText(figure)}: ${await path} (written anew as it changes)`);
    isSaid = true;
  };
  return { draw, interval: 2000, end: async () => {} };
}

/** Plotly keeps what the reader has done to a figure, such as to zoom, as long as its `uirevision` stays the same. */
function zoomKept(figure: Figure): Figure {
  return { ...figure, layout: { uirevision: "live", ...figure.layout } };
}
