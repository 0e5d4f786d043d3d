import { z } from 'zod';
import type { StepProgress } from '../../target.ts';
import { watched, watchHandle } from '../../watching.ts';
import { defineAction, type StepRun } from './step.ts';
import { provenServing, servingInput } from './verify-serving.ts';

const input = servingInput.extend({
  /** Milliseconds. */
  duration: z.number(),
});
type Input = z.output<typeof input>;

const LOOK_AGAIN = 1_000;

/** Keeps proving that the approved content serves, and well, for a while after the rollout. */
export const watchServing = defineAction({
  input,
  handle: watchHandle,
  start: (run, asked) => look(run, asked, run.binding.now()),
  resume: (run, asked, { since }) => look(run, asked, since),
});

async function look(run: StepRun, asked: Input, since: number): Promise<StepProgress> {
  const proof = await provenServing(run, asked);
  const { duration } = asked;
  return watched(proof, { since, now: run.binding.now(), duration, lookAgainAfter: LOOK_AGAIN });
}
