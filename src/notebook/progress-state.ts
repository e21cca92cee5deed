// What is known of a run while it goes on, gathered from its events, and how it reads: as one line, as a text table,
// as an HTML table. Pure functions; times are in seconds since the run began.

import type { RunEvent } from "../platform/platform.js";
import { escapeHtml } from "../render/escape.js";

export interface ProgressState {
  readonly title: string;
  readonly warmup: number;
  readonly draws: number;
  readonly workers: number;
  readonly chains: readonly ChainProgress[];
  /** Whether the run is over, and how. */
  readonly finished?: { readonly seconds: number; readonly aborted: boolean };
}

export interface ChainProgress {
  readonly done: number;
  readonly total: number;
  readonly phase: "waiting" | "warmup" | "draws";
  readonly acceptance: number;
  readonly stepSize: number;
  readonly divergences: number;
  /** Why the chain was stopped before its end. */
  readonly stopped?: string;
}

export const emptyProgress: ProgressState = { title: "", warmup: 0, draws: 0, workers: 0, chains: [] };

/** The state after one more event; what was there before stays as it was. */
export function advance(state: ProgressState, event: RunEvent): ProgressState {
  switch (event.type) {
    case "started": {
      const { title, warmup, draws, workers } = event;
      const chains = Array.from({ length: event.chains }, () => waiting(warmup + draws));
      return { title, warmup, draws, workers, chains };
    }
    case "progress": {
      const { done, total, acceptance, stepSize, divergences } = event;
      const phase = event.warmup ? "warmup" : "draws";
      const change = { done, total, phase, acceptance, stepSize } as const;
      if (event.chains === undefined) return withChain(state, event.chain, { ...change, divergences });
      // Of a block the divergences are a sum, which is counted at its first chain.
      const block = withChains(state, event.chain, event.chains, { ...change, divergences: 0 });
      return withChain(block, event.chain, { divergences });
    }
    case "divergence": {
      // The next progress event brings the chain's own count; until then this one is not missed.
      const divergences = (state.chains[event.chain]?.divergences ?? 0) + 1;
      return withChain(state, event.chain, { divergences });
    }
    case "stopped":
      return withChain(state, event.chain, { stopped: `stopped at ${event.draw}: ${event.reason}` });
    case "finished":
      return { ...state, finished: { seconds: event.seconds, aborted: event.aborted } };
  }
}

/** Seconds that are left if the run goes on at its pace so far; undefined before there is a pace. */
export function remaining(state: ProgressState, elapsed: number): number | undefined {
  const { done, total } = sums(state);
  if (state.finished !== undefined || done === 0) return undefined;
  return (elapsed * (total - done)) / done;
}

/**
 * One line, for a terminal.
 * Example: `HMC: 43% of 4 chains, 12 s, 16 s left, 3 divergences`.
 */
export function progressLine(state: ProgressState, elapsed: number): string {
  const divergences = state.chains.reduce((sum, chain) => sum + chain.divergences, 0);
  const stopped = state.chains.filter((chain) => chain.stopped !== undefined).length;
  const notes = [
    `${percent(state)} of ${count(state.chains.length, "chain")}`,
    ...times(state, elapsed),
    ...(divergences > 0 ? [count(divergences, "divergence")] : []),
    ...(stopped > 0 ? [`${count(stopped, "chain")} stopped`] : []),
  ];
  return `${heading(state)}: ${notes.join(", ")}`;
}

/** A table with one row per chain (of many, the few that matter most), in plain text. */
export function progressText(state: ProgressState, elapsed: number): string {
  const rows = [columns, ...shown(state).map(({ chain, index }) => [bar(chain), ...cells(chain, index)])];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const aligned = rows.map((row) =>
    row
      .map((cell, column) => (isWords(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd(),
  );
  return [progressLine(state, elapsed), ...aligned, ...hidden(state)].join("\n");
}

/** The same table in HTML; every text in it is escaped. */
export function progressHtml(state: ProgressState, elapsed: number): string {
  const align = (column: number): string => `padding: 0 0.5em; text-align: ${isWords(column) ? "left" : "right"}`;
  const head = columns.map((name, column) => `<th style="${align(column)}">${escapeHtml(name)}</th>`).join("");
  const body = shown(state).map(({ chain, index }) => {
    const texts = cells(chain, index).map((cell, i) => `<td style="${align(i + 1)}">${escapeHtml(cell)}</td>`);
    return `<tr><td>${htmlBar(chain)}</td>${texts.join("")}</tr>`;
  });
  return [
    '<table style="font-variant-numeric: tabular-nums">',
    `<caption style="text-align: left">${escapeHtml(progressLine(state, elapsed))}</caption>`,
    `<thead><tr>${head}</tr></thead>`,
    `<tbody>${body.join("")}</tbody>`,
    ...hidden(state).map((note) => `<tfoot><tr><td colspan="${columns.length}">${escapeHtml(note)}</td></tr></tfoot>`),
    "</table>",
  ].join("\n");
}

const mostRows = 16;

/** All chains, or of many those that a reader looks for: the stopped, then the farthest behind. */
function shown({ chains }: ProgressState): { chain: ChainProgress; index: number }[] {
  const rows = chains.map((chain, index) => ({ chain, index }));
  if (rows.length <= mostRows) return rows;
  const urgency = ({ chain }: { chain: ChainProgress }): number =>
    chain.stopped === undefined ? chain.done / chain.total : -1;
  return rows
    .sort((a, b) => urgency(a) - urgency(b))
    .slice(0, mostRows)
    .sort((a, b) => a.index - b.index);
}

function hidden({ chains }: ProgressState): string[] {
  return chains.length <= mostRows ? [] : [`and ${chains.length - mostRows} chains no farther behind`];
}

const columns = ["", "chain", "done", "phase", "acceptance", "step size", "divergences", ""];

function isWords(column: number): boolean {
  return column === 0 || columns[column] === "phase" || column === columns.length - 1;
}

function cells(chain: ChainProgress, index: number): string[] {
  const { done, total, phase, acceptance, stepSize, divergences, stopped = "" } = chain;
  const begun = phase !== "waiting";
  return [
    String(index),
    `${done}/${total}`,
    phase,
    begun && Number.isFinite(acceptance) ? acceptance.toFixed(2) : "",
    begun && Number.isFinite(stepSize) ? String(Number(stepSize.toPrecision(3))) : "",
    String(divergences),
    stopped,
  ];
}

function waiting(total: number): ChainProgress {
  return { done: 0, total, phase: "waiting", acceptance: Number.NaN, stepSize: Number.NaN, divergences: 0 };
}

function withChain(state: ProgressState, index: number, change: Partial<ChainProgress>): ProgressState {
  const chains = [...state.chains];
  // A run that did not say how many chains it has shows those it speaks of.
  while (chains.length <= index) chains.push(waiting(state.warmup + state.draws));
  chains[index] = { ...chains[index], ...change };
  return { ...state, chains };
}

function withChains(state: ProgressState, first: number, count: number, change: Partial<ChainProgress>): ProgressState {
  const chains = state.chains.map((chain, index) =>
    index >= first && index < first + count ? { ...chain, ...change } : chain,
  );
  return { ...state, chains };
}

function sums({ chains }: ProgressState): { done: number; total: number } {
  let done = 0;
  let total = 0;
  for (const chain of chains) {
    done += chain.done;
    // A stopped chain is at its end.
    total += chain.stopped === undefined ? chain.total : chain.done;
  }
  return { done, total };
}

function fraction({ done, total }: { done: number; total: number }): number {
  return total > 0 ? Math.min(done / total, 1) : 0;
}

// Rounded down: only what is done is 100%.
function percent(state: ProgressState): string {
  return `${Math.floor(100 * fraction(sums(state)))}%`;
}

function heading({ title, workers }: ProgressState): string {
  const words = title === "" ? "sampling" : title;
  return workers > 1 ? `${words} (${workers} workers)` : words;
}

function times(state: ProgressState, elapsed: number): string[] {
  if (state.finished !== undefined) {
    return [`${state.finished.aborted ? "aborted" : "finished"} after ${duration(state.finished.seconds)}`];
  }
  const left = remaining(state, elapsed);
  return [duration(elapsed), ...(left === undefined ? [] : [`${duration(left)} left`])];
}

/** Seconds in words: 0.42 s, 12 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds < 9.95) return `${Number(seconds.toPrecision(2))} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function bar(chain: ChainProgress): string {
  const full = Math.floor(20 * fraction(chain));
  return "#".repeat(full) + ".".repeat(20 - full);
}

// Drawn with boxes: <progress> is taken out of a notebook's HTML where it is not trusted.
function htmlBar(chain: ChainProgress): string {
  const color = chain.stopped !== undefined ? "#b5403a" : chain.phase === "warmup" ? "#c8a24a" : "#3b7a8c";
  const width = (100 * fraction(chain)).toFixed(1);
  return (
    '<div style="width: 12em; height: 0.7em; background: #8883">' +
    `<div style="width: ${width}%; height: 100%; background: ${color}"></div></div>`
  );
}
