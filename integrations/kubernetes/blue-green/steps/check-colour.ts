import { z } from 'zod';
import { storedHttpChecks } from '../../../checks.ts';
import type { StepProgress } from '../../../target.ts';
import { currentRevision } from '../../history.ts';
import type { Pod } from '../../objects.ts';
import { readRevisions } from '../../reading.ts';
import { desiredPods } from '../../rollout.ts';
import { defineAction, digest, type StepRun } from '../../steps/step.ts';
import { proveContent } from '../../steps/verify-serving.ts';
import { isReady } from '../../trouble.ts';
import { podFetch } from '../pod-fetch.ts';
import { colourAsPlanned, ensureStillFrom, onColour, turn } from './input.ts';

const input = z.object({
  turn,
  digest: digest.nullable(),
  health: z.object({ check: storedHttpChecks.element, port: z.number() }).nullable(),
  /** Rounds in a row in which every pod must be right, and milliseconds between them. */
  times: z.number(),
  every: z.number(),
});
type Input = z.output<typeof input>;

/** Rounds that were right, and when the next one is due, in epoch milliseconds. */
const handle = z.object({ passed: z.number(), next: z.number() });
type Handle = z.output<typeof handle>;

const LOOK_AGAIN = 500;

/** Asks every pod of the new colour, through the API server, before any of them takes traffic. */
export const checkColour = defineAction({
  input,
  handle,
  async start(run, asked) {
    await ensureStillFrom(run, asked.turn);
    return look(run, asked, { passed: 0, next: 0 });
  },
  resume: (run, asked, from) => look(run, asked, from),
});

async function look(run: StepRun, asked: Input, from: Handle): Promise<StepProgress> {
  const { now } = run.binding;
  const early = from.next - now();
  if (early > 0) return waiting(asked, from, early);
  const found = await colourAsPlanned(run, asked.turn.to);
  const own = onColour(run, asked.turn.to.colour);
  const [revisions] = await readRevisions(own.binding, found, run.context.signal);
  const pods = currentRevision(found, revisions)?.pods ?? [];
  const desired = desiredPods('deployment', found);
  const runs = await proveContent(own, pods, { digest: asked.digest, desired });
  if (typeof runs !== 'string') return runs.phase === 'running' ? { ...runs, handle: from } : runs;
  if (pods.length === 0) return waiting(asked, from, LOOK_AGAIN);
  return askPods(own, asked, { from, runs, pods: pods.filter(isReady) });
}

async function askPods(
  run: StepRun,
  asked: Input,
  { from, runs, pods }: { readonly from: Handle; readonly runs: string; readonly pods: readonly Pod[] },
): Promise<StepProgress> {
  const {
    health,
    times,
    every,
    turn: { to },
  } = asked;
  if (health === null) return { phase: 'succeeded', message: `${to.colour} is ready: ${runs}.` };
  const results = await Promise.all(pods.map(({ metadata }) => askPod(run, metadata.name, health)));
  const wrong = results.find(({ ok }) => !ok);
  if (wrong !== undefined) {
    const round = `in check ${from.passed + 1} of ${times}`;
    return {
      phase: 'failed',
      problem: 'unhealthy',
      message: `${to.colour} is not healthy ${round}: ${wrong.detail}`,
    };
  }
  const passed = from.passed + 1;
  const told = `${passed} of ${times} health checks passed at ${pods.length} ${pods.length === 1 ? 'pod' : 'pods'}`;
  if (passed >= times) return { phase: 'succeeded', message: `${to.colour}: ${told}. ${runs}.` };
  return waiting(asked, { passed, next: run.binding.now() + every }, every);
}

async function askPod(run: StepRun, pod: string, { check, port }: NonNullable<Input['health']>) {
  const { api, config, checkerThrough } = run.binding;
  const checker = checkerThrough(podFetch(api, config.namespace));
  const baseUrl = `http://${pod}:${port}`;
  const { ok, detail } = await checker.run({ checks: [check], baseUrl, signal: run.context.signal });
  return { ok, detail: `${pod}: ${detail}` };
}

function waiting({ times }: Input, from: Handle, lookAgainAfter: number): StepProgress {
  const message = `${from.passed} of ${times} health checks passed`;
  return { phase: 'running', handle: from, message, lookAgainAfter };
}
