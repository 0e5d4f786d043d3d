import { z } from 'zod';
import { type HttpCheck, storedHttpChecks } from '../../checks.ts';
import type { StepProgress } from '../../target.ts';
import { watched, watchHandle } from '../../watching.ts';
import { runChecks } from '../addresses.ts';
import { defineAction, defineLook, type StepRun, succeeded } from './step.ts';

/** Makes the config’s functional checks. */
export const verify = defineLook(z.object({ checks: storedHttpChecks }), (run, { checks }) =>
  check(run, checks),
);

async function check(run: StepRun, checks: readonly HttpCheck[]): Promise<StepProgress> {
  const { ok, detail } = await runChecks(run.binding, checks, run.context.signal);
  return ok ? succeeded(detail) : { phase: 'failed', problem: 'unhealthy', message: detail };
}

const watchInput = z.object({
  checks: storedHttpChecks,
  /** Milliseconds. */
  duration: z.number(),
});

const LOOK_AGAIN = 2_000;

/** Goes on making the checks for a while. */
export const watch = defineAction({
  input: watchInput,
  handle: watchHandle,
  start: (run, asked) => goOn(run, asked, run.binding.now()),
  resume: (run, asked, { since }) => goOn(run, asked, since),
});

async function goOn(run: StepRun, asked: z.output<typeof watchInput>, since: number): Promise<StepProgress> {
  const { checks, duration } = asked;
  const proof = await check(run, checks);
  return watched(proof, { since, now: run.binding.now(), duration, lookAgainAfter: LOOK_AGAIN });
}
