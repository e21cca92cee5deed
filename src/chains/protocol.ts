// What a run, or a summary, and its threads say to each other.

import type { EnergySource } from "../energies/energy.js";
import type { RunEvent } from "../platform/platform.js";
import type { Block } from "./blocks.js";
import type { Plan } from "./plan.js";
import type { Taken } from "./row-statistics.js";
import type { GroupEnd } from "./standing.js";

export type ToThread =
  /** Rebuild the energy, build the sampler, and say which statistics there will be. */
  | { readonly type: "prepare"; readonly plan: Plan; readonly source: EnergySource }
  /** Run groups of chains until there are none left. */
  | {
      readonly type: "run";
      readonly names: readonly string[];
      readonly progress: Float64Array;
      readonly control: Int32Array;
      readonly threads: number;
    }
  /** Compute a part of a summary, of coordinates from `first` on; nothing has to be prepared. */
  | { readonly type: "summarize"; readonly first: number; readonly taken: Taken };

export type FromThread =
  | { readonly type: "prepared"; readonly statistics: readonly string[] }
  | { readonly type: "event"; readonly event: RunEvent }
  /** Draws. What is said of a group comes after the draws that it kept until then. */
  | { readonly type: "block"; readonly block: Block }
  | { readonly type: "opened"; readonly first: number; readonly width: number }
  | {
      readonly type: "adapted";
      readonly first: number;
      readonly width: number;
      readonly parameters: Record<string, Float64Array>;
    }
  /** Where the groups under way stand, as was asked for. */
  | { readonly type: "snapshot"; readonly ends: readonly GroupEnd[] }
  | { readonly type: "ended"; readonly end: GroupEnd }
  | { readonly type: "done" }
  | { readonly type: "summarized"; readonly first: number; readonly table: Float64Array }
  | { readonly type: "failed"; readonly error: PlainError };

/** An error as plain data. */
export interface PlainError {
  /** True for what a check at the door refused. */
  readonly refusal: boolean;
  readonly message: string;
  /** Where it was thrown, in the thread. */
  readonly stack: string | undefined;
}

export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { refusal: false, message: String(error), stack: undefined };
  const origin = error.cause instanceof Error ? error.cause : error;
  return { refusal: error instanceof RangeError, message: error.message, stack: origin.stack };
}

/** The error as it was in the thread, with the thread's own stack as its cause. */
export function errorFrom({ refusal, message, stack }: PlainError): Error {
  const options = stack === undefined ? {} : { cause: stack };
  return refusal ? new RangeError(message, options) : new Error(message, options);
}
