import { z } from 'zod';
import { backupIdOf } from '../../../src/domain/backup.ts';
import { anyHandle } from '../../step-action.ts';
import type { StepProgress } from '../../target.ts';
import { resourceName } from '../cluster.ts';
import { COMPARED, lookAround } from '../inventory.ts';
import { type Purpose, RESTORE_LABEL, requestName } from '../names.ts';
import type { VeleroRestore } from '../objects.ts';
import { counted, standingOf, troubles } from '../phases.ts';
import { beginRestore, findRestore, followRestore, isProgress } from '../restores.ts';
import { defineAction, defineLook, running, succeeded, type VeleroRun } from './step.ts';

/** What leads traffic from outside to Services, by the names that Velero has for kinds. */
export const ROUTES = [
  'ingresses.networking.k8s.io',
  'httproutes.gateway.networking.k8s.io',
  'grpcroutes.gateway.networking.k8s.io',
  'virtualservices.networking.istio.io',
  'routes.route.openshift.io',
] as const;

/** Without this Velero brings back only what is gone, and leaves what was changed. */
const OVER_WHAT_IS_THERE = { existingResourcePolicy: 'update' };

const chosen = z.object({ backup: z.string() });

/** Brings everything back but what leads traffic there. */
export const restoreAll = defineAction({
  input: chosen,
  handle: anyHandle,
  async start(run, input) {
    const part = { ...OVER_WHAT_IS_THERE, excludedResources: [...ROUTES] };
    await beginRestore(run, 'restore', { backupName: input.backup, ...part });
    return lookAtRestore(run, input);
  },
  resume: lookAtRestore,
});

async function lookAtRestore(run: VeleroRun, input: z.output<typeof chosen>): Promise<StepProgress> {
  const found = await followRestore(run, 'restore', `restoring ${input.backup}`);
  return isProgress(found) ? found : succeeded(`Restored ${input.backup}: ${restoredText(found)}.`);
}

/** Brings back what leads traffic there. */
export const restoreRoutes = defineAction({
  input: chosen,
  handle: anyHandle,
  async start(run, input) {
    const part = { ...OVER_WHAT_IS_THERE, includedResources: [...ROUTES] };
    await beginRestore(run, 'routes', { backupName: input.backup, ...part });
    return lookAtRoutes(run);
  },
  resume: lookAtRoutes,
});

async function lookAtRoutes(run: VeleroRun): Promise<StepProgress> {
  const found = await followRestore(run, 'routes', 'bringing the routes back');
  if (isProgress(found)) return found;
  if ((found.status.progress?.itemsRestored ?? 0) === 0) {
    return succeeded('The backup has no Ingress, HTTPRoute or VirtualService: nothing was held back.');
  }
  return succeeded(`Traffic is led there as it was: ${restoredText(found)}.`);
}

function restoredText({ status }: VeleroRestore): string {
  const facts = [counted(status.progress?.itemsRestored ?? 0, 'object'), troubles(status)];
  return facts.filter((fact) => fact !== '').join(', ') || 'nothing was in it';
}

/** Restores what was there before, from the operation's own backup, if anything may have been changed. */
export const undoRestore = defineLook(z.object({}), undo);

async function undo(run: VeleroRun): Promise<StepProgress> {
  const others = await Promise.all((['restore', 'routes'] as const).map((which) => endOf(run, which)));
  // Velero cannot be stopped: two Restores at once would mix what they bring.
  if (others.includes('going-on')) return running('waiting for Velero to end the restore');
  if (!others.includes('changed')) return succeeded('Nothing had been changed.');
  const own = backupIdOf(run.context.operationId);
  await beginRestore(run, 'undo', { backupName: own, ...OVER_WHAT_IS_THERE });
  const found = await followRestore(run, 'undo', `restoring ${own}`);
  if (isProgress(found)) return found;
  const left = await leftBehind(run);
  const restored = `Restored ${own}: ${restoredText(found)}`;
  if (left.length === 0) return succeeded(`${restored}.`);
  const message = `${restored}. Velero takes nothing away: ${left.join(', ')} came with the restore and stayed.`;
  return { phase: 'succeeded', message, left: true };
}

async function endOf(run: VeleroRun, purpose: Purpose): Promise<'unchanged' | 'going-on' | 'changed'> {
  const found = await findRestore(run, purpose);
  if (found === null) return 'unchanged';
  const { is } = standingOf(found, 'restore');
  if (is === 'refused') return 'unchanged';
  return is === 'waiting' || is === 'running' ? 'going-on' : 'changed';
}

/** What still has the mark of the first Restore was not in the backup that was restored after it. */
async function leftBehind({ binding, context }: VeleroRun): Promise<readonly string[]> {
  const mark = requestName(context.operationId, 'restore');
  const found = await lookAround(
    binding,
    context.signal,
    (one) => one.metadata.labels[RESTORE_LABEL] === mark,
  );
  return Object.entries(found ?? {}).flatMap(([kind, names]) =>
    Object.keys(names).map((name) => `${kind} ${name}`),
  );
}

/** The kinds of a verification, by the names that Velero has for them. */
export const COMPARED_NAMES = COMPARED.map(resourceName);
