import { type DeployTarget, TargetError } from '../../../integrations/target.ts';
import { type Backup, isGood } from '../../domain/backup.ts';
import { nearest } from '../../domain/nearest.ts';
import { accept, type Outcome, refuse } from '../../domain/refusal.ts';
import type { TargetBackups } from '../../domain/reply.ts';
import type { TargetRef } from '../../domain/target.ts';
import { keptUntil } from '../../policy/backups.ts';
import type { OperationContext } from '../context.ts';
import { knownBackups } from './known.ts';
import { backupRules } from './retention.ts';

type ListContext = Pick<OperationContext, 'database' | 'config' | 'targets' | 'clock'>;

/** A service, an environment, both, or everything. */
interface Where {
  readonly service: string | null;
  readonly environment: string | null;
}

const SUGGESTED = 5;

/** The backups of every target there, or why they are not known. */
export async function listBackups(context: ListContext, where: Where): Promise<readonly TargetBackups[]> {
  return Promise.all(targetsWithBackups(context, where).map((target) => backupsOf(context, target)));
}

/** The same of one target; null for one that has no backups. */
export async function backupsOfTarget(context: ListContext, ref: TargetRef): Promise<TargetBackups | null> {
  const [target] = targetsWithBackups(context, ref);
  return target === undefined ? null : backupsOf(context, target);
}

/** The one target that has the backup of that id. */
export async function findBackupTarget(
  context: ListContext,
  wanted: Where & { readonly backup: string },
): Promise<Outcome<TargetRef>> {
  const lists = await listBackups(context, wanted);
  const all = lists.flatMap(({ found }) => (found.known ? found.backups : []));
  const matching = all.filter(({ id }) => id === wanted.backup).map(({ target }) => target);
  const [only, another] = matching;
  if (another !== undefined)
    return refuse({ code: 'which-backup', wanted: wanted.backup, targets: matching });
  if (only !== undefined) return accept(only);
  const good = all.filter(isGood).map(({ id }) => id);
  const near = nearest(wanted.backup, good);
  const available = near.length > 0 ? near : good.slice(0, SUGGESTED);
  const unasked = lists.filter(({ found }) => !found.known).map(({ target }) => target);
  return refuse({ code: 'no-such-backup', target: null, wanted: wanted.backup, available, unasked });
}

function targetsWithBackups(context: ListContext, where: Where): readonly DeployTarget[] {
  return [...context.targets.values()]
    .filter(({ backup }) => backup !== undefined)
    .filter(({ ref }) => where.service === null || ref.service === where.service)
    .filter(({ ref }) => where.environment === null || ref.environment === where.environment);
}

async function backupsOf(context: ListContext, target: DeployTarget): Promise<TargetBackups> {
  const { ref } = target;
  const rules = backupRules(context, ref)?.retention;
  return {
    target: ref,
    subject: target.backup?.subject ?? '',
    keeps: { count: rules?.count ?? null, age: rules?.age ?? null },
    found: await read(context, target),
  };
}

async function read(context: ListContext, target: DeployTarget): Promise<TargetBackups['found']> {
  const { backup: capability, ref } = target;
  if (capability === undefined) return { known: true, backups: [] };
  const rules = backupRules(context, ref)?.retention;
  try {
    const backups = await knownBackups(context, target, capability);
    return { known: true, backups: backups.map((backup) => withExpiry(backup, rules)) };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { known: false, detail: error.message };
  }
}

/** What the place itself deletes has an expiry of its own; all else has ours. */
function withExpiry(backup: Backup, rules: Parameters<typeof keptUntil>[1]): Backup {
  return { ...backup, expiresAt: backup.expiresAt ?? keptUntil(backup, rules)?.toISOString() ?? null };
}
