import { z } from 'zod';
import { type HttpCheck, storedHttpChecks } from '../../checks.ts';
import type { StepProgress } from '../../target.ts';
import { runChecks } from '../addresses.ts';
import { defineAction, defineShortAction, type StepRun, succeeded } from './step.ts';

/** Makes the config’s functional checks. */
export const verify = defineShortAction(z.object({ checks: storedHttpChecks }), (run, { checks }) =>
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

/** When the watch began, in epoch milliseconds: a crash in between does not begin it anew. */
const since = z.object({ since: z.number() });

const LOOK_AGAIN = 2_000;

/** Goes on making the checks for a while. */
export const watch = defineAction({
  input: watchInput,
  start: (run, asked) => goOn(run, asked, run.binding.now()),
  resume: (run, asked, begun) => goOn(run, asked, since.parse(begun).since),
});

async function goOn(run: StepRun, asked: z.output<typeof watchInput>, began: number): Promise<StepProgress> {
  const result = await check(run, asked.checks);
  if (result.phase !== 'succeeded') return result;
  const watched = Math.max(0, run.binding.now() - began);
  const seconds = (milliseconds: number) => Math.round(milliseconds / 1_000);
  if (watched >= asked.duration) return succeeded(`${result.message}, for ${seconds(asked.duration)} s`);
  return {
    phase: 'running',
    handle: { since: began },
    message: `well so far, watched ${seconds(watched)} of ${seconds(asked.duration)} s`,
    lookAgainAfter: LOOK_AGAIN,
  };
}
