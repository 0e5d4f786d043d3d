import { z } from 'zod';
import type { StepProgress } from '../../target.ts';
import { defineAction, type StepRun } from './step.ts';
import { proven, verifyInput } from './verify.ts';

const input = verifyInput.extend({
  /** Milliseconds. */
  duration: z.number(),
});
type Input = z.output<typeof input>;

/** When the watch began, in epoch milliseconds: a crash in between does not begin it anew. */
const handle = z.object({ since: z.number() });

const LOOK_AGAIN = 1_000;

/** Keeps proving that the approved content runs, and well, for a while. */
export const watch = defineAction({
  input,
  start: (run, asked) => look(run, asked, run.binding.now()),
  resume: (run, asked, begun) => look(run, asked, handle.parse(begun).since),
});

async function look(run: StepRun, asked: Input, since: number): Promise<StepProgress> {
  const proof = await proven(run, asked, 0);
  if (proof.phase !== 'succeeded') return proof;
  const watched = Math.max(0, run.binding.now() - since);
  const seconds = (milliseconds: number) => Math.round(milliseconds / 1_000);
  if (watched >= asked.duration) {
    return { phase: 'succeeded', message: `${proof.message}, for ${seconds(asked.duration)} s` };
  }
  const message = `well so far, watched ${seconds(watched)} of ${seconds(asked.duration)} s`;
  return { phase: 'running', handle: { since }, message, lookAgainAfter: LOOK_AGAIN };
}
