import type { TargetRef } from '../../src/domain/target.ts';
import type { HttpCheck, HttpChecker } from '../checks.ts';
import type { Cluster, Place, Resource } from './cluster.ts';
import type { VeleroBackupConfig } from './config.ts';

/** Everything that the parts of one provider work with. */
export interface VeleroBinding {
  readonly ref: TargetRef;
  readonly config: VeleroBackupConfig;
  readonly cluster: Cluster;
  /** A checker of `http://POD:PORT/…` in the namespace that is backed up. */
  readonly pods: HttpChecker;
  /** What proves that people reach the service again: `verify:`, and where its paths are. */
  readonly reached: {
    readonly checker: HttpChecker;
    readonly checks: readonly HttpCheck[];
    readonly url: string | null;
  };
}

/** Where Velero looks for its own objects. */
export function atVelero({ config }: VeleroBinding, resource: Resource, name: string | null): Place {
  return { resource, namespace: config.velero, name };
}

/** In the namespace that is backed up. */
export function atHome({ config }: VeleroBinding, resource: Resource, name: string | null = null): Place {
  return { resource, namespace: config.namespace, name };
}
