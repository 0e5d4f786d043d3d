import { z } from 'zod';
import { runId } from '../../detached.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import { composeCommand, configuredImages, shadowed } from '../compose.ts';
import { setVariable } from '../env-file.ts';
import { type JournalEntry, journalText, keepTag, readJournal, withEntries } from '../journal.ts';
import {
  JOURNAL,
  type ProjectReading,
  readProject,
  runningImages,
  servingDigests,
  valuesOf,
} from '../project.ts';
import { contentOf, type Found, found, partsIn, type Release, release } from '../release.ts';
import { settle, settleHandle } from './settle.ts';
import {
  beginWork,
  defineAction,
  followWork,
  type StepRun,
  type Work,
  wasBegun,
  workHandle,
} from './step.ts';

const input = z.object({ release, found, alone: z.boolean() });
type Input = z.output<typeof input>;

/** `up -d` may be done again: it starts what does not run and leaves what does. */
const ATTEMPTS = 3;

/** Arguments: pairs of an image and a name for it, “--”, a command. */
export const NAME_AND_RUN = `
set -eu
while [ "$1" != -- ]; do docker tag "$1" "$2"; shift 2; done
shift
exec "$@"
`;

/**
 * Sets the version, proves that compose sees it, and starts what is different: only on the project as the plan
 * found it, or as this operation left it.
 */
export const up = defineAction({
  input,
  handle: z.union([settleHandle, workHandle]),
  async start(run, asked): Promise<StepProgress> {
    const work = await workOf(run, asked);
    if (!(await wasBegun(run, work))) await prepare(run, asked);
    return beginWork(run, work);
  },
  async resume(run, asked, handle): Promise<StepProgress> {
    const settling = 'since' in handle;
    if (!settling) {
      const end = await followWork(run, await workOf(run, asked), handle);
      if (end.phase !== 'done') return end;
    }
    const since = settling ? handle.since : run.binding.now();
    const parts = partsIn(run.binding, asked.release);
    const reading = await readProject(run.binding, run.context.signal);
    const right = parts.filter((part) =>
      servingDigests(part, reading).includes(contentOf(asked.release, part.name)),
    );
    return settle(run, since, {
      services: parts.map(({ name }) => name),
      containers: reading.containers,
      isRight: (service) => right.some(({ name }) => name === service),
      done: `${asked.release.version} runs`,
    });
  },
});

async function prepare(run: StepRun, asked: Input): Promise<void> {
  const { binding, context } = run;
  const { host, config } = binding;
  const reading = await readProject(binding, context.signal);
  refuseOthers(run, asked, reading);
  const { signal } = context;
  await host.writeFile(`${config.directory}/${JOURNAL}`, journalAfter(run, asked, reading), {
    mode: 0o644,
    signal,
  });
  const text = partsIn(binding, asked.release).reduce(
    (rest, { variable }) => setVariable(rest, variable, asked.release.tag),
    reading.environment ?? '',
  );
  if (text !== reading.environment) await writeEnvironment(run, text);
  const images = await configuredImages(binding, {}, signal);
  const parts = partsIn(binding, asked.release);
  const wrong = shadowed({ ...binding, parts }, images, () => asked.release.tag);
  if (wrong === null) return;
  // Somebody who wrote at the same moment is told apart from a value that hides ours.
  refuseOthers(run, asked, await readProject(binding, signal));
  throw new TargetError('invalid', wrong);
}

/** As a whole, byte for byte. */
export async function writeEnvironment({ binding, context }: StepRun, text: string): Promise<void> {
  const { host, config } = binding;
  const path = config.envFile.startsWith('/') ? config.envFile : `${config.directory}/${config.envFile}`;
  await host.writeFile(path, Buffer.from(text, 'latin1'), { mode: 0o600, signal: context.signal });
}

/** Somebody else's change is not overwritten. */
function refuseOthers(run: StepRun, asked: Input, reading: ProjectReading): void {
  const parts = partsIn(run.binding, asked.release);
  const values = valuesOf({ parts }, reading);
  for (const { name, variable } of parts) {
    const value = values[variable] ?? null;
    if (value !== (asked.found.values[variable] ?? null) && value !== asked.release.tag) {
      throw changed(run, `${variable} is ${value ?? 'not set'} in ${run.binding.config.envFile}`);
    }
    const part = parts.find((one) => one.name === name);
    if (part !== undefined && !isExpected(asked, part, reading))
      throw changed(run, `${name} runs another image`);
  }
}

function isExpected(
  asked: Input,
  part: ReturnType<typeof partsIn>[number],
  reading: ProjectReading,
): boolean {
  const now = runningImages([part.name], reading)[part.name] ?? [];
  const before = asked.found.images[part.name] ?? [];
  return (
    now.join() === before.join() ||
    servingDigests(part, reading).includes(contentOf(asked.release, part.name))
  );
}

export function changed({ binding }: StepRun, what: string): TargetError {
  return new TargetError(
    'conflict',
    `Somebody else changed ${binding.project} on ${binding.host.name} meanwhile: ${what}. It was left as it is.`,
  );
}

function journalAfter({ binding, context }: StepRun, asked: Input, reading: ProjectReading): string {
  const { version, digests, since } = asked.found;
  const before: JournalEntry | null =
    version === null || digests === null ? null : { version, digests, at: since ?? '', operation: null };
  const brought = {
    version: asked.alone ? mixedVersion(asked) : asked.release.version,
    digests: { ...(asked.alone ? digests : {}), ...asked.release.digests },
    at: new Date(binding.now()).toISOString(),
    operation: context.operationId,
  };
  return journalText(withEntries(readJournal(reading.journal), before, brought));
}

/** What people call the whole when one part of it is of another version: `v1.0.0-with-api-v1.1.0`. It can be a tag. */
function mixedVersion({ found, release }: Input): string {
  const parts = Object.keys(release.digests).join('-');
  const base = found.version === null ? 'unknown' : found.version;
  return `${base}-with-${parts}-${release.tag}`.slice(-120).replace(/^\W+/, '');
}

async function workOf({ binding, context }: StepRun, asked: Input): Promise<Work> {
  const parts = partsIn(binding, asked.release);
  const names = asked.alone ? ['--no-deps', ...parts.map(({ name }) => name)] : [];
  const command = await composeCommand(binding, ['up', '-d', '--no-build', ...names]);
  const tags = [...keptTags(binding, asked.found), ...newTags(binding, asked.release)];
  return {
    doing: `starting ${asked.release.version}`,
    id: runId(context, 'up'),
    command: {
      argv: ['sh', '-c', NAME_AND_RUN, 'sh', ...tags, '--', ...command],
      directory: binding.config.directory,
    },
    attempts: ATTEMPTS,
  };
}

/** What runs now keeps a name, so that nothing takes it away before it is gone back to. */
function keptTags(binding: StepRun['binding'], { digests, images }: Found): readonly string[] {
  return binding.parts.flatMap(({ name, image }) => {
    const [id] = images[name] ?? [];
    const content = digests?.[name];
    return id === undefined || content === undefined
      ? []
      : [id, `${image}:${keepTag(binding.project, content)}`];
  });
}

function newTags(binding: StepRun['binding'], asked: Release): readonly string[] {
  return partsIn(binding, asked).flatMap(({ name, image }) => {
    const content = contentOf(asked, name);
    const source = `${image}@${content}`;
    return [source, `${image}:${keepTag(binding.project, content)}`, source, `${image}:${asked.tag}`];
  });
}
