import type { BackupCapability, DeployTarget } from '../../../integrations/target.ts';
import { type Backup, isGood } from '../../domain/backup.ts';
import { nearest } from '../../domain/nearest.ts';
import { accept, type Outcome, refuse } from '../../domain/refusal.ts';
import type { TargetRef } from '../../domain/target.ts';
import { readVerifications } from '../../store/backups.ts';
import type { OperationContext } from '../context.ts';

const SHOWN = 5;

/** Every backup of a target with what is known of it, newest first. */
export async function knownBackups(
  context: Pick<OperationContext, 'database'>,
  { ref }: DeployTarget,
  capability: BackupCapability,
): Promise<readonly Backup[]> {
  const [stored, verified] = await Promise.all([capability.list(), readVerifications(context.database, ref)]);
  return stored
    .map((backup) => ({ ...backup, target: ref, verified: verified.get(backup.id) ?? null }))
    .sort((a, b) => b.takenAt.localeCompare(a.takenAt));
}

/** The backup of that id, whole; or why not, with the nearest ones. */
export async function wholeBackup(
  context: Pick<OperationContext, 'database'>,
  target: DeployTarget,
  wanted: { readonly capability: BackupCapability; readonly id: string },
): Promise<Outcome<Backup>> {
  const backups = await knownBackups(context, target, wanted.capability);
  const found = backups.find(({ id }) => id === wanted.id);
  if (found === undefined) {
    const good = backups.filter(isGood).map(({ id }) => id);
    const near = nearest(wanted.id, good);
    const available = near.length > 0 ? near : good.slice(0, SHOWN);
    const unasked: readonly TargetRef[] = [];
    return refuse({ code: 'no-such-backup', target: target.ref, wanted: wanted.id, available, unasked });
  }
  if (found.state.is === 'good') return accept(found);
  const reason = 'reason' in found.state ? found.state.reason : null;
  return refuse({ code: 'unusable-backup', target: target.ref, backup: found.id, reason });
}
