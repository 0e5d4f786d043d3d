import { runId } from '../../../detached.ts';
import type { StepProgress } from '../../../target.ts';
import { beginWork, followWork, type Work, workHandle } from '../../steps/step.ts';
import { type GitBinding, type GitRun, KEPT, keptTag, shortCommit } from '../binding.ts';
import { type GitReading, readGitProject } from '../reading.ts';
import { type Change, change } from '../release.ts';
import { defineAction } from './step.ts';

/** Arguments: kept names. The other names of an image go with the last kept one; what a container uses stays. */
const REMOVE = `
for name; do
  id=$(docker image inspect -f '{{.Id}}' "$name" 2>/dev/null) || continue
  docker rmi "$name" || :
  names=$(docker image inspect -f '{{join .RepoTags " "}} {{join .RepoDigests " "}}' "$id" 2>/dev/null) || continue
  case " $names" in *" ${KEPT}:"*) continue ;; esac
  for other in $names; do docker rmi "$other" || :; done
done
`;

/** Removes the images of commits that were deployed long ago. What runs and what ran before it always stay. */
export const tidy = defineAction({
  input: change,
  handle: workHandle,
  async start(run, asked): Promise<StepProgress> {
    const reading = await readGitProject(run.binding, run.context.signal);
    return beginWork(run, workOf(run, outdated(run.binding, reading, asked)));
  },
  async resume(run, _asked, handle): Promise<StepProgress> {
    const end = await followWork(run, workOf(run, []), handle);
    return end.phase === 'done' ? { phase: 'succeeded', message: 'old images are gone' } : end;
  },
});

function workOf({ context }: GitRun, names: readonly string[]): Work {
  return {
    doing: 'removing old images',
    id: runId(context, 'tidy'),
    command: { argv: ['sh', '-c', REMOVE, 'sh', ...names] },
    attempts: 1,
  };
}

/** The kept names of this project that are of none of its last commits. */
export function outdated(
  {
    project,
    config,
  }: Pick<GitBinding, 'project'> & {
    readonly config: Pick<GitBinding['config'], 'services' | 'keepImages'>;
  },
  reading: Pick<GitReading, 'journal' | 'kept'>,
  { release, found }: Change,
): readonly string[] {
  const recent = new Set(reading.journal.toReversed().map(({ commit }) => commit));
  const kept = [...[...recent].slice(0, config.keepImages), release.commit, found.head].map(shortCommit);
  const beginnings = config.services.map((service) => keptTag(project, service));
  return reading.kept.flatMap(({ repository, tag }) => {
    const beginning = beginnings.find((one) => tag?.startsWith(one));
    if (tag === null || beginning === undefined || kept.includes(tag.slice(beginning.length))) return [];
    return [`${repository}:${tag}`];
  });
}
