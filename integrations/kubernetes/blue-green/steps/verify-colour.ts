import { z } from 'zod';
import { storedHttpChecks } from '../../../checks.ts';
import type { StepProgress } from '../../../target.ts';
import { pod, type Service } from '../../objects.ts';
import { placeOfAll } from '../../reading.ts';
import { PODS } from '../../resources.ts';
import { desiredPods } from '../../rollout.ts';
import { defineAction, digest, type StepRun } from '../../steps/step.ts';
import { checkService, proveContent } from '../../steps/verify-serving.ts';
import { ensureSwitched, turn } from './input.ts';

const input = z.object({
  turn,
  digest: digest.nullable(),
  checks: storedHttpChecks,
  /** Milliseconds for which it is proven again and again; 0 for once. */
  duration: z.number(),
});
type Input = z.output<typeof input>;

const LOOK_AGAIN = 500;

/** Every ready pod behind the Service runs the approved content, and the service answers as it should. */
export const verifyColour = defineAction({
  input,
  /** When it began, in epoch milliseconds. */
  handle: z.object({ since: z.number() }),
  start: (run, asked) => look(run, asked, run.binding.now()),
  resume: (run, asked, { since }) => look(run, asked, since),
});

async function look(run: StepRun, asked: Input, since: number): Promise<StepProgress> {
  const proof = await proven(run, asked);
  if (proof.phase === 'failed') return proof;
  const watched = run.binding.now() - since;
  if (proof.phase === 'succeeded' && watched >= asked.duration) return proof;
  const how = proof.phase === 'running' ? proof.message : 'well so far';
  const left = asked.duration === 0 ? '' : `, watched ${Math.round(watched / 1_000)} s`;
  return { phase: 'running', handle: { since }, message: `${how}${left}`, lookAgainAfter: LOOK_AGAIN };
}

/** One look at what stands behind the Service, and at how it answers. */
export async function proven(
  run: StepRun,
  asked: Pick<Input, 'turn' | 'digest' | 'checks'>,
): Promise<StepProgress> {
  const { service, workload } = await ensureSwitched(run, asked.turn);
  const labelSelector = selectorOf(service);
  const { api } = run.binding;
  const pods = await api.list(placeOfAll(run.binding, PODS), pod, { labelSelector }, run.context.signal);
  const desired = desiredPods('deployment', workload);
  const runs = await proveContent(run, pods, { digest: asked.digest, desired });
  if (typeof runs !== 'string') return runs;
  return checkService(run, `${runs} behind the Service ${service.metadata.name}`, asked);
}

function selectorOf({ spec }: Service): string {
  return Object.entries(spec.selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
