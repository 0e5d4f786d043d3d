import { z } from 'zod';
import { runId } from '../../detached.ts';
import type { StepProgress } from '../../target.ts';
import { composeCommand } from '../compose.ts';
import { setVariable } from '../env-file.ts';
import { type ProjectReading, readProject, runningImages, servingDigests, valuesOf } from '../project.ts';
import { contentOf, found, partsIn, release } from '../release.ts';
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
import { changed, NAME_AND_RUN, writeEnvironment } from './up.ts';

const input = z.object({ release, found, alone: z.boolean() });
type Input = z.output<typeof input>;

const ATTEMPTS = 3;

/** Takes `up` back: the version and the images that were found, unless somebody else changed them since. */
export const restore = defineAction({
  input,
  handle: z.union([settleHandle, workHandle]),
  async start(run, asked): Promise<StepProgress> {
    const work = await workOf(run, asked);
    if (await wasBegun(run, work)) return beginWork(run, work);
    const reading = await readProject(run.binding, run.context.signal);
    refuseOthers(run, asked, reading);
    if (isAsFound(run, asked, reading)) return { phase: 'succeeded', message: 'all is as it was found' };
    const text = Object.entries(asked.found.values).reduce(
      (rest, [variable, value]) => setVariable(rest, variable, value),
      reading.environment ?? '',
    );
    await writeEnvironment(run, text);
    return beginWork(run, work);
  },
  async resume(run, asked, handle): Promise<StepProgress> {
    const settling = 'since' in handle;
    if (!settling) {
      const end = await followWork(run, await workOf(run, asked), handle);
      if (end.phase !== 'done') return end;
    }
    const since = settling ? handle.since : run.binding.now();
    const reading = await readProject(run.binding, run.context.signal);
    const names = partsIn(run.binding, asked.release).map(({ name }) => name);
    return settle(run, since, {
      services: names.filter((name) => ran(asked, name)),
      containers: reading.containers,
      isRight: (service) => isImageFound(asked, reading, service),
      done: `${asked.found.version ?? 'what was there before'} runs again`,
    });
  },
});

function ran({ found }: Input, name: string): boolean {
  return (found.images[name] ?? []).length > 0;
}

function isImageFound({ found }: Input, reading: ProjectReading, name: string): boolean {
  return (runningImages([name], reading)[name] ?? []).join() === (found.images[name] ?? []).join();
}

function isAsFound({ binding }: StepRun, asked: Input, reading: ProjectReading): boolean {
  const parts = partsIn(binding, asked.release);
  const values = valuesOf({ parts }, reading);
  return parts.every(
    ({ name, variable }) =>
      isImageFound(asked, reading, name) &&
      (values[variable] ?? null) === (asked.found.values[variable] ?? null),
  );
}

function refuseOthers(run: StepRun, asked: Input, reading: ProjectReading): void {
  const parts = partsIn(run.binding, asked.release);
  const values = valuesOf({ parts }, reading);
  for (const part of parts) {
    const value = values[part.variable] ?? null;
    if (value !== asked.release.tag && value !== (asked.found.values[part.variable] ?? null)) {
      throw changed(run, `${part.variable} is ${value ?? 'not set'} in ${run.binding.config.envFile}`);
    }
    const now = runningImages([part.name], reading)[part.name] ?? [];
    const isOurs = servingDigests(part, reading).includes(contentOf(asked.release, part.name));
    if (now.length > 0 && !isOurs && !isImageFound(asked, reading, part.name)) {
      throw changed(run, `${part.name} runs another image`);
    }
  }
}

async function workOf({ binding, context }: StepRun, asked: Input): Promise<Work> {
  const parts = partsIn(binding, asked.release);
  const names = parts.map(({ name }) => name);
  const nothingRan = !names.some((name) => ran(asked, name));
  const words = nothingRan
    ? ['rm', '-s', '-f', ...names]
    : ['up', '-d', '--no-build', ...(asked.alone ? ['--no-deps', ...names] : [])];
  const tags = parts.flatMap(({ name, image, variable }) => {
    const [id] = asked.found.images[name] ?? [];
    const tag = asked.found.values[variable];
    return id === undefined || tag == null || !/^\w[\w.-]{0,127}$/.test(tag) ? [] : [id, `${image}:${tag}`];
  });
  const command = await composeCommand(binding, words);
  return {
    doing: 'taking it back',
    id: runId(context, 'restore'),
    command: {
      argv: ['sh', '-c', NAME_AND_RUN, 'sh', ...tags, '--', ...command],
      directory: binding.config.directory,
    },
    attempts: ATTEMPTS,
  };
}
