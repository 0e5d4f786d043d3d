import type { ApiServer, Resource } from './api-server.ts';

/** A namespaced kind as the API server serves it. */
export interface ServedKind {
  readonly kind: string;
  readonly plural: string;
  /** `apps/v1`. */
  readonly version: string;
  /** `deployments.apps`, as Velero names it. */
  readonly name: string;
  /** `/apis/apps/v1`. */
  readonly root: string;
}

/** Every namespaced kind that can be listed and created, in the version that its group prefers. */
export async function discoverKinds(api: ApiServer): Promise<readonly ServedKind[]> {
  const { groups } = await api.get('/apis');
  const versions: readonly { readonly group: string; readonly version: string; readonly root: string }[] = [
    { group: '', version: 'v1', root: '/api/v1' },
    ...groups.map(({ name, preferredVersion }: Resource) => ({
      group: name,
      version: preferredVersion.groupVersion,
      root: `/apis/${preferredVersion.groupVersion}`,
    })),
  ];
  const found = await Promise.all(
    versions.map(async ({ group, version, root }) => {
      const { resources } = await api.get(root);
      return resources
        .filter(
          ({ name, namespaced, verbs }: Resource) =>
            namespaced && verbs.includes('list') && verbs.includes('create') && !name.includes('/'),
        )
        .map(({ name, kind }: Resource) => ({
          kind,
          plural: name,
          version,
          name: group === '' ? name : `${name}.${group}`,
          root,
        }));
    }),
  );
  return found.flat();
}
