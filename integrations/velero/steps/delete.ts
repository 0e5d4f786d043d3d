import { z } from 'zod';
import type { JsonObject } from '../../../src/domain/json.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import { atVelero } from '../binding.ts';
import { BACKUPS, DELETIONS } from '../cluster.ts';
import { LABELS, labelValue, MANAGER, nameOf, requestName } from '../names.ts';
import { backup, deletion, type VeleroBackup } from '../objects.ts';
import { isOurs } from '../stored.ts';
import { defineLook, failed, running, succeeded, type VeleroRun } from './step.ts';

const several = z.object({ backups: z.array(z.string()) });
type Several = z.output<typeof several>;

/** Asks Velero to delete them: it takes the data out of its storage, and the Backup away last. */
export const deleteBackups = defineLook(several, lookAtAll);

async function lookAtAll(run: VeleroRun, { backups }: Several): Promise<StepProgress> {
  const left: string[] = [];
  for (const id of backups) {
    const found = await findBackup(run, id);
    if (found === null) continue;
    const refused = await request(run, found);
    if (refused !== null) return failed('invalid', `Velero did not delete ${id}: ${refused}.`);
    left.push(id);
  }
  if (left.length === 0) return succeeded(`Deleted ${backups.join(', ')}.`);
  return running(`Velero is deleting ${left.join(', ')}`);
}

/** Null for one that is gone already. One of somebody else is no business of ours. */
async function findBackup({ binding, context }: VeleroRun, id: string): Promise<VeleroBackup | null> {
  const place = atVelero(binding, BACKUPS, nameOf(id));
  const found = await binding.cluster.find(place, backup, context.signal);
  if (found === null || isOurs(binding, found)) return found;
  throw new TargetError('conflict', `${id} is not a backup that Slipway made of this; it stays.`);
}

/** Null while it is wanted or under way; else why Velero does not do it. */
async function request(run: VeleroRun, found: VeleroBackup): Promise<string | null> {
  const { binding, context } = run;
  const { cluster } = binding;
  const place = atVelero(binding, DELETIONS, deletionName(run, found));
  const asked = await cluster.find(place, deletion, context.signal);
  if (asked !== null) {
    const { phase, errors } = asked.status;
    return phase === 'Processed' && errors.length > 0 ? errors.join('; ').replace(/\.$/, '') : null;
  }
  try {
    await cluster.create({ ...place, name: null }, manifest(run, found), deletion, context.signal);
  } catch (error) {
    if (!(error instanceof TargetError && error.problem === 'conflict')) throw error;
  }
  return null;
}

function manifest(run: VeleroRun, found: VeleroBackup): JsonObject {
  const { name, uid } = found.metadata;
  return {
    apiVersion: 'velero.io/v1',
    kind: 'DeleteBackupRequest',
    metadata: {
      name: deletionName(run, found),
      namespace: run.binding.config.velero,
      labels: {
        [LABELS.manager]: MANAGER,
        [LABELS.operation]: labelValue(run.context.operationId),
        'velero.io/backup-name': labelValue(name),
        'velero.io/backup-uid': uid,
      },
    },
    spec: { backupName: name },
  };
}

/** By operation: what was refused to an earlier one may be asked for again. */
function deletionName({ context }: VeleroRun, { metadata }: VeleroBackup): string {
  return `${requestName(context.operationId, 'delete')}-${metadata.name}`;
}
