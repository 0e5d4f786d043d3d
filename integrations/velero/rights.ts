import {
  BACKUPS,
  DELETIONS,
  LOCATIONS,
  PODS,
  QUOTAS,
  RESTORES,
  type Resource,
  resourceName,
  SERVICES,
} from './cluster.ts';
import type { VeleroBackupConfig } from './config.ts';
import { COMPARED } from './inventory.ts';

/** One line of a role. */
export interface Right {
  readonly verb: string;
  readonly resource: Resource;
  readonly subresource?: string;
}

/** Everything that the steps may have to do, by namespace; `manifests/kubernetes` grants the same. */
export function rightsOf(
  config: Pick<VeleroBackupConfig, 'namespace' | 'velero' | 'scratch'>,
): ReadonlyMap<string, readonly Right[]> {
  const rights = new Map<string, readonly Right[]>([
    [config.namespace, AT_HOME],
    [config.velero, AT_VELERO],
  ]);
  return config.scratch === undefined ? rights : rights.set(config.scratch, IN_SCRATCH);
}

const AT_HOME: readonly Right[] = [
  ...COMPARED.flatMap((resource) => all(resource, ['list'])),
  ...all(PODS, ['list']),
  { verb: 'get', resource: PODS, subresource: 'proxy' },
  ...all(SERVICES, ['get']),
];

const AT_VELERO: readonly Right[] = [
  ...all(BACKUPS, ['get', 'list', 'create']),
  ...all(RESTORES, ['get', 'create']),
  ...all(DELETIONS, ['get', 'create']),
  ...all(LOCATIONS, ['list']),
];

const IN_SCRATCH: readonly Right[] = [
  ...COMPARED.flatMap((resource) => all(resource, ['list', 'delete'])),
  ...all(QUOTAS, ['list']),
];

/** “create backups.velero.io”, “get pods/proxy”. */
export function rightText({ verb, resource, subresource }: Right): string {
  const plural = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  return `${verb} ${resourceName({ ...resource, plural })}`;
}

function all(resource: Resource, verbs: readonly string[]): readonly Right[] {
  return verbs.map((verb) => ({ verb, resource }));
}
