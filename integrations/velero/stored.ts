import type { StoredBackup } from '../../src/domain/backup.ts';
import type { VeleroBinding } from './binding.ts';
import { foreignId, LABELS, MANAGER, targetLabel } from './names.ts';
import type { VeleroBackup } from './objects.ts';
import { standingOf } from './phases.ts';

/** True for a backup that Slipway made of this target. */
export function isOurs(
  { ref, config }: VeleroBinding,
  { metadata: { labels }, spec }: VeleroBackup,
): boolean {
  return (
    labels[LABELS.manager] === MANAGER &&
    labels[LABELS.target] === targetLabel(ref) &&
    spec.includedNamespaces.join() === config.namespace
  );
}

/** True for a backup from which the whole namespace could be restored, whoever made it. */
export function covers({ config: { namespace } }: VeleroBinding, { spec }: VeleroBackup): boolean {
  const { includedNamespaces, excludedNamespaces, includedResources, labelSelector, orLabelSelectors } = spec;
  const everything = includedNamespaces.length === 0 || includedNamespaces.includes('*');
  const resources = includedResources.length === 0 || includedResources.includes('*');
  const whole = resources && labelSelector == null && orLabelSelectors == null;
  return (
    whole && (everything || includedNamespaces.includes(namespace)) && !excludedNamespaces.includes(namespace)
  );
}

/** A backup as people see it; null for one that says nothing about this namespace, or is going. */
export function storedBackup(binding: VeleroBinding, found: VeleroBackup): StoredBackup | null {
  const { metadata, spec, status } = found;
  const ours = isOurs(binding, found);
  if (status.phase === 'Deleting' || !(ours || covers(binding, found))) return null;
  const takenAt = new Date(status.startTimestamp ?? metadata.creationTimestamp);
  const { completionTimestamp, expiration } = status;
  return {
    id: ours ? metadata.name : foreignId(metadata.name),
    takenAt: takenAt.toISOString(),
    size: null,
    sha256: null,
    duration:
      completionTimestamp === null ? null : new Date(completionTimestamp).getTime() - takenAt.getTime(),
    expiresAt: expiration === null ? null : new Date(expiration).toISOString(),
    places: [spec.storageLocation === '' ? 'Velero' : `Velero (${spec.storageLocation})`],
    state: stateOf(found),
  };
}

function stateOf(found: VeleroBackup): StoredBackup['state'] {
  const standing = standingOf(found, 'backup');
  switch (standing.is) {
    case 'waiting':
    case 'running':
      return { is: 'under-way' };
    case 'done':
      return { is: 'good' };
    default:
      return { is: 'bad', reason: standing.reason };
  }
}
