// The page docs/configuration.md: every key with its default, type and meaning, every preset, and the grammar. Made from the schema
// and the presets, so that it cannot say anything else than they do.

import { compose } from "./compose.js";
import { type ConfigurationKey, configurationKeys } from "./keys.js";
import { defaultSeed, presets } from "./presets.js";
import { groupNames, samplerNames } from "./schema.js";

/** The whole page as Markdown. */
export function configurationPage(): string {
  const sections = groupNames.flatMap((group) =>
    group === "sampler"
      ? [
          section("sampler", (path) => /^sampler\.[^.]+$/.test(path)),
          ...samplerNames.map((name) => section(`sampler.${name}`, (path) => path.startsWith(`sampler.${name}.`))),
        ]
      : [section(group, (path) => path.startsWith(`${group}.`))],
  );
  return `${[INTRODUCTION, section("", (path) => !path.includes(".")), ...sections].join("\n\n")}\n`;
}

const INTRODUCTION = `# Configuration

Every key that the commands \`llc\`, \`build-target\`, \`sample\` and \`sweep\` know, with its default. Keys have Lambda-Hat's names where it
has them. A test holds this page to the schema in \`src/runs/configuration/\`, which it is made from.

## On the command line

\`\`\`sh
ergodic llc sampler=fast model=small data.n_data=5000 seed=123
ergodic sweep sampler=[fast,hmc] model=small,medium seed="range(0,3)"
ergodic build-target model=small data=small
ergodic llc target=cnn data=digits training=fast sampler=fast
ergodic build-target data=table data.path=iris.csv data.outputs=[species] target.loss=categorical
ergodic sample target_id=tgt_0123456789abcdef sampler=hmc sampler.hmc.draws=500
\`\`\`

- \`group=preset\` takes the values of a preset; \`group=[first,second]\` lays several on top of each other.
- \`dotted.key=value\` sets one key. Values are YAML: \`1e-3\`, \`true\`, \`null\`, \`[4,4]\`, \`{depth: 2}\`.
- With \`-m\` (and always with \`sweep\`) \`a,b\` and \`range(start,stop,step)\` stand for several values, and every combination is a job.
- \`--config file.yaml\` reads values from a file: groups with their keys, the name of a preset in place of a group or as \`preset\` beside its keys,
  or Hydra's list \`defaults\`. The file comes after the defaults and before the command line: what is said later wins.
- \`--config-dir presets\` makes presets of the files in a folder: \`presets/model/mine.yaml\` with \`depth: 2\` is \`model=mine\`, and goes before one of ours
  of that name; \`preset: small\` in it names one of ours that it stands on.
- \`--cfg\` prints the complete configuration and does nothing. A stored \`configuration.yaml\` can be given back by \`--config\`.
- An unknown group, preset or key is refused with the nearest known name.

## What is stored where

| place | what |
|---|---|
| \`runs/targets/<id>/\` | \`configuration.yaml\`, \`meta.json\`, the trained parameters, and the table where there is one; \`_catalog.jsonl\` beside them has a line for each |
| \`runs/samples/<target>/<sampler>/<run>/\` | \`configuration.yaml\`, \`metrics.json\` and \`.csv\`, \`estimate.json\`, traces, \`figures/\`; \`_index.jsonl\` has a line for each |
| \`runs/comparisons/<id>/\` | what \`llc\` says of several samplers on one target |
| \`runs/sweeps/<id>/\` | \`results.csv\`, a row for each job and sampler, \`sweep.yaml\` with their configurations, and the comparison of all |

Ids are hashes of everything that decides what they stand for: groups \`target\`, \`model\`, \`data\`, \`teacher\` and \`training\` decide a target, files among them by what they hold and the digits by their package's version; the target,
\`seed\`, \`posterior\`, \`sampler.chains\`, the sampler's own section and what of \`output\` says which numbers are kept decide a run. What is there is not
computed again. A command that was interrupted, or killed, goes on when it is repeated. Whatever differs from one making to the next is in
\`timing.json\` and in the metrics that contain seconds; a folder without its \`manifest.json\`, or with files that are not as it says, is refused; \`list\` names it
beside the others, and ends with exit code 1.

## What is counted as work

| metric | what |
|---|---|
| \`fge\` | full-gradient equivalents: gradients over all data, of all chains together, those of warmup and of transitions between kept draws included, and of what the verdict looks at; \`work\` in \`estimate.json\` |
| \`fge_warmup\` | the part of it before the first kept draw |
| \`verdictWork\` in \`estimate.json\` | the part of it that is not the chains': the loss at w*, a descent below w* of at most 60 gradients, and for \`sgld\` the curvature and the noise of gradients at w* and where up to four chains ended |
| \`seconds\` | of the chains alone, by the clock |
| \`wnv_fge\`, \`wnv_seconds\` | the squared standard error \`llc_se\` times \`fge\`, and times \`seconds\` |
| \`efficiency_fge\`, \`efficiency_seconds\` | \`ess_bulk\` over them |

A mini-batch gradient counts by its share of the data, twice with a control variate; a transition of HMC, NUTS or MAMS by its leapfrog steps, one of MALA as one
gradient, one of MCLMC by the one or two of its step. A loss over all data that is computed by itself counts as a third of a gradient: \`sgld\`, \`psgld\`,
\`sghmc\` and \`sgnht\` need it for every kept draw. Searches for a first step size and warmup's measurements of curvature are not counted, a few dozen per run.

# Keys`;

function section(name: string, wanted: (path: string) => boolean): string {
  const defaults = compose();
  const keys = configurationKeys().filter(({ path }) => wanted(path));
  // The common seed takes the place of null.
  const own: Readonly<Record<string, unknown>> = { seed: defaultSeed, "target.seed": null };
  return [
    `## ${name === "" ? "seed" : name}`,
    keyTable(keys, (path) => (Object.hasOwn(own, path) ? own[path] : valueAt(defaults, path))),
    ...presetList(name, (presets as Readonly<Record<string, object>>)[name] ?? {}),
  ].join("\n\n");
}

/** Keys with their defaults, types and meanings. */
export function keyTable(keys: readonly ConfigurationKey[], defaultOf: (path: string) => unknown): string {
  const rows = keys.map(
    ({ path, type, description }) =>
      `| \`${path}\` | \`${JSON.stringify(defaultOf(path))}\` | ${type} | ${description.replaceAll("|", "\\|")} |`,
  );
  return ["| key | default | type | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

/** The presets of a group besides its base, where it has any. */
export function presetList(group: string, presetsOfGroup: object): string[] {
  const others = Object.entries(presetsOfGroup).filter(([preset]) => preset !== "base");
  const words = others.map(([preset, values]) => `- \`${group}=${preset}\`: \`${JSON.stringify(values)}\``);
  if (words.length === 0) return [];
  return [`Presets besides \`base\`, which is what holds where nothing is said:\n\n${words.join("\n")}`];
}

export function valueAt(tree: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], tree);
}
