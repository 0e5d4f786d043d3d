import type { LiveState, Revision } from '../../../src/domain/live-state.ts';
import { headroomLine, readHeadroom, shortages } from '../../headroom.ts';
import { namedArtifact } from '../../named-artifact.ts';
import { healthOf } from '../inspect.ts';
import { type GitBinding, shortCommit } from './binding.ts';
import {
  type GitReading,
  gitFingerprint,
  readGitProject,
  servingCommit,
  strayed,
  versionOf,
} from './reading.ts';

/** Reads what the project is doing, and what is checked out. */
export async function inspectGit(binding: GitBinding): Promise<LiveState> {
  const [reading, headroom] = await Promise.all([
    readGitProject(binding),
    readHeadroom(binding.host, binding.config.directory),
  ]);
  const serving = servingCommit(binding, reading);
  const { host, config } = binding;
  return {
    traffic: serving === null ? [] : [{ revision: shortCommit(serving), percent: 100 }],
    revisions: revisionsOf(reading, serving),
    health: healthOf(config.services, reading.containers),
    url: config.url ?? null,
    fingerprint: gitFingerprint(binding, reading),
    notes: [
      ...notesOf(binding, reading),
      headroomLine(host.name, headroom),
      ...shortages(host.name, headroom),
    ],
  };
}

/** Newest first; each commit once, by when it was last begun. */
function revisionsOf(reading: GitReading, serving: string | null): readonly Revision[] {
  const revisions = new Map<string, Revision>();
  const entries = reading.journal.toReversed();
  if (serving !== null && entries[0]?.commit !== serving) {
    revisions.set(serving, revisionOf(reading, serving, startedAt(reading)));
  }
  for (const { commit, at } of entries) {
    if (!revisions.has(commit)) revisions.set(commit, revisionOf(reading, commit, at));
  }
  return [...revisions.values()];
}

function startedAt({ containers }: GitReading): string {
  return (
    containers
      .map(({ createdAt }) => createdAt)
      .sort()
      .at(-1) ?? ''
  );
}

function revisionOf(reading: GitReading, commit: string, createdAt: string): Revision {
  const version = versionOf(reading, commit);
  const isThere =
    commit === reading.head ||
    reading.commits.includes(commit) ||
    [...reading.tags.values()].includes(commit);
  return {
    name: shortCommit(commit),
    digest: namedArtifact(version ?? commit, commit).digest,
    version,
    createdAt,
    ready: isThere ? { is: true } : { is: false, reason: 'the work tree does not have its commit any more' },
  };
}

function notesOf(binding: GitBinding, reading: GitReading): readonly string[] {
  const { head: commit, branch, changes, containers } = reading;
  const version = versionOf(reading, commit);
  const on = branch === null ? '' : ` on branch ${branch}`;
  const strays = binding.config.services.flatMap(
    (service) => strayed(binding, reading, { service, commit }) ?? [],
  );
  return [
    `checked out: ${version === null ? '' : `${version}, `}${shortCommit(commit)}${on}`,
    ...(changes.length === 0 ? [] : [`The work tree has changes that no commit has: ${changesOf(reading)}.`]),
    ...strays.map((stray) => `${stray}.`),
    ...containers
      .map(
        ({ service, status, health }) => `${service}: ${health === null ? status : `${status}, ${health}`}`,
      )
      .sort(),
  ];
}

/** The first of them, for people. */
export function changesOf({ changes }: Pick<GitReading, 'changes'>): string {
  const shown = changes.slice(0, 3).map((line) => line.trim().split(/\s+/).slice(1).join(' '));
  const more = changes.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
