// One kernel and the chains that are its columns, from their starts, or from where they stand, to their last draws. The main
// thread and the workers run this same code.

import type { Energy } from "../energies/energy.js";
import type { RunEvent } from "../platform/platform.js";
import type { Info, Kernel } from "../samplers/kernel.js";
import { begin } from "./begin.js";
import { type Plan, transitionsOf } from "./plan.js";
import { rowsOf, type TableName, writer } from "./rows.js";
import { type GroupEnd, OF_RUN, OF_WARMUP, takeOut } from "./standing.js";
import { type GroupStorage, PROGRESS } from "./storage.js";

export interface Group {
  /** The group's chains are `first ... first + width - 1`. */
  readonly first: number;
  readonly width: number;
  /** Makes at most `transitions` transitions, and none beyond the end of warmup; false once nothing is left to do. */
  advance(transitions: number): boolean;
  /** Makes what was done so far visible in the storage. */
  publish(): void;
  /** Where the chains stand, after `publish`. */
  end(): GroupEnd;
  /** Reports where the chains are; the group's last act. */
  close(): void;
}

/** What a group says besides what it writes into the storage. */
export interface Reporter {
  /** Chains `first ... first + width - 1` are about to start. */
  opened(first: number, width: number): void;
  event(event: RunEvent): void;
  /** Once, when the parameters are final: `[width]` or `[dim, width]` each. */
  adapted(first: number, width: number, parameters: Record<string, Float64Array>): void;
  /** Where groups stand that go on. */
  snapshot(ends: readonly GroupEnd[]): void;
  ended(end: GroupEnd): void;
}

/** A group names the first few of its divergences, so that thousands of chains do not send thousands of messages; all are counted. */
const NAMED_DIVERGENCES = 10;

/** Weight of the latest acceptance in the running mean that progress shows. */
const LATEST = 0.05;

/** What is kept with every draw: the energy, the kernel's statistics, the energy's observables. Throws where two share a name. */
export function statisticsOf(energy: Energy, kernel: Kernel): string[] {
  const names = ["energy", ...kernelStatistics(kernel), ...(energy.observables?.names ?? [])];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new RangeError(`sample: two statistics are called ${JSON.stringify(twice)}`);
  return names;
}

// The energy of a kept draw is the state's own, so a kernel that also reports it need not be asked.
function kernelStatistics(kernel: Kernel): string[] {
  return kernel.statistics.filter((name) => name !== "energy");
}

/** Starts the kernel's chains, or puts them where they stood. Throws where a start is refused. */
export function openGroup(
  energy: Energy,
  kernel: Kernel,
  plan: Plan,
  first: number,
  storage: GroupStorage,
  report: Reporter,
): Group {
  const { dim, warmup, thin } = plan;
  const { width } = kernel;
  const total = transitionsOf(plan);
  const running = new Uint8Array(width).fill(1);
  /** Transitions of each column, where it has stopped. */
  const ends = new Float64Array(width);
  // A draw counts as diverging where any transition since the last kept one was: thinning hides none.
  const diverged = new Float64Array(width);
  /** Of the present phase: warmup, or draws. */
  const divergences = new Float64Array(width);
  /** Gradients taken so far, warmup included; NaN where the kernel does not say. */
  const gradients = new Float64Array(width);
  const ofRun = { diverged, divergences, gradients };

  const begun = begin(energy, kernel, plan, first, ofRun);
  const { random, state, adaptation } = begun;
  let { done } = begun;
  let kept = Math.max(0, Math.floor((done - warmup) / thin));
  let inWarmup = done < warmup || !begun.resumed;
  let adapted = !inWarmup;

  // One array per column of the tables, `[width]` each; the kernel's are known after its first step.
  const reported = kernelStatistics(kernel);
  const observed = (energy.observables?.names ?? []).map(() => new Float64Array(width));
  const sources: Float64Array[] = [];
  const never = new Float64Array(width);
  const statistics = storage.names.length;
  const { transform } = energy;
  const destination = storage.destination(first, width);
  const rows = rowsOf({ dim, width, running, statistics, destination, transform });
  let info: Info | undefined;
  let diverging: Float64Array = never;
  let acceptance: Float64Array | undefined;
  let evaluations: Float64Array = new Float64Array(width).fill(Number.NaN);
  let gradientsEach = 1;
  let stepSize: Float64Array | undefined;

  const meanAcceptance = new Float64Array(width).fill(Number.NaN);
  let runningColumns = width;
  for (let c = 0; c < width; c++) {
    const stoppedAt = begun.stoppedAt[c];
    if (Number.isNaN(stoppedAt)) continue;
    running[c] = 0;
    ends[c] = stoppedAt;
    runningColumns--;
  }
  // Even a warmup of no transitions has a start and an end: a step size may be found in them.
  if (warmup === 0 && inWarmup) endWarmup();

  function bind(next: Info): void {
    info = next;
    diverging = next.diverging ?? never;
    acceptance = next.acceptance;
    evaluations = next.gradients ?? next.leapfrogSteps ?? evaluations;
    gradientsEach = next.gradients === undefined ? (kernel.gradientsPerStep ?? 1) : 1;
    sources.length = 0;
    sources.push(state.energy);
    for (const name of reported) sources.push(name === "diverging" ? diverged : next[name]);
    sources.push(...observed);
  }

  // Hot: one call per transition. Beyond the kernel's step it costs a few tests, and for a kept draw one copy per number.
  function transition(): void {
    const next = kernel.step(state, random);
    done++;
    if (next !== info) bind(next);
    for (let c = 0; c < width; c++) {
      if (diverging[c] !== 0) noteDivergence(c);
      if (running[c] !== 0) gradients[c] += gradientsEach * evaluations[c];
    }
    if (done <= warmup) {
      adaptation?.update(state, next, random);
      stopColumns();
      if (plan.keepWarmup) keep("warmup", done - 1);
    } else if ((done - warmup) % thin === 0) {
      kernel.refresh?.(state);
      stopColumns();
      keep("draws", kept);
      kept++;
    } else {
      stopColumns();
    }
  }

  function keep(of: TableName, row: number): void {
    if (observed.length > 0) observe();
    rows.keep(of, row, state.position, sources);
    for (let c = 0; c < width; c++) diverged[c] = 0;
  }

  const column = new Float64Array(dim);
  const seen = new Float64Array(observed.length);
  function observe(): void {
    for (let c = 0; c < width; c++) {
      if (running[c] === 0) continue;
      for (let i = 0; i < dim; i++) column[i] = state.position[i * width + c];
      energy.observables?.observe(column, state.energy[c], seen);
      for (let k = 0; k < observed.length; k++) observed[k][c] = seen[k];
    }
  }

  function noteDivergence(c: number): void {
    if (running[c] === 0) return;
    diverged[c] = 1;
    divergences[c]++;
    if (done <= warmup) return;
    let inGroup = 0;
    for (let k = 0; k < width; k++) inGroup += divergences[k];
    if (inGroup <= NAMED_DIVERGENCES) report.event({ type: "divergence", chain: first + c, draw: kept });
  }

  function stopColumns(): void {
    for (let c = 0; c < width; c++) if (state.stopped[c] !== 0 && running[c] !== 0) stopColumn(c);
  }

  function stopColumn(c: number): void {
    rows.flush();
    publishColumn(c, done - 1);
    running[c] = 0;
    ends[c] = done;
    runningColumns--;
    const where = done <= warmup ? `warmup transition ${done}` : `transition ${done - warmup} after warmup`;
    report.event({
      type: "stopped",
      chain: first + c,
      draw: kept,
      reason: `position or energy was not finite in ${where}`,
    });
  }

  function endWarmup(): void {
    inWarmup = false;
    adaptation?.finish(state);
    reportParameters();
    divergences.fill(0);
    diverged.fill(0);
    meanAcceptance.fill(Number.NaN);
  }

  function reportParameters(): void {
    adapted = true;
    report.adapted(first, width, kernel.parameters());
  }

  function publish(): void {
    rows.flush();
    stepSize = info?.stepSize ?? kernel.parameters().stepSize;
    for (let c = 0; c < width; c++) if (running[c] !== 0) publishColumn(c, done);
  }

  // `whole`: transitions of which everything was kept.
  function publishColumn(c: number, whole: number): void {
    const chain = first + c;
    storage.kept[chain] = kept;
    storage.warmed[chain] = Math.min(whole, warmup);
    const { progress } = storage;
    progress[chain * PROGRESS] = done;
    progress[chain * PROGRESS + 1] = meanAcceptance[c];
    progress[chain * PROGRESS + 2] = divergences[c];
    progress[chain * PROGRESS + 3] = stepSize === undefined ? Number.NaN : stepSize[c];
  }

  function followAcceptance(): void {
    if (acceptance === undefined) return;
    for (let c = 0; c < width; c++) {
      const mean = meanAcceptance[c];
      meanAcceptance[c] = Number.isNaN(mean) ? acceptance[c] : mean + LATEST * (acceptance[c] - mean);
    }
  }

  function end(): GroupEnd {
    const position = new Float64Array(width * dim);
    const write = writer(dim, transform);
    for (let c = 0; c < width; c++) write(state.position, c, width, position, c * dim);
    const memory: Record<string, Float64Array> = {};
    takeOut(kernel.memory(state), "", width, memory);
    if (inWarmup) takeOut(adaptation?.memory() ?? {}, OF_WARMUP, width, memory);
    takeOut(ofRun, OF_RUN, width, memory);
    return {
      first,
      transitions: Float64Array.from(running, (isRunning, c) => (isRunning === 1 ? done : ends[c])),
      stopped: running.map((isRunning) => 1 - isRunning),
      position,
      random: random.map((stream) => stream.state()),
      memory,
    };
  }

  return {
    first,
    width,
    advance(transitions) {
      const goal = Math.min(done + transitions, done < warmup ? warmup : total);
      while (done < goal && runningColumns > 0) transition();
      if (info !== undefined) followAcceptance();
      if (done === warmup && inWarmup && runningColumns > 0) endWarmup();
      return done < total && runningColumns > 0;
    },
    publish,
    end,
    close() {
      publish();
      if (!adapted) reportParameters();
      report.ended(end());
    },
  };
}
