// The tasks that policies can be trained in, by kind and by the names that may stand for them: `cartpole`, `CartPole-v1`, `HalfCheetah-v4`.

import { environmentKinds } from "../../../policy-gradients/environments/make.js";

const tasks = Object.entries(environmentKinds).flatMap(([kind, { name, otherNames = {} }]) =>
  name === undefined ? [] : [{ kind, name, otherNames }],
);

export const taskKinds: readonly string[] = tasks.map(({ kind }) => kind);

/** What each name says; their case does not matter. */
export const taskNames: Readonly<Record<string, object>> = Object.fromEntries(
  tasks.flatMap(({ kind, name, otherNames }) => {
    // Of the name of a task that has several versions the version is part: a recipe may be for another.
    const version = Object.keys(otherNames).length === 0 ? {} : { version: Number(name.slice(name.indexOf("-v") + 2)) };
    const names: [string, object][] = [
      [kind.toLowerCase(), { kind }],
      [name, { kind, ...version }],
      ...Object.entries(otherNames).map(([other, options]): [string, object] => [other, { kind, ...options }]),
    ];
    return names.filter(([other], i) => i === 0 || other.toLowerCase() !== kind.toLowerCase());
  }),
);
