import type { JsonObject } from '../../src/domain/json.ts';
import { type StepProgress, TargetError } from '../target.ts';
import { atVelero } from './binding.ts';
import { BACKUPS, RESTORES } from './cluster.ts';
import { ANNOTATIONS, LABELS, labelValue, MANAGER, type Purpose, requestName, targetLabel } from './names.ts';
import { backup, restore, type VeleroRestore } from './objects.ts';
import { standingOf } from './phases.ts';
import { failed, running, type VeleroRun } from './steps/step.ts';

/** Asks for the operation's one Restore for that purpose, unless it was asked for before. */
export async function beginRestore(
  run: VeleroRun,
  purpose: Purpose,
  spec: { readonly backupName: string } & JsonObject,
): Promise<void> {
  if ((await findRestore(run, purpose)) !== null) return;
  await mustBeWhole(run, spec.backupName);
  const { cluster } = run.binding;
  try {
    const place = atVelero(run.binding, RESTORES, null);
    await cluster.create(place, manifest(run, purpose, spec), restore, run.context.signal);
  } catch (error) {
    if (!(error instanceof TargetError && error.problem === 'conflict')) throw error;
  }
}

function manifest({ binding, context }: VeleroRun, purpose: Purpose, spec: JsonObject): JsonObject {
  const { config, ref } = binding;
  return {
    apiVersion: 'velero.io/v1',
    kind: 'Restore',
    metadata: {
      name: requestName(context.operationId, purpose),
      namespace: config.velero,
      labels: {
        [LABELS.manager]: MANAGER,
        [LABELS.target]: targetLabel(ref),
        [LABELS.operation]: labelValue(context.operationId),
      },
      annotations: { [ANNOTATIONS.requestedBy]: context.requestedBy },
    },
    spec: { includedNamespaces: [config.namespace], ...spec },
  };
}

/** Null if it was never asked for, or Velero has forgotten it together with its backup. */
export async function findRestore(
  { binding, context }: VeleroRun,
  purpose: Purpose,
): Promise<VeleroRestore | null> {
  const name = requestName(context.operationId, purpose);
  const found = await binding.cluster.find(atVelero(binding, RESTORES, name), restore, context.signal);
  if (found === null || found.metadata.labels[LABELS.operation] === labelValue(context.operationId))
    return found;
  throw new TargetError(
    'conflict',
    `Somebody else has a Restore called ${name} in ${binding.config.velero}.`,
  );
}

/** Where a Restore stands: itself once it is done, and else what is to be told of it. */
export async function followRestore(
  run: VeleroRun,
  purpose: Purpose,
  doing: string,
): Promise<VeleroRestore | StepProgress> {
  const name = requestName(run.context.operationId, purpose);
  const found = await findRestore(run, purpose);
  if (found === null) return failed('not-found', `Velero does not know of the Restore ${name} any more.`);
  const standing = standingOf(found, 'restore');
  switch (standing.is) {
    case 'waiting':
      return running(`waiting for Velero to begin ${doing}`);
    case 'running':
      return running(`Velero is ${doing}${progressOf(found)}`);
    case 'done':
      return found;
    default:
      return failed('invalid', `It is not restored: ${standing.reason}.`);
  }
}

export function isProgress(followed: VeleroRestore | StepProgress): followed is StepProgress {
  return 'phase' in followed;
}

function progressOf({ status: { progress } }: VeleroRestore): string {
  if (progress == null || progress.totalItems === 0) return '';
  return `, ${progress.itemsRestored} of ${progress.totalItems} objects`;
}

async function mustBeWhole({ binding, context }: VeleroRun, name: string): Promise<void> {
  const found = await binding.cluster.find(atVelero(binding, BACKUPS, name), backup, context.signal);
  if (found !== null && standingOf(found, 'backup').is === 'done') return;
  throw new TargetError('not-found', `The backup ${name} is not there any more, or is not whole.`);
}
