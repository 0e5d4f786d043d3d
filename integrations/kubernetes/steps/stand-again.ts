import type { StepProgress } from '../../target.ts';
import { readRevisions } from '../reading.ts';
import { desiredPods } from '../rollout.ts';
import { currentWorkload } from './change-template.ts';
import { handleOf, type Rollout } from './follow.ts';
import type { StepRun } from './step.ts';
import { proveContent } from './verify-serving.ts';

/**
 * The end of what brings pods back. Where a workload is scaled down and up again at once, its status counts pods for
 * a while that have been told to go (as `kubectl rollout status` does): only ready pods that stay are an end.
 */
export async function standAgain(run: StepRun, rollout: Rollout, end: StepProgress): Promise<StepProgress> {
  if (end.phase !== 'succeeded') return end;
  const found = await currentWorkload(run, rollout.uid);
  const [revisions] = await readRevisions(run.binding, found, run.context.signal);
  const pods = revisions.filter(({ hash }) => hash === rollout.hash).flatMap((one) => one.pods);
  const desired = desiredPods(run.binding.workload.kind, found);
  const stands = await proveContent(run, pods, { digest: null, desired });
  if (typeof stands === 'string') return end;
  return stands.phase === 'running' ? { ...stands, handle: handleOf(run, found) } : stands;
}
