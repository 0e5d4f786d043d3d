import { z } from 'zod';
import type { StepProgress } from './target.ts';

/** When the watch began, in epoch milliseconds: a crash in between does not begin it anew. */
export const watchHandle = z.object({ since: z.number() });

/** One look of a watch: it fails with its proof, and succeeds when that has held for the whole time. Times in milliseconds. */
export function watched(
  proof: StepProgress,
  watch: {
    readonly since: number;
    readonly now: number;
    readonly duration: number;
    readonly lookAgainAfter: number;
  },
): StepProgress {
  if (proof.phase === 'failed') return proof;
  const { since, now, duration, lookAgainAfter } = watch;
  const passed = Math.max(0, now - since);
  if (proof.phase === 'succeeded' && passed >= duration) {
    return { phase: 'succeeded', message: `${proof.message}, for ${seconds(duration)} s` };
  }
  const how = proof.phase === 'running' ? proof.message : 'well so far';
  const message = `${how}, watched ${seconds(passed)} of ${seconds(duration)} s`;
  return { phase: 'running', handle: { since }, message, lookAgainAfter };
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 1_000);
}
