// A target: a loss with the parameters at which its local learning coefficient is asked for.

import type { Loss } from "../../networks/index.js";
import type { TargetConfiguration } from "./configuration.js";

export interface Target {
  readonly configuration: TargetConfiguration;
  /** Made again from the configuration whenever it is needed: only `center` is worth storing. */
  readonly loss: Loss;
  /** w*, the trained parameters. */
  readonly center: Float64Array;
  /** Over all data, in nats. */
  readonly lossAtCenter: number;
  /** The learning coefficient at the centre and its multiplicity, where theory has them. */
  readonly known?: { readonly lambda: number; readonly multiplicity: number };
}
