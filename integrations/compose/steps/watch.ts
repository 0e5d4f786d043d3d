import { z } from 'zod';
import type { StepProgress } from '../../target.ts';
import { watched, watchHandle } from '../../watching.ts';
import { defineAction, type StepRun } from './step.ts';
import { proven, verifyInput } from './verify.ts';

const input = verifyInput.extend({
  /** Milliseconds. */
  duration: z.number(),
});
type Input = z.output<typeof input>;

const LOOK_AGAIN = 1_000;

/** Keeps proving that the approved content runs, and well, for a while. */
export const watch = defineAction({
  input,
  handle: watchHandle,
  start: (run, asked) => look(run, asked, run.binding.now()),
  resume: (run, asked, { since }) => look(run, asked, since),
});

async function look(run: StepRun, asked: Input, since: number): Promise<StepProgress> {
  const proof = await proven(run, asked, 0);
  const { duration } = asked;
  return watched(proof, { since, now: run.binding.now(), duration, lookAgainAfter: LOOK_AGAIN });
}
