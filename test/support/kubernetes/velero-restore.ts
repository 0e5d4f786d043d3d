import type { ApiServer, Resource } from './api-server.ts';
import type { Item } from './velero.ts';

/** What is never restored, whatever the Restore says. */
const NEVER = ['nodes', 'events', 'events.events.k8s.io', 'backups.velero.io', 'restores.velero.io'];
/** What controllers make by themselves, and Velero leaves to them. */
const THEIRS = ['endpoints', 'endpointslices.discovery.k8s.io', 'leases.coordination.k8s.io'];
const FIRST = [
  'persistentvolumeclaims',
  'roles.rbac.authorization.k8s.io',
  'serviceaccounts',
  'rolebindings.rbac.authorization.k8s.io',
  'secrets',
  'configmaps',
  'limitranges',
  'pods',
  'replicasets.apps',
  'services',
];

interface Outcome {
  readonly restored: number;
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
}

interface Request {
  readonly name: string;
  readonly spec: Resource['spec'];
  readonly items: readonly Item[];
}

/** Restores the items that a Restore asks for, in Velero's order. */
export async function restoreItems(api: ApiServer, { name, spec, items }: Request): Promise<Outcome> {
  const outcome = { restored: 0, warnings: [] as string[], errors: [] as string[] };
  const wanted = items.filter((item) => isWanted(item, spec)).toSorted((a, b) => rank(a) - rank(b));
  for (const item of wanted) {
    const from = item.object.metadata.namespace ?? '';
    const namespace: string = spec.namespaceMapping?.[from] ?? from;
    await ensureNamespace(api, namespace);
    const labels = { 'velero.io/backup-name': spec.backupName, 'velero.io/restore-name': name };
    await restoreItem(api, { item, namespace, labels, policy: spec.existingResourcePolicy ?? '' }, outcome);
    outcome.restored += 1;
  }
  return outcome;
}

function isWanted({ kind, object }: Item, spec: Resource['spec']): boolean {
  const { includedNamespaces = [], includedResources = [], excludedResources = [] } = spec;
  const all = (list: readonly string[]) => list.length === 0 || list.includes('*');
  if ([...NEVER, ...THEIRS, ...excludedResources].includes(kind.name)) return false;
  if (!all(includedResources) && !includedResources.includes(kind.name)) return false;
  if (!all(includedNamespaces) && !includedNamespaces.includes(object.metadata.namespace)) return false;
  const ended = kind.name === 'pods' && ['Failed', 'Succeeded'].includes(object.status?.phase);
  return !ended && !(kind.name === 'jobs.batch' && object.status?.completionTime);
}

function rank({ kind }: Item): number {
  const at = FIRST.indexOf(kind.name);
  return at < 0 ? FIRST.length : at;
}

async function ensureNamespace(api: ApiServer, name: string): Promise<void> {
  const where = `/api/v1/namespaces/${name}`;
  while ((await api.find(where))?.status.phase === 'Terminating');
  if ((await api.find(where)) !== null) return;
  await api.create('/api/v1/namespaces', { metadata: { name } });
}

async function restoreItem(
  api: ApiServer,
  of: {
    readonly item: Item;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly policy: string;
  },
  outcome: { readonly warnings: string[]; readonly errors: string[] },
): Promise<void> {
  const { kind } = of.item;
  const plain = prepared(of.item, of.namespace);
  const desired = labelled(plain, of.labels);
  const collection = `${kind.root}/namespaces/${of.namespace}/${kind.plural}`;
  const name = plain.metadata.name;
  const created = await api.request('POST', collection, JSON.stringify(desired));
  if (created.status < 300) return;
  const found = await api.find(`${collection}/${name}`);
  if (found === null) {
    outcome.errors.push(`error restoring ${kind.name}/${of.namespace}/${name}: ${created.text}`);
    return;
  }
  const current = reset(found);
  const same = JSON.stringify(sorted(unmarked(current))) === JSON.stringify(sorted(unmarked(plain)));
  if (of.policy !== 'update') {
    if (!same) outcome.warnings.push(`could not restore, ${kind.kind}:${name} already exists.`);
    return;
  }
  // Service accounts are only added to.
  const patch = kind.name === 'serviceaccounts' ? labelsOnly(of.labels) : mergePatch(current, desired);
  const type = 'application/merge-patch+json';
  const patched = await api.request('PATCH', `${collection}/${name}`, JSON.stringify(patch), type);
  if (patched.status < 300) return;
  outcome.warnings.push(patched.text);
  await api.merge(`${collection}/${name}`, labelsOnly(of.labels));
}

const labelsOnly = (labels: object) => ({ metadata: { labels } });

/** An object without what the cluster gave it, and with what Velero's own actions do to its kind. */
function prepared({ kind, object }: Item, namespace: string): Resource {
  const plain = reset(object);
  const moved = { ...plain, metadata: { ...plain.metadata, namespace } };
  switch (kind.name) {
    case 'services': {
      const { clusterIP, clusterIPs: _, ...spec } = moved.spec;
      return { ...moved, spec: clusterIP === 'None' ? { ...spec, clusterIP } : spec };
    }
    case 'pods': {
      const { nodeName: _, ...spec } = moved.spec;
      return { ...moved, spec: withoutTokens(spec) };
    }
    default:
      return moved;
  }
}

/** Tokens that the API server mounts into each pod anew. */
function withoutTokens(spec: Resource['spec']): Resource['spec'] {
  const isToken = ({ name }: { readonly name: string }) => name.startsWith('kube-api-access-');
  const containers = spec.containers.map(({ volumeMounts = [], ...rest }: Resource) => ({
    ...rest,
    volumeMounts: volumeMounts.filter((one: { readonly name: string }) => !isToken(one)),
  }));
  return {
    ...spec,
    containers,
    volumes: (spec.volumes ?? []).filter((one: { readonly name: string }) => !isToken(one)),
  };
}

const GIVEN = new Set([
  'generateName',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
  'managedFields',
]);

function reset({ status: _, metadata, ...rest }: Resource): Resource {
  const kept = Object.entries(metadata).filter(([key]) => !GIVEN.has(key));
  return { ...rest, metadata: { ...Object.fromEntries(kept), name: metadata.name } };
}

function labelled(object: Resource, labels: Readonly<Record<string, string>>): Resource {
  const own = unmarked(object).metadata;
  return { ...object, metadata: { ...own, labels: { ...own.labels, ...labels } } };
}

function unmarked(object: Resource): Resource {
  const labels = Object.entries(object.metadata.labels ?? {}).filter(
    ([key]) => !key.startsWith('velero.io/'),
  );
  return { ...object, metadata: { ...object.metadata, labels: Object.fromEntries(labels) } };
}

/** A JSON merge patch (RFC 7386) that makes the one into the other. */
function mergePatch(from: object, to: object): object {
  const [before, after] = [new Map(Object.entries(from)), new Map(Object.entries(to))];
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  const changes = keys.flatMap((key): readonly (readonly [string, unknown])[] => {
    const [old, wanted] = [before.get(key), after.get(key)];
    if (wanted === undefined) return [[key, null]];
    if (isMap(old) && isMap(wanted)) {
      const inner = mergePatch(old, wanted);
      return Object.keys(inner).length === 0 ? [] : [[key, inner]];
    }
    return JSON.stringify(sorted(old)) === JSON.stringify(sorted(wanted)) ? [] : [[key, wanted]];
  });
  return Object.fromEntries(changes);
}

export function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
