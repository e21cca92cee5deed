// Means of what the minibatches of an update say, name by name.

export interface RunningMeans {
  add(record: Readonly<Record<string, number>>): void;
  /** How many were added. */
  count(): number;
  record(): Record<string, number>;
}

/** The means of records with the same names. */
export function runningMeans(): RunningMeans {
  const sums: Record<string, number> = {};
  let count = 0;
  return {
    add(record) {
      for (const name of Object.keys(record)) sums[name] = (sums[name] ?? 0) + record[name];
      count++;
    },
    count: () => count,
    record: () => Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / count])),
  };
}
