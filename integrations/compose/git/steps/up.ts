import { z } from 'zod';
import { runId } from '../../../detached.ts';
import type { StepProgress } from '../../../target.ts';
import { composeCommand } from '../../compose.ts';
import { runningImages } from '../../project.ts';
import { settle, settleHandle } from '../../steps/settle.ts';
import { beginWork, followWork, type Work, wasBegun, workHandle } from '../../steps/step.ts';
import { type GitRun, shortCommit } from '../binding.ts';
import { type GitEntry, gitJournalText, withGitEntries } from '../journal.ts';
import { type GitReading, readGitProject, readWorkTree, servingCommit, strayed } from '../reading.ts';
import { type Change, change, type Found, foundName, refuseOthers } from '../release.ts';
import { servicesOf } from '../services.ts';
import { defineAction } from './step.ts';

/** While they are stopped and started, and then while they settle. */
const anyHandle = z.union([workHandle, settleHandle]);
type Handle = z.output<typeof anyHandle>;

/** Both may be done again: what is down stays down, and what runs is left. */
const ATTEMPTS = 3;

/** Arguments: pairs of an image and a name for it, “--”, a compose command. */
const DOWN_AND_UP = `
set -eu
while [ "$1" != -- ]; do docker tag "$1" "$2"; shift 2; done
shift
"$@" down --remove-orphans
exec "$@" up -d --no-build
`;

/** Stops all of the project and starts what is checked out. Volumes stay. */
export const up = defineAction({
  input: change,
  handle: anyHandle,
  async start(run, asked): Promise<StepProgress> {
    const work = await workOf(run, { id: 'up', doing: `starting ${asked.release.version}`, names: [] });
    if (!(await wasBegun(run, work))) await noteDown(run, asked);
    return beginWork(run, work);
  },
  async resume(run, asked, handle): Promise<StepProgress> {
    const { version, commit } = asked.release;
    const work = await workOf(run, { id: 'up', doing: `starting ${version}`, names: [] });
    return settled(run, work, handle, (reading) => ({
      services: run.binding.config.services,
      containers: reading.containers,
      isRight: (service) => strayed(run.binding, reading, { service, commit }) === null,
      done: `${version} runs`,
    }));
  },
});

/** Starts what ran before, once its commit is checked out again, and waits until it does. */
export const serveAgain = defineAction({
  input: change,
  handle: anyHandle,
  async start(run, asked): Promise<StepProgress> {
    const { found } = asked;
    const begun = await wasBegun(run, { id: runId(run.context, 'serve-again') });
    const reading = await readGitProject(run.binding, run.context.signal);
    if (!begun) {
      refuseOthers(run, reading, [found.head]);
      if (isAsFound(run, reading, found)) {
        return { phase: 'succeeded', message: `${foundName(found)} was not touched and runs` };
      }
    }
    return beginWork(run, await workBack(run, found, await namesBack(run, found)));
  },
  async resume(run, { found }, handle): Promise<StepProgress> {
    return settled(run, await workBack(run, found, []), handle, (reading) => ({
      services: Object.keys(found.images),
      containers: reading.containers,
      isRight: (service) => isServiceAsFound(run, reading, { found, service }),
      done: `${foundName(found)} (${shortCommit(found.head)}) is checked out and runs again`,
    }));
  },
});

async function settled(
  run: GitRun,
  work: Work,
  handle: Handle,
  settlement: (reading: GitReading) => Parameters<typeof settle>[2],
): Promise<StepProgress> {
  const settling = 'since' in handle;
  if (!settling) {
    const end = await followWork(run, work, handle);
    if (end.phase !== 'done') return end;
  }
  const since = settling ? handle.since : run.binding.now();
  return settle(run, since, settlement(await readGitProject(run.binding, run.context.signal)));
}

/** The last look before everything is stopped, and the journal, which knows of it whatever happens then. */
async function noteDown(run: GitRun, { release, found }: Change): Promise<void> {
  const { binding, context } = run;
  const reading = await readWorkTree(binding, context.signal);
  refuseOthers(run, reading, [release.commit]);
  const now = new Date(binding.now()).toISOString();
  const before: GitEntry | null = found.proven
    ? { version: foundName(found), commit: found.head, at: now, operation: null }
    : null;
  const brought: GitEntry = { ...release, at: now, operation: context.operationId };
  const text = gitJournalText(withGitEntries(reading.journal, before, brought));
  const { signal } = context;
  await binding.host.writeFile(`${reading.gitDirectory}/slipway.json`, text, { mode: 0o644, signal });
}

function isAsFound(run: GitRun, reading: GitReading, found: Found): boolean {
  const isServing = !found.proven || servingCommit(run.binding, reading) !== null;
  return isServing && Object.keys(found.images).every((service) => runsAsFound(reading, found, service));
}

function isServiceAsFound(
  { binding }: GitRun,
  reading: GitReading,
  { found, service }: { readonly found: Found; readonly service: string },
): boolean {
  const { head: commit } = found;
  if (reading.head !== commit || !runsAsFound(reading, found, service)) return false;
  return !found.proven || strayed(binding, reading, { service, commit }) === null;
}

function runsAsFound(reading: GitReading, { images }: Found, service: string): boolean {
  const now = runningImages([service], reading)[service] ?? [];
  return now.join() === (images[service] ?? []).join();
}

/** The images that ran with the names that compose looks for. */
async function namesBack(run: GitRun, found: Found): Promise<readonly string[]> {
  const services = await servicesOf(run.binding, run.context.signal);
  return services.flatMap(({ name, image }) => {
    const [id] = found.images[name] ?? [];
    // A name by digest is the image's own and needs none of ours.
    return id === undefined || image.includes('@') ? [] : [id, image];
  });
}

/** Where nothing ran before, nothing is started. */
async function workBack(run: GitRun, found: Found, names: readonly string[]): Promise<Work> {
  const work = await workOf(run, { id: 'serve-again', doing: 'taking it back', names });
  if (Object.keys(found.images).length > 0) return work;
  const argv = await composeCommand(run.binding, ['down', '--remove-orphans']);
  return { ...work, command: { ...work.command, argv } };
}

async function workOf(
  { binding, context }: GitRun,
  what: { readonly id: string; readonly doing: string; readonly names: readonly string[] },
): Promise<Work> {
  const compose = await composeCommand(binding, []);
  return {
    doing: what.doing,
    id: runId(context, what.id),
    command: {
      argv: ['sh', '-c', DOWN_AND_UP, 'sh', ...what.names, '--', ...compose],
      directory: binding.config.directory,
    },
    attempts: ATTEMPTS,
  };
}
