import { z } from 'zod';
import { runId } from '../../detached.ts';
import type { StepProgress } from '../../target.ts';
import { composeCommand } from '../compose.ts';
import { partsIn, release } from '../release.ts';
import {
  beginWork,
  defineAction,
  followWork,
  type StepRun,
  type Work,
  type WorkEnd,
  workHandle,
} from './step.ts';

const input = z.object({
  release: release.nullable(),
  run: z.tuple([z.string()], z.string()),
  service: z.string(),
});
type Input = z.output<typeof input>;

/** Runs the migration in a container of its own, from the new image. It is begun once and never again. */
export const migrate = defineAction({
  input,
  handle: workHandle,
  async start(run, asked) {
    return beginWork(run, await workOf(run, asked));
  },
  async resume(run, asked, handle): Promise<StepProgress> {
    return migrationEnd(await followWork(run, await workOf(run, asked), handle));
  },
});

/** What a look at a migration says of it. */
export function migrationEnd(end: WorkEnd): StepProgress {
  if (end.phase === 'done') return { phase: 'succeeded', message: 'the migration ended well' };
  if (end.phase === 'running') return end;
  return { ...end, message: `${end.message} The data may be changed in part.` };
}

async function workOf({ binding, context }: StepRun, asked: Input): Promise<Work> {
  const words = ['run', '--rm', '-T', asked.service, ...asked.run];
  const parts = asked.release === null ? [] : partsIn(binding, asked.release);
  const tag = asked.release?.tag ?? '';
  return {
    doing: 'the migration',
    id: runId(context, 'migrate'),
    command: {
      argv: await composeCommand(binding, words),
      directory: binding.config.directory,
      // Not in the file yet: what runs is not touched before the data fits.
      environment: Object.fromEntries(parts.map(({ variable }) => [variable, tag])),
    },
    attempts: 1,
  };
}
