import { z } from 'zod';
import { runId } from '../../../detached.ts';
import type { StepProgress } from '../../../target.ts';
import { composeCommand } from '../../compose.ts';
import { migrationEnd } from '../../steps/migrate.ts';
import { beginWork, followWork, type Work, workHandle } from '../../steps/step.ts';
import type { GitRun } from '../binding.ts';
import { defineAction } from './step.ts';

const input = z.object({ run: z.tuple([z.string()], z.string()), service: z.string() });
type Input = z.output<typeof input>;

/** Runs the migration of what is checked out in a container of its own. It is begun once and never again. */
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

async function workOf({ binding, context }: GitRun, { service, run }: Input): Promise<Work> {
  return {
    doing: 'the migration',
    id: runId(context, 'migrate'),
    command: {
      argv: await composeCommand(binding, ['run', '--rm', '-T', service, ...run]),
      directory: binding.config.directory,
    },
    attempts: 1,
  };
}
