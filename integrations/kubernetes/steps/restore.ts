import type { StepProgress } from '../../target.ts';
import { isObserved } from '../argo-rollouts/state.ts';
import { putStepsBack } from '../argo-rollouts/steps/give-back-steps.ts';
import { takingBack } from '../argo-rollouts/taking-back.ts';
import type { Workload } from '../objects.ts';
import type { TemplateChange } from '../plan-steps.ts';
import { readRevisions } from '../reading.ts';
import { PODS } from '../resources.ts';
import { templateHash } from '../template.ts';
import { isReady } from '../trouble.ts';
import { changeWorkload, isOurs } from './change-template.ts';
import { begunRollout, followRollout, rolloutHandle } from './follow.ts';
import { standAgain } from './stand-again.ts';
import { defineAction, type StepRun, templateChange } from './step.ts';

/**
 * Takes back what this operation did to the template. One that somebody else has written since is left as it is. A
 * Rollout that had been led past its own steps gets them back: at once where what was found never ceased to be its
 * stable side, else when that is again.
 */
export const restore = defineAction({
  input: templateChange,
  handle: rolloutHandle,
  async start(run, input) {
    const found = await changeWorkload(run, input.uid, (now) =>
      isRolledOut(run, now, input) ? takingBack(now, input) : null,
    );
    if (templateHash(found.spec.template) !== input.found.hash) return leftAsItIs();
    await removeStuckPods(run, found, input);
    return ended(run, input, begunRollout(run, found));
  },
  async resume(run, input, handle) {
    return ended(run, input, await followRollout(run, { uid: input.uid, hash: input.found.hash }, handle));
  },
});

function isRolledOut(run: StepRun, now: Workload, { wanted }: TemplateChange): boolean {
  return templateHash(now.spec.template) === wanted.hash && isOurs(run, now);
}

async function ended(run: StepRun, input: TemplateChange, end: StepProgress): Promise<StepProgress> {
  const stands = await standAgain(run, { uid: input.uid, hash: input.found.hash }, end);
  if (stands.phase !== 'succeeded') return stands;
  if (input.own !== undefined) {
    const found = await putStepsBack(run, { change: input, behind: 'found' });
    if (!isObserved(found)) return begunRollout(run, found);
  }
  return { phase: 'succeeded', message: `The template is as it was; ${stands.message}` };
}

function leftAsItIs(): StepProgress {
  const message = 'Somebody else has changed the template since; it was left as it is.';
  return { phase: 'succeeded', message, left: true };
}

/**
 * A StatefulSet that replaces its pods in order waits for a broken pod to become ready, also when its template was
 * put right (“forced rollback” in the Kubernetes documentation): such pods are deleted, so that it makes good ones.
 */
async function removeStuckPods(run: StepRun, found: Workload, input: TemplateChange): Promise<void> {
  if (run.binding.workload.kind !== 'statefulset' || input.wanted.hash === input.found.hash) return;
  const { api, config } = run.binding;
  const { signal } = run.context;
  const [revisions] = await readRevisions(run.binding, found, signal);
  const unwanted = revisions.filter(({ hash }) => hash === input.wanted.hash).flatMap(({ pods }) => pods);
  for (const { metadata } of unwanted.filter((pod) => !isReady(pod))) {
    const place = { resource: PODS, namespace: config.namespace, name: metadata.name };
    await api.remove(place, metadata.uid, signal);
  }
}
