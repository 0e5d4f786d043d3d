import type { z } from 'zod';
import { runId } from '../../detached.ts';
import type { StepProgress } from '../../target.ts';
import type { ComposeBinding } from '../binding.ts';
import { type JournalEntry, KEEP, readJournal, releaseName } from '../journal.ts';
import { type LocalImage, type ProjectReading, readProject } from '../project.ts';
import { found } from '../release.ts';
import { beginWork, defineAction, followWork, type StepRun, type Work, workHandle } from './step.ts';

/** Arguments: names of images. What is in use stays: Docker does not let go of it. */
const REMOVE = `
for image; do docker rmi "$image" || :; done
`;

/** Removes the images of versions that were deployed long ago. What runs and what ran before it always stay. */
export const tidy = defineAction({
  input: found,
  handle: workHandle,
  async start(run, before) {
    const reading = await readProject(run.binding, run.context.signal);
    return beginWork(run, workOf(run, removable(run.binding, reading, before)));
  },
  async resume(run, _before, handle): Promise<StepProgress> {
    const end = await followWork(run, workOf(run, []), handle);
    return end.phase === 'done' ? { phase: 'succeeded', message: 'old images are gone' } : end;
  },
});

function workOf({ context }: StepRun, names: readonly string[]): Work {
  return {
    doing: 'removing old images',
    id: runId(context, 'tidy'),
    command: { argv: ['sh', '-c', REMOVE, 'sh', ...names] },
    attempts: 1,
  };
}

type Removing = Pick<ComposeBinding, 'project' | 'parts'> & {
  readonly config: Pick<ComposeBinding['config'], 'keepImages'>;
};

/**
 * Names of what may go: contents that this project deployed, that are not among the last ones, that nothing runs,
 * that did not run before, and that no other project keeps.
 */
export function removable(
  { project, parts, config }: Removing,
  reading: ProjectReading,
  before: z.output<typeof found>,
): readonly string[] {
  const kept = new Set([
    ...reading.containers.map(({ imageId }) => imageId),
    ...Object.values(before.images).flat(),
    ...recentImages({ parts, config }, reading),
  ]);
  const isOwn = ({ tag }: LocalImage) => tag?.startsWith(`${KEEP}${project.slice(0, 60)}-`) ?? false;
  const isOthers = (image: LocalImage) => (image.tag?.startsWith(KEEP) ?? false) && !isOwn(image);
  const going = reading.images.filter((image) => isOwn(image) && !kept.has(image.id)).map(({ id }) => id);
  return [...new Set(going)].flatMap((id) => {
    const names = reading.images.filter((image) => image.id === id);
    // The digest is how the other project finds it again.
    const gone = names.some(isOthers) ? names.filter(isOwn).map((one) => ({ ...one, digest: null })) : names;
    return [...new Set(gone.flatMap(namesOf))];
  });
}

function recentImages(
  { parts, config }: Omit<Removing, 'project'>,
  { journal, images }: ProjectReading,
): readonly string[] {
  const entries = readJournal(journal).toReversed();
  const isLatest = ({ digests }: JournalEntry, at: number) =>
    entries.findIndex((other) => releaseName(other.digests) === releaseName(digests)) === at;
  const digests = entries
    .filter(isLatest)
    .slice(0, config.keepImages)
    .flatMap((entry) => Object.values(entry.digests));
  return images
    .filter(
      ({ repository, digest }) =>
        digest !== null && digests.includes(digest) && parts.some((part) => part.image === repository),
    )
    .map(({ id }) => id);
}

function namesOf({ repository, tag, digest }: LocalImage): readonly string[] {
  return [
    ...(tag === null ? [] : [`${repository}:${tag}`]),
    ...(digest === null ? [] : [`${repository}@${digest}`]),
  ];
}
