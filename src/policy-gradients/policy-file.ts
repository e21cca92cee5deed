// Policies as files: parameters, networks, spaces, and what normalisers had learnt, exactly as they were.

import { refuse } from "../arguments/index.js";
import { type FileKind, plainFileParts, readPlainFile } from "../platform/array-file.js";
import { platform, type Storage } from "../platform/platform.js";
import { environmentStatistics } from "./environments/statistics.js";
import { agentOf, type Policy } from "./policy.js";

const KIND: FileKind = { what: "policy", version: 1 };

/**
 * Writes a policy to a file, whole or not at all. Rejects where it is no policy, or the file cannot be written.
 * @example await savePolicy(trained.policy, "cartpole.policy"); acting(await loadPolicy("cartpole.policy"))
 */
export async function savePolicy(policy: Policy, path: string): Promise<void> {
  checkPath("savePolicy", path);
  if (typeof policy !== "object" || policy === null) refuse("savePolicy", "policy", "a policy", policy);
  agentOf(policy);
  const { parameters, networks, observationSpace, actionSpace, statistics } = policy;
  const content = { parameters, networks, observationSpace, actionSpace, statistics };
  await storageFor("savePolicy", "path").write(path, plainFileParts(KIND, content));
}

/**
 * The policy of a file that `savePolicy` has written. Rejects with a RangeError where there is none, or it is damaged.
 * @example acting(await loadPolicy("cartpole.policy"))(Float64Array.of(0, 0, 0.1, 0)) // [1]: pushes to where the pole falls
 */
export async function loadPolicy(path: string): Promise<Policy> {
  checkPath("loadPolicy", path);
  const bytes = await storageFor("loadPolicy", "path").read(path);
  if (bytes === undefined) throw new RangeError(`loadPolicy: there is no file ${path}`);
  try {
    const policy = readPlainFile(KIND, bytes) as Policy;
    agentOf(policy);
    environmentStatistics(policy.statistics);
    return policy;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RangeError(`loadPolicy: ${path} cannot be read: ${reason}`, { cause: error });
  }
}

/** Where files are; throws where there are none. */
export function storageFor(where: string, name: string): Storage {
  const { storage, name: place } = platform();
  if (storage === undefined) {
    throw new RangeError(`${where}: ${name} cannot be used in a ${place}, where there are no files`);
  }
  return storage;
}

function checkPath(where: string, path: unknown): void {
  if (typeof path !== "string" || path === "") refuse(where, "path", "the path of a file", path);
}
