import type { TargetProblem } from '../../../src/domain/refusal.ts';
import { maskSecrets } from '../../mask.ts';
import { namedArtifact } from '../../named-artifact.ts';
import { TargetError } from '../../target.ts';
import { newestFirst } from '../../version-order.ts';
import type { GitBinding } from './binding.ts';

/** Git never asks anybody anything. */
export const GIT = { GIT_TERMINAL_PROMPT: '0' } as const;

type Place = Pick<GitBinding, 'host' | 'config'>;

/** The remote's tags as versions. The host asks, with the rights that it has: we need none of our own. */
export function tagsOf(place: Place): GitBinding['tags'] {
  return {
    async resolve(version) {
      const commit = (await remoteTags(place)).get(version);
      return commit === undefined ? null : namedArtifact(version, commit);
    },
    versions: async (limit) => newestFirst([...(await remoteTags(place)).keys()]).slice(0, limit),
  };
}

async function remoteTags({ host, config }: Place): Promise<ReadonlyMap<string, string>> {
  const argv = ['git', 'ls-remote', '--tags', '--', config.remote] as const;
  const end = await host.run({ argv, directory: config.directory, environment: GIT, timeLimit: 60_000 });
  if (end.status === 0) return readTags(end.output);
  throw gitError(host.name, `asking ${config.remote} for its tags`, end.complaint);
}

/** Tags with the commits that they name in the end. */
export function readTags(listed: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const line of listed.split('\n')) {
    const [, commit, name, peeled] = /^([0-9a-f]{40,64})\trefs\/tags\/(.*?)(\^\{\})?$/.exec(line) ?? [];
    if (commit === undefined || name === undefined) continue;
    if (peeled !== undefined || !tags.has(name)) tags.set(name, commit);
  }
  return tags;
}

/** What git complains of, by what a person would do next; the first that fits counts. */
const GIT_PROBLEMS: readonly (readonly [RegExp, TargetProblem])[] = [
  [/no space left on device|disk quota exceeded/i, 'unhealthy'],
  [/permission denied|authentication failed|could not read username|403|dubious ownership/i, 'permission'],
  // Git does not always say why it cannot write to its own directory.
  [/read-only file system|unable to (create|write)/i, 'permission'],
  [/could not resolve host|connection (refused|timed out|reset)|could not connect|timed out/i, 'unavailable'],
];

/** What git complained of, as one of our errors. */
export function gitError(host: string, doing: string, complaint: string): TargetError {
  const lines = maskSecrets(complaint)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const said = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? 'it did not say why';
  const why = said.replace(/^(fatal|error): /, '').replace(/\.+$/, '');
  const problem = GIT_PROBLEMS.find(([pattern]) => pattern.test(complaint))?.[1] ?? 'invalid';
  return new TargetError(problem, `On ${host}, ${doing} failed: ${why.slice(0, 300)}.`);
}
