// What the numbers beside a draw are called here, by ArviZ (sample_stats of its InferenceData schema), and by Stan (columns that end in __).

/** A statistic elsewhere: under `name`, and where `negated`, with the other sign. */
export interface Translation {
  readonly name: string;
  readonly negated: boolean;
}

interface Row {
  readonly ours: string;
  readonly arviz: string;
  readonly stan: string;
  /** Our energy is minus a log density; elsewhere the log density is kept. */
  readonly negated?: boolean;
}

// In the order of Stan's columns. Elsewhere `energy` is the Hamiltonian, here the potential.
const TABLE: readonly Row[] = [
  { ours: "energy", arviz: "lp", stan: "lp__", negated: true },
  { ours: "acceptance", arviz: "acceptance_rate", stan: "accept_stat__" },
  { ours: "stepSize", arviz: "step_size", stan: "stepsize__" },
  { ours: "treeDepth", arviz: "tree_depth", stan: "treedepth__" },
  { ours: "leapfrogSteps", arviz: "n_steps", stan: "n_leapfrog__" },
  { ours: "diverging", arviz: "diverging", stan: "divergent__" },
  { ours: "hamiltonian", arviz: "energy", stan: "energy__" },
  { ours: "energyError", arviz: "energy_error", stan: "energyError__" },
];

/** Statistics that are counts. */
export const COUNTS: ReadonlySet<string> = new Set(["treeDepth", "leapfrogSteps"]);
/** The statistic that is true or false, and that ArviZ takes as a mask. */
export const MASK = "diverging";

/** What is in no table goes by the same words, `gradient_norm` for `gradientNorm`. */
export function toArvizName(ours: string): Translation {
  const row = TABLE.find((each) => each.ours === ours);
  if (row !== undefined) return { name: row.arviz, negated: row.negated === true };
  return { name: ours.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), negated: false };
}

export function fromArvizName(arviz: string): Translation {
  const row = TABLE.find((each) => each.arviz === arviz);
  if (row !== undefined) return { name: row.ours, negated: row.negated === true };
  return { name: arviz.replace(/(?<=[a-zA-Z0-9])_([a-z])/g, (_, letter) => letter.toUpperCase()), negated: false };
}

/** What Stan does not know becomes a column in its manner, `gradientNorm__`. */
export function toStanName(ours: string): Translation {
  const row = TABLE.find((each) => each.ours === ours);
  return { name: row?.stan ?? `${ours}__`, negated: row?.negated === true };
}

export function fromStanName(stan: string): Translation {
  const row = TABLE.find((each) => each.stan === stan);
  return { name: row?.ours ?? stan.slice(0, -2), negated: row?.negated === true };
}

/** The names in the order of Stan's columns, those that it does not know at the end. */
export function inStanOrder(names: readonly string[]): string[] {
  const known = TABLE.map(({ ours }) => ours).filter((name) => names.includes(name));
  return [...known, ...names.filter((name) => !known.includes(name))];
}
