import { z } from 'zod';
import { storedHttpChecks } from '../../checks.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import { currentService } from './change-service.ts';
import { defineLook, type StepRun } from './step.ts';

const input = z.object({ checks: storedHttpChecks });

/** Milliseconds that the address of a new tag gets to become known. */
const SETTLE = 15_000;

/** Checks the new revision at its own address, before anybody else reaches it. */
export const verifyNew = defineLook(input, (run, { checks }) => verify(run, checks));

async function verify(run: StepRun, checks: z.output<typeof storedHttpChecks>): Promise<StepProgress> {
  const service = await currentService(run);
  const url = service.served.find((entry) => entry.tag === run.ownTag)?.url ?? null;
  if (url === null) {
    throw new TargetError(
      'conflict',
      `The tag ${run.ownTag} is gone: somebody else changed the traffic, and ${run.ownRevision} cannot be checked any more.`,
    );
  }
  const { signal } = run.context;
  const result = await run.binding.checker.run({ checks, baseUrl: url, settle: SETTLE, signal });
  return result.ok
    ? { phase: 'succeeded', message: result.detail }
    : {
        phase: 'failed',
        problem: 'unhealthy',
        message: `${run.ownRevision} failed a check. ${result.detail}`,
      };
}
