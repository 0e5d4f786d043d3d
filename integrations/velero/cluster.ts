import type { z } from 'zod';
import type { JsonObject } from '../../src/domain/json.ts';

/** A kind of object as the API serves it. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
}

/** Where objects live and what they are called: `namespace` null for what has none, `name` null for all of them. */
export interface Place {
  readonly resource: Resource;
  readonly namespace: string | null;
  readonly name: string | null;
}

/**
 * The calls that backups make of a cluster, as the integration of Kubernetes answers them. Failures are
 * TargetErrors that name what was asked: `conflict` for what exists already, `permission` with the missing right.
 */
export interface Cluster {
  /** Null when there is no such object. */
  find<T>(place: Place, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T | null>;
  list<T>(
    place: Place,
    schema: z.ZodType<T>,
    selection?: { readonly labelSelector?: string },
    signal?: AbortSignal,
  ): Promise<readonly T[]>;
  create<T>(place: Place, object: JsonObject, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T>;
  /** Deletes the object if it still is that one; one that is gone already is no error. */
  remove(place: Place, uid: string, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export const BACKUPS = velero('backups', 'Backup');
export const RESTORES = velero('restores', 'Restore');
export const DELETIONS = velero('deletebackuprequests', 'DeleteBackupRequest');
export const LOCATIONS = velero('backupstoragelocations', 'BackupStorageLocation');
export const CONFIG_MAPS = core('configmaps', 'ConfigMap');
export const PODS = core('pods', 'Pod');
export const SERVICES = core('services', 'Service');
export const QUOTAS = core('resourcequotas', 'ResourceQuota');
export const DEPLOYMENTS = apps('deployments', 'Deployment');
export const STATEFUL_SETS = apps('statefulsets', 'StatefulSet');
export const DAEMON_SETS = apps('daemonsets', 'DaemonSet');
export const CRON_JOBS: Resource = { group: 'batch', version: 'v1', plural: 'cronjobs', kind: 'CronJob' };
export const ACCESS_REVIEWS: Resource = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
};

/** As Velero names it in its lists: `deployments.apps`, `pods`. */
export function resourceName({ plural, group }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function velero(plural: string, kind: string): Resource {
  return { group: 'velero.io', version: 'v1', plural, kind };
}

function core(plural: string, kind: string): Resource {
  return { group: '', version: 'v1', plural, kind };
}

function apps(plural: string, kind: string): Resource {
  return { group: 'apps', version: 'v1', plural, kind };
}
