import { z } from 'zod';
import { backupIdOf } from '../../../src/domain/backup.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { anyHandle } from '../../step-action.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import { atVelero } from '../binding.ts';
import { BACKUPS } from '../cluster.ts';
import { inventoryText, takeInventory } from '../inventory.ts';
import { ANNOTATIONS, LABELS, labelValue, MANAGER, targetLabel } from '../names.ts';
import { backup, type VeleroBackup } from '../objects.ts';
import { counted, standingOf, troubles } from '../phases.ts';
import { defineAction, failed, running, succeeded, type VeleroRun } from './step.ts';

/** Asks Velero for the operation's one backup, by the name that is the operation's alone, and follows it. */
export const make = defineAction({
  input: z.object({}),
  handle: anyHandle,
  async start(run) {
    if ((await findOwn(run)) === null) await create(run);
    return look(run);
  },
  resume: (run) => look(run),
});

async function create(run: VeleroRun): Promise<void> {
  const { cluster } = run.binding;
  const { signal } = run.context;
  const object = await manifest(run);
  try {
    await cluster.create(atVelero(run.binding, BACKUPS, null), object, backup, signal);
  } catch (error) {
    // The reply to an earlier attempt was lost: it is looked at like any other.
    if (!(error instanceof TargetError && error.problem === 'conflict')) throw error;
  }
}

async function manifest({ binding, context }: VeleroRun): Promise<JsonObject> {
  const { config, ref } = binding;
  const inventory = inventoryText(await takeInventory(binding, context.signal));
  return {
    apiVersion: 'velero.io/v1',
    kind: 'Backup',
    metadata: {
      name: backupIdOf(context.operationId),
      namespace: config.velero,
      labels: {
        [LABELS.manager]: MANAGER,
        [LABELS.target]: targetLabel(ref),
        [LABELS.operation]: labelValue(context.operationId),
      },
      annotations: {
        [ANNOTATIONS.requestedBy]: context.requestedBy,
        ...(inventory === null ? {} : { [ANNOTATIONS.inventory]: inventory }),
      },
    },
    spec: {
      includedNamespaces: [config.namespace],
      ttl: `${Math.round(config.ttl / 1_000)}s`,
      ...(config.storageLocation === undefined ? {} : { storageLocation: config.storageLocation }),
    },
  };
}

/** The operation's own; null while there is none. */
async function findOwn({ binding, context }: VeleroRun): Promise<VeleroBackup | null> {
  const name = backupIdOf(context.operationId);
  const found = await binding.cluster.find(atVelero(binding, BACKUPS, name), backup, context.signal);
  if (found === null || found.metadata.labels[LABELS.operation] === labelValue(context.operationId))
    return found;
  throw new TargetError('conflict', `Somebody else has a backup called ${name} in ${binding.config.velero}.`);
}

async function look(run: VeleroRun): Promise<StepProgress> {
  const id = backupIdOf(run.context.operationId);
  const found = await findOwn(run);
  if (found === null) return failed('not-found', `Somebody has deleted ${id} before it was done.`);
  const standing = standingOf(found, 'backup');
  switch (standing.is) {
    case 'waiting':
      return running(`waiting for Velero to begin ${id}`);
    case 'running':
      return running(`Velero is making ${id}${progressOf(found)}`);
    case 'done':
      return succeeded(doneText(id, found));
    default:
      return failed('invalid', `There is no good backup: ${standing.reason}.`);
  }
}

function progressOf({ status: { progress } }: VeleroBackup): string {
  if (progress == null || progress.totalItems === 0) return '';
  return `, ${progress.itemsBackedUp} of ${progress.totalItems} objects`;
}

/** “bk-3k9x is in Velero (default): 14 objects, made in 3 s, kept until 2026-12-22.” */
function doneText(id: string, { spec, status }: VeleroBackup): string {
  const { startTimestamp, completionTimestamp, expiration, progress } = status;
  const place = spec.storageLocation === '' ? '' : ` (${spec.storageLocation})`;
  const took =
    startTimestamp === null || completionTimestamp === null
      ? ''
      : `made in ${Math.round((Date.parse(completionTimestamp) - Date.parse(startTimestamp)) / 1_000)} s`;
  const until = expiration === null ? '' : `kept until ${expiration.slice(0, 10)}`;
  const facts = [counted(progress?.itemsBackedUp ?? 0, 'object'), took, until, troubles(status)];
  return `${id} is in Velero${place}: ${facts.filter((fact) => fact !== '').join(', ')}.`;
}
