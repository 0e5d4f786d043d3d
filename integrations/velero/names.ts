import { createHash } from 'node:crypto';
import type { TargetRef } from '../../src/domain/target.ts';

/** What Slipway writes on its own Backups and Restores. */
export const LABELS = {
  manager: 'app.kubernetes.io/managed-by',
  /** Several clusters may keep their backups in one place, where Velero shows each those of all. */
  target: 'slipway/target',
  operation: 'slipway/operation',
} as const;
export const ANNOTATIONS = {
  requestedBy: 'slipway/requested-by',
  /** What stood in the namespace when the backup was asked for. */
  inventory: 'slipway/inventory',
} as const;
export const MANAGER = 'slipway';

/** By what Velero marks everything that a Restore brought or changed. */
export const RESTORE_LABEL = 'velero.io/restore-name';

/** A target as a label’s value. */
export function targetLabel({ service, environment }: TargetRef): string {
  return labelValue(`${service}.${environment}`);
}

/** Text as a label’s value: what does not fit is known by its hash. */
export function labelValue(text: string): string {
  if (/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(text)) return text;
  return `h-${createHash('sha256').update(text).digest('hex').slice(0, 20)}`;
}

/** What an operation asks Velero for beside a backup; part of the names, so that one that was begun is found again. */
export type Purpose = 'restore' | 'routes' | 'undo' | 'verify' | 'delete';

export function requestName(operationId: string, purpose: Purpose): string {
  return `${operationId.toLowerCase().replace(/[^a-z0-9-]/g, '-')}-${purpose}`;
}

const PREFIX = 'velero-';

/**
 * The id of a backup that others made: its name, unless that looks like one of ours, which retention would take
 * for it.
 */
export function foreignId(name: string): string {
  return /^(velero-)*bk-/.test(name) ? `${PREFIX}${name}` : name;
}

/** The name in Velero of a backup by its id: the way back from {@link foreignId}. */
export function nameOf(id: string): string {
  return /^(velero-)+bk-/.test(id) ? id.slice(PREFIX.length) : id;
}
