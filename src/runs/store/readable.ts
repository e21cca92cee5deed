// Many artifacts read at once: those that are whole, in their order, and those that are damaged, which are in nobody else's way.

import { DamagedArtifact } from "./artifact.js";

/** Artifacts that could be read, and those that could not. */
export interface Readable<Item, Content> {
  readonly whole: Content[];
  readonly damaged: (Item & { readonly error: Error })[];
}

/** Reads each, and sets aside with the reason what is damaged or cannot be read; `read` gives nothing for what is no longer there. */
export async function readEach<Item extends object, Content>(
  items: readonly Item[],
  read: (item: Item) => Promise<Content | undefined>,
): Promise<Readable<Item, Content>> {
  const found: Readable<Item, Content> = { whole: [], damaged: [] };
  for (const item of items) {
    try {
      const content = await read(item);
      if (content !== undefined) found.whole.push(content);
    } catch (error) {
      // The system's own errors have a code; any other is a mistake of ours.
      if (!(error instanceof DamagedArtifact || (error instanceof Error && "code" in error))) throw error;
      found.damaged.push({ ...item, error });
    }
  }
  return found;
}

/** The order of a list by when its artifacts were finished, those of one moment by their ids. */
export function newestFirst(
  a: { readonly finished: string; readonly id: string },
  b: { readonly finished: string; readonly id: string },
): number {
  return a.finished < b.finished ? 1 : a.finished > b.finished ? -1 : a.id < b.id ? -1 : 1;
}

/** Throws what is wrong with the first, where there is one: what was asked for might be it. */
export function refuseDamaged(damaged: readonly { readonly error: Error }[]): void {
  if (damaged.length > 0) throw damaged[0].error;
}
