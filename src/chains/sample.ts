// `sample`: chains of a sampler on an energy, in worker threads where that pays, with the same draws wherever they run.

import type { Energy } from "../energies/energy.js";
import { platform } from "../platform/platform.js";
import type { Sampler } from "../samplers/kernel.js";
import { openCheckpoint } from "./checkpoint.js";
import { idleThreads } from "./crew.js";
import type { Draws } from "./draws.js";
import { energyPrint } from "./energy-print.js";
import { remember } from "./latest.js";
import { type Ledger, openLedger } from "./ledger.js";
import { goingOn, type Request, readRequest, type SampleOptions, threadsPossible } from "./options.js";
import { groupCount, type Plan } from "./plan.js";
import { openRunControl, type RunControl } from "./run-control.js";
import { prepare, type Shift } from "./shift.js";
import { runInSlices, startSlices } from "./slices.js";
import { openSnapshots } from "./snapshots.js";
import { runInThreads } from "./threads.js";

/**
 * Runs `chains` Markov chains of `sampler` on `energy`. The same seed gives the same bytes, whatever the number of workers.
 *
 * An energy that is data (`energy`, `energies`, `energyFromModule`) runs in threads unless the whole is done sooner without; a
 * closure (`energyFromGradient`) runs on this thread in slices. Progress goes to `onEvent`, else to the usual display.
 * A run aborted by `signal` resolves to what was drawn, with `aborted` true. Where a notebook's kernel is interrupted, the run ends
 * and rejects, so that the cell does not go on; `latestRun()` returns what was drawn.
 * A chain that cannot go on stops alone; `stopped` says why and `lengths` how many draws it kept.
 * `resume` goes on with an earlier run, and `checkpoint` keeps this one in a file that a later call goes on from.
 *
 * Rejects with a RangeError where an argument does not fit, and with the chain's name where the energy throws.
 * @example
 * const draws = await sample(energies.gaussian({ mean: [0, 0], covariance: [[1, 0], [0, 1]] }), hmc(), { chains: 2, draws: 500 });
 * draws.position.length // 2000
 */
export async function sample(energy: Energy, sampler: Sampler, options: SampleOptions = {}): Promise<Draws> {
  const request = readRequest(energy, sampler, options);
  const { signal, onEvent, title } = request;
  const { now, progress } = platform();
  const began = now();
  const seconds = () => (now() - began) / 1000;
  const soFarSeconds = () => seconds() + (earlier?.seconds ?? 0);
  const sink = onEvent ?? progress();
  const checkpoint = request.checkpoint && (await openCheckpoint(request.checkpoint, energy, request.plan));
  const earlier = checkpoint?.earlier ?? request.earlier;
  const plan = checkpoint?.earlier === undefined ? request.plan : goingOn(request.plan, checkpoint.earlier);
  const run = openRunControl(signal, threadsPossible());

  const known = { names: energy.names, energy: energyPrint(energy), earlier };
  let ledger = openLedger(plan, known);
  const soFar = () => ledger.draws({ aborted: true, seconds: seconds(), handOver: false });
  const remembered = remember(soFar);
  let finished: Draws;
  try {
    // A path that cannot be written is refused before there is anything to lose.
    if (checkpoint !== undefined && earlier === undefined) await checkpoint.write(ledger.snapshot(), 0);
    const place = choosePlace(energy, { ...request, plan }, run, ledger);
    if (place.threads > 0) ledger = openLedger(plan, known);
    const { chains, warmup, draws } = plan;
    const tell: typeof sink = (event) => run.guard(() => sink(event));
    tell({ type: "started", title, chains, warmup, draws, workers: place.threads });
    ledger.listen(tell);
    const snapshots = checkpoint && openSnapshots(checkpoint, ledger, run, soFarSeconds);
    try {
      if (place.shift !== undefined) await runInSlices(ledger, place.shift, run, snapshots);
      else if (energy.source !== undefined) await runInThreads(ledger, energy.source, run, place.threads, snapshots);
    } catch (error) {
      tell({ type: "finished", seconds: seconds(), aborted: true });
      throw error;
    }
    ledger.tellProgress();
    const keeps = run.aborted || checkpoint?.keep === true;
    if (keeps && ledger.storage !== undefined) await checkpoint?.write(ledger.snapshot(), soFarSeconds());
    const result = ledger.draws({ aborted: run.aborted, seconds: seconds(), handOver: true });
    remembered.settle(result);
    if (!keeps) await checkpoint?.remove();
    tell({ type: "finished", seconds: seconds(), aborted: result.aborted });
    finished = result;
  } catch (error) {
    if (ledger.storage === undefined) remembered.forget();
    else remembered.settle(soFar());
    throw error;
  } finally {
    run.close();
    await checkpoint?.written();
  }
  if (run.error !== undefined) throw run.error;
  // An interrupted cell must not go on with half a result, or from this run to the next.
  if (run.interrupted) throw new Interrupted("sample: interrupted; latestRun() returns the draws kept until then");
  return finished;
}

/** Why a run rejects that the user interrupted in a notebook. */
export class Interrupted extends Error {
  override readonly name: string = "Interrupted";
}

/** Where a run takes place: in so many threads, or here, where it may have begun already. */
interface Place {
  readonly threads: number;
  readonly shift?: Shift;
}

/** A run that is left to find its place begins here, for so long. */
const TRIAL_MS = 25;
/** What threads must save to be worth it, more where they have to be started first. */
const COLD_START_MS = 120;
const WARM_START_MS = 10;
/** A turn of one transition that takes longer keeps this thread from everything else. */
const LONG_TURN_MS = 20;
/** Where one evaluation takes longer, not even the trial is made here. */
const SLOW_EVALUATION_MS = 1;

// Begun here, a small run is over before a thread would have started. What was begun and goes to threads is done again there,
// from the same seed and so with the same numbers.
function choosePlace(energy: Energy, { plan, definition, workers }: Request, run: RunControl, ledger: Ledger): Place {
  if (workers !== undefined && workers > 0) return { threads: Math.min(workers, groupCount(plan)) };
  const begin = () => startSlices(ledger, prepare(energy, definition, plan), run);
  if (workers === 0 || energy.source === undefined || !threadsPossible()) return { threads: 0, shift: begin() };

  const threads = Math.min(platform().parallelism, groupCount(plan));
  if (isSlow(energy, plan)) return { threads };
  const shift = begin();
  const { turnMs, remainingMs } = tryOut(shift, ledger);
  const savedMs = remainingMs * (1 - 1 / threads);
  const startMs = idleThreads() >= threads ? WARM_START_MS : COLD_START_MS;
  const leaves = !run.aborted && (savedMs > startMs || turnMs > LONG_TURN_MS);
  return leaves ? { threads } : { threads: 0, shift };
}

/** How long the latest turn took, and what remains to be done at the present rate. */
function tryOut(shift: Shift, ledger: Ledger): { turnMs: number; remainingMs: number } {
  const { now } = platform();
  const began = now();
  // What is compiled in the first turn is not counted.
  let going = shift.turn(1);
  const rateFrom = now();
  const done = ledger.fraction();
  let before = rateFrom;
  let after = rateFrom;
  while (going && (after === rateFrom || after - began < TRIAL_MS)) {
    before = after;
    going = shift.turn(1);
    after = now();
  }
  if (!going) return { turnMs: 0, remainingMs: 0 };
  const fraction = ledger.fraction();
  const perMs = Math.max(fraction - done, 1e-12) / (after - rateFrom);
  return { turnMs: after - before, remainingMs: (1 - fraction) / perMs };
}

function isSlow(energy: Energy, plan: Plan): boolean {
  const { now } = platform();
  const given = energy.transform === undefined ? plan.init?.slice(0, plan.dim) : undefined;
  const q = given?.every(Number.isFinite) ? given : new Float64Array(plan.dim);
  const gradient = new Float64Array(plan.dim);
  const timed = () => {
    const before = now();
    try {
      energy.valueAndGradient(q, gradient);
    } catch {
      // What is wrong with it is said when its chain starts.
    }
    return now() - before;
  };
  // The first evaluation of a traced energy compiles it.
  return timed() > SLOW_EVALUATION_MS && timed() > SLOW_EVALUATION_MS;
}
