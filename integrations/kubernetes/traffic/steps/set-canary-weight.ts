import { z } from 'zod';
import { type StepProgress, TargetError } from '../../../target.ts';
import { currentRevision } from '../../history.ts';
import type { Workload } from '../../objects.ts';
import { readRevisions } from '../../reading.ts';
import { desiredPods, progressDeadline, rolloutState } from '../../rollout.ts';
import { isOurs } from '../../steps/change-template.ts';
import { findTroubles, tellLogs } from '../../steps/reasons.ts';
import { defineAction, type StepRun } from '../../steps/step.ts';
import { proveContent } from '../../steps/verify-serving.ts';
import { templateHash } from '../../template.ts';
import { splitText } from '../canary-split.ts';
import { type CanaryGround, verification, weightInput } from '../plan-steps.ts';
import { splitOf, trafficOf } from '../split.ts';
import { canaryRun, changedSplit, findCanary, stableAsFound } from './create-canary.ts';

const LOOK_AGAIN = 300;

/** When its pods last got on, in epoch milliseconds, and how far they were; null before it was looked at. */
const handle = z.object({ since: z.number(), progress: z.string() }).nullable();
type Handle = z.output<typeof handle>;

/** Gives the canary a share, if everything still is as this operation left it. */
export const setCanaryWeight = defineAction({
  input: weightInput,
  handle,
  async start(run, asked) {
    await stableAsFound(run, asked);
    await ourCanary(run);
    const { found, from, to: percent } = asked;
    const { signal } = run.context;
    await splitOf(run.binding).set(
      {
        found,
        percent,
        allow(now) {
          if (now.at(percent)) return false;
          if (!now.at(from)) throw changedSplit(run, now.text, from);
          return true;
        },
      },
      signal,
    );
    return settled(run, asked, null);
  },
  resume: (run, asked, from) => settled(run, asked, from),
});

type Weight = z.output<typeof weightInput>;

async function settled(run: StepRun, asked: Weight, from: Handle): Promise<StepProgress> {
  const standing = await splitOf(run.binding).read(asked.found, run.context.signal);
  if (!standing.at(asked.to)) throw changedSplit(run, standing.text, asked.to);
  const runs = await provenCanary(run, asked);
  if (typeof runs !== 'string') return runs.phase === 'running' ? waitOn(run, runs, from) : runs;
  return { phase: 'succeeded', message: `Traffic is ${splitText(run.binding, asked.to)}.` };
}

type Running = Extract<StepProgress, { phase: 'running' }>;

/**
 * Pods that a scaled canary does not get ready: the progress deadline of a Deployment is for new templates alone, so
 * that no controller ever says so.
 */
async function waitOn(run: StepRun, progress: Running, from: Handle): Promise<StepProgress> {
  const now = run.binding.now();
  const since = from !== null && from.progress === progress.message ? from.since : now;
  const found = await ourCanary(run);
  const limit = progressDeadline(found);
  if (now - since <= limit) return { ...progress, handle: { since, progress: progress.message } };
  const own = canaryRun(run);
  const { text, troubles } = await findTroubles(own, found, templateHash(found.spec.template));
  await tellLogs(own, troubles);
  const message = `It made no progress for ${limit / 1_000} s (its progress deadline): ${progress.message}. ${text}`;
  return { phase: 'failed', problem: 'unhealthy', message: message.trim() };
}

async function ourCanary(run: StepRun): Promise<Workload> {
  const found = await findCanary(run);
  if (found !== null && isOurs(run, found)) return found;
  throw new TargetError(
    'conflict',
    `${canaryRun(run).binding.workload.name} is gone, or somebody else’s: nothing was changed.`,
  );
}

/** A sentence's beginning when as many pods of the canary as there should be run what was approved. */
async function provenCanary(run: StepRun, ground: CanaryGround): Promise<string | StepProgress> {
  const found = await ourCanary(run);
  const own = canaryRun(run);
  const { state, message } = rolloutState('deployment', found);
  if (state === 'failed') {
    const { text } = await findTroubles(own, found, templateHash(found.spec.template));
    return { phase: 'failed', problem: 'unhealthy', message: `${message} ${text}` };
  }
  if (state !== 'done') return waiting(message);
  const desired = desiredPods('deployment', found);
  const { replicas } = found.status;
  if (replicas !== desired) return waiting(`${replicas} pods of the canary, and ${desired} are wanted`);
  if (desired === 0) return 'It has no pods yet';
  const [revisions] = await readRevisions(own.binding, found, run.context.signal);
  const pods = currentRevision(found, revisions)?.pods ?? [];
  return proveContent(own, pods, { digest: ground.digest, desired });
}

function waiting(message: string): StepProgress {
  return { phase: 'running', handle: null, message, lookAgainAfter: LOOK_AGAIN };
}

/** Reads back what the canary's pods run, and how they answer where they have an address of their own. */
export const verifyCanary = defineAction({
  input: verification,
  handle: z.null(),
  start: (run, asked) => verify(run, asked),
  resume: (run, asked) => verify(run, asked),
});

async function verify(run: StepRun, asked: z.output<typeof verification>): Promise<StepProgress> {
  const runs = await provenCanary(run, asked);
  if (typeof runs !== 'string') return runs;
  const { canaryUrl } = trafficOf(run.binding);
  if (canaryUrl === undefined || asked.checks.length === 0)
    return { phase: 'succeeded', message: `${runs}.` };
  const { checks } = asked;
  const { ok, detail } = await run.binding.checker.run({
    checks,
    baseUrl: canaryUrl,
    signal: run.context.signal,
  });
  return ok
    ? { phase: 'succeeded', message: `${runs}; ${detail}` }
    : { phase: 'failed', problem: 'unhealthy', message: `${runs}, but ${detail}` };
}
