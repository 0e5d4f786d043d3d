import type { VeleroBinding } from './binding.ts';
import { QUOTAS } from './cluster.ts';
import { COMPARED } from './inventory.ts';
import { RESTORE_LABEL } from './names.ts';
import { kept, quota } from './objects.ts';

/** What must not begin to run because it was restored: the rules that a quota of the scratch namespace has. */
const NOTHING_RUNS = ['pods', 'persistentvolumeclaims'];

/** Null where nothing that is restored there could run; else what is missing. */
export async function scratchProblem(
  { cluster }: VeleroBinding,
  scratch: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const found = await cluster.list({ resource: QUOTAS, namespace: scratch, name: null }, quota, {}, signal);
  const missing = NOTHING_RUNS.filter((rule) => !found.some(({ status }) => status.hard[rule] === '0'));
  if (missing.length === 0) return null;
  const rules = missing.map((rule) => `${rule}: 0`).join(' and ');
  return `What is restored into ${scratch} could run there: it has no ResourceQuota with ${rules} (manifests/kubernetes/targets/velero-scratch has one).`;
}

/** Deletes what verifications have restored there; how much was still there. */
export async function emptyScratch(
  { cluster }: VeleroBinding,
  scratch: string,
  signal: AbortSignal,
): Promise<number> {
  const counts = await Promise.all(
    COMPARED.map(async (resource) => {
      const all = { resource, namespace: scratch, name: null };
      const found = await cluster.list(all, kept, { labelSelector: RESTORE_LABEL }, signal);
      for (const { metadata } of found) {
        await cluster.remove({ ...all, name: metadata.name }, metadata.uid, signal);
      }
      return found.length;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
