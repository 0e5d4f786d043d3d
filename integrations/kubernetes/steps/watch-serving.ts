import { z } from 'zod';
import type { StepProgress } from '../../target.ts';
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
  /** When the watch began, in epoch milliseconds: a crash in between does not begin it anew. */
  handle: z.object({ since: z.number() }),
  start: (run, asked) => look(run, asked, run.binding.now()),
  resume: (run, asked, { since }) => look(run, asked, since),
});

async function look(run: StepRun, asked: Input, since: number): Promise<StepProgress> {
  const proof = await provenServing(run, asked);
  if (proof.phase === 'failed') return proof;
  const watched = Math.max(0, run.binding.now() - since);
  const seconds = (milliseconds: number) => Math.round(milliseconds / 1_000);
  if (proof.phase === 'succeeded' && watched >= asked.duration) {
    return { phase: 'succeeded', message: `${proof.message}, for ${seconds(asked.duration)} s` };
  }
  const how = proof.phase === 'running' ? proof.message : 'well so far';
  const message = `${how}, watched ${seconds(watched)} of ${seconds(asked.duration)} s`;
  return { phase: 'running', handle: { since }, message, lookAgainAfter: LOOK_AGAIN };
}
