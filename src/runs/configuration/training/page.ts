// The page docs/training.md: every key of a training with its default, type and meaning, and every preset. Made from the schema and the presets, so
// that it cannot say anything else than they do.

import { keyTable, presetList, valueAt } from "../page.js";
import { trainingKeys } from "./keys.js";
import { trainingPresets, trainingTop } from "./presets.js";
import { trainingGroups } from "./schema.js";

/** The whole page as Markdown. */
export function trainingPage(): string {
  const defaults = {
    ...trainingTop,
    ...Object.fromEntries(trainingGroups.map((group) => [group, trainingPresets[group].base])),
  };
  const keys = (wanted: (path: string) => boolean): string =>
    keyTable(
      trainingKeys().filter(({ path }) => wanted(path)),
      (path) => valueAt(defaults, path),
    );
  const sections = trainingGroups.map((group) =>
    [`## ${group}`, keys((path) => path.startsWith(`${group}.`)), ...presetList(group, trainingPresets[group])].join(
      "\n\n",
    ),
  );
  return `${[INTRODUCTION, `## seed and recipe\n\n${keys((path) => !path.includes("."))}`, ...sections].join("\n\n")}\n`;
}

const INTRODUCTION = `# Training policies from the command line

Every key that \`ergodic train\` knows, with its default: the options of \`ppo()\`, \`environments\` and \`trainPolicy\` in snake case. A test holds this page to
the schema in \`src/runs/configuration/training/\`, which it is made from. The grammar, \`--config\` and \`--cfg\` are those of [the other commands](configuration.md).

\`\`\`sh
ergodic train algorithm=ppo environment=cartpole seed=1
ergodic train environment=HalfCheetah-v4 training.evaluate_every=100000
ergodic train algorithm=trpo environment=[hopper,normalized] algorithm.learning_rate=3e-4 training.total_steps=1e6
ergodic train -m algorithm=ppo,a2c environment=cartpole seed="range(1,6)"
ergodic list && ergodic show pol_0123456789abcdef
ergodic promote --policies pol_0123456789abcdef --plot-name learning_curve.png
\`\`\`

- \`null\` is what holds where nothing is said: the recipe of the algorithm and the task says it where there is one (\`recipes\` of the library), otherwise the
  algorithm's preset or the task. An algorithm without a recipe gets task and length of PPO's, so that several can be compared. Naming a preset,
  \`algorithm=[ppo,cleanrl]\`, leaves the algorithm to that, and \`recipe=false\` leaves out recipes altogether.
- \`never\` stands for no limit at all.
- With \`-m\` as many trainings go on at a time as there are cores, each in a process of its own.

## What is stored where

| place | what |
|---|---|
| \`runs/policies/<id>/configuration.yaml\` | what decides the policy: \`ergodic train --config\` takes it back |
| \`trained.policy\` | for \`loadPolicy\` |
| \`evaluation.json\`, \`metrics.json\`, \`metrics.csv\` | whole episodes with the likeliest and with drawn actions; all that came of it in one row |
| \`log.csv\`, \`log.jsonl\`, \`tensorboard/\` | a record per update |
| \`figures/\` | \`learning_curve\`, and \`evaluations\` where there were any on the way |
| \`runs/policies/_catalog.jsonl\` | a line for each policy |
| \`runs/sweeps/<id>/\` | \`results.csv\` with a row for each job, \`summary.txt\` with interquartile means over seeds, \`figures/learning_curves\` with bands |

Ids are hashes of everything that decides: \`seed\`, \`algorithm\`, \`environment\` and \`training\` but for \`training.workers\`. What is there is not computed again. A training
that was interrupted or killed goes on from its checkpoint when the command is repeated, to the same policy and log, byte for byte but for keys of time.

# Keys`;
