/**
 * A stand-in for the Velero server (vmware-tanzu/velero, v1.18) in one namespace of a test's cluster. It goes by what
 * pkg/controller and pkg/restore do: phases, validation, what is restored in which order and what is left alone,
 * deletion by request. Its storage is its memory; it has no volumes, hooks or plugins.
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiServer, Resource } from './api-server.ts';
import {
  backupProblems,
  deletionProblem,
  type Find,
  milliseconds,
  restoreProblems,
} from './velero-checks.ts';
import { discoverKinds, type ServedKind } from './velero-kinds.ts';
import { isMap, restoreItems } from './velero-restore.ts';

/** An object in a backup, with where the API serves its kind. */
export interface Item {
  readonly kind: ServedKind;
  readonly object: Resource;
}

/** What the next Backup or Restore comes to instead of going well. */
export type Mishap =
  | { readonly phase: 'Failed'; readonly failureReason: string }
  | { readonly phase: 'PartiallyFailed'; readonly errors: number };

const FINALIZER = 'restores.velero.io/external-resources-finalizer';
const MAX_TTL = 720 * 3_600_000;
const POLL = 40;

export class Velero {
  readonly namespace: string;
  /** Milliseconds that each phase lasts. */
  pace = 30;
  readonly #api: ApiServer;
  readonly #storage = new Map<string, readonly Item[]>();
  readonly #mishaps: { backup: Mishap | null; restore: Mishap | null } = { backup: null, restore: null };
  readonly #stopping = new AbortController();
  readonly #find: Find = (resource, name) => this.#api.find(this.path(resource, name));
  readonly #loop: Promise<void>;
  #kinds: readonly ServedKind[] = [];

  constructor(api: ApiServer, namespace: string) {
    this.#api = api;
    this.namespace = namespace;
    this.#loop = this.#run();
  }

  /** A place to keep backups, as `velero backup-location create` makes one. */
  async locate(name: string, more: object = {}, phase = 'Available'): Promise<void> {
    await this.#api.create(this.path('backupstoragelocations'), {
      apiVersion: 'velero.io/v1',
      kind: 'BackupStorageLocation',
      metadata: { name },
      spec: { provider: 'aws', objectStorage: { bucket: 'velero' }, default: name === 'default', ...more },
      status: { phase },
    });
  }

  /** Changes a place to keep backups. */
  async setLocation(name: string, patch: object): Promise<void> {
    await this.#api.merge(this.path('backupstoragelocations', name), patch);
  }

  /** Asks for a backup as somebody else would. */
  async backUp(name: string, spec: object): Promise<void> {
    const apiVersion = 'velero.io/v1';
    await this.#api.create(this.path('backups'), { apiVersion, kind: 'Backup', metadata: { name }, spec });
  }

  mishap(of: 'backup' | 'restore', what: Mishap): void {
    this.#mishaps[of] = what;
  }

  /** The names of the objects of a kind in a backup. */
  holds(backup: string, kind: string): readonly string[] {
    const items = this.#storage.get(backup) ?? [];
    return items.filter((item) => item.kind.kind === kind).map(({ object }) => object.metadata.name);
  }

  /** Loses objects of a backup, as a damaged storage does. */
  forget(backup: string, name: string): void {
    const items = this.#storage.get(backup) ?? [];
    this.#storage.set(
      backup,
      items.filter(({ object }) => object.metadata.name !== name),
    );
  }

  /** Changes an object of a backup, as a damaged storage might. */
  tamper(backup: string, kind: string, name: string, patch: object): void {
    const items = this.#storage.get(backup) ?? [];
    const isMeant = ({ kind: of, object }: Item) => of.kind === kind && object.metadata.name === name;
    const changed = items.map((item) =>
      isMeant(item) ? { ...item, object: { ...item.object, ...merged(item.object, patch) } } : item,
    );
    this.#storage.set(backup, changed);
  }

  path(resource: string, name?: string): string {
    return `/apis/velero.io/v1/namespaces/${this.namespace}/${resource}${name === undefined ? '' : `/${name}`}`;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#workOff('backups', (one) => this.#make(one));
      await this.#workOff('restores', (one) => this.#restore(one));
      await this.#workOff('deletebackuprequests', (one) => this.#delete(one));
      await delay(POLL, undefined, { signal }).catch(() => null);
    }
  }

  /** One at a time, oldest first. */
  async #workOff(resource: string, work: (one: Resource) => Promise<void>): Promise<void> {
    for (const one of await this.#api.list(this.path(resource)).catch(() => [])) {
      if (this.#stopping.signal.aborted) return;
      await work(one);
    }
  }

  async #make({ metadata, spec, status }: Resource): Promise<void> {
    if (!['', 'New'].includes(status?.phase ?? '')) return;
    const at = this.path('backups', metadata.name);
    await this.#phase(at, { phase: 'Queued', queuePosition: 1 });
    await this.#phase(at, { phase: 'ReadyToStart', queuePosition: null });
    const ttl = milliseconds(spec.ttl) || MAX_TTL;
    const location = spec.storageLocation ?? (await this.#defaultLocation());
    const validationErrors = await backupProblems(this.#find, spec, location);
    const begun = {
      formatVersion: '1.1.0',
      version: 1,
      expiration: new Date(Date.now() + ttl).toISOString(),
      ...(validationErrors.length > 0
        ? { phase: 'FailedValidation', validationErrors }
        : { phase: 'InProgress', startTimestamp: new Date().toISOString() }),
    };
    await this.#api.merge(at, {
      metadata: { labels: { 'velero.io/storage-location': location } },
      spec: { storageLocation: location, ttl: `${ttl / 3_600_000}h0m0s` },
      status: begun,
    });
    if (validationErrors.length > 0) return;
    await this.#pause();
    const items = await this.#collect(spec.includedNamespaces ?? []);
    this.#storage.set(metadata.name, items);
    await this.#phase(at, {
      phase: 'Finalizing',
      progress: { totalItems: items.length, itemsBackedUp: items.length },
    });
    const ended = { completionTimestamp: new Date().toISOString() };
    await this.#phase(at, { ...this.#take('backup'), ...ended });
  }

  async #defaultLocation(): Promise<string> {
    const all = await this.#api.list(this.path('backupstoragelocations'));
    return all.find(({ spec }) => spec.default)?.metadata.name ?? 'default';
  }

  /** Everything in the namespaces that are there, whatever its kind; a namespace that is not there has nothing. */
  async #collect(namespaces: readonly string[]): Promise<readonly Item[]> {
    if (this.#kinds.length === 0) this.#kinds = await discoverKinds(this.#api);
    const items: Item[] = [];
    for (const namespace of namespaces) {
      const found = await this.#api.find(`/api/v1/namespaces/${namespace}`);
      if (found === null || found.status.phase !== 'Active') continue;
      for (const kind of this.#kinds) {
        const list = await this.#list(`${kind.root}/namespaces/${namespace}/${kind.plural}`);
        const kept = list.filter(
          (object: Resource) =>
            object.metadata.deletionTimestamp === undefined &&
            object.metadata.labels?.['velero.io/exclude-from-backup'] !== 'true',
        );
        for (const object of kept) {
          items.push({ kind, object: { apiVersion: kind.version, kind: kind.kind, ...object } });
        }
      }
    }
    return items;
  }

  /** An API server that has just started says for a while that its storage is not ready yet: 429. */
  async #list(where: string): Promise<readonly Resource[]> {
    for (;;) {
      const { status, text } = await this.#api.request('GET', where);
      if (status < 300) return JSON.parse(text).items;
      if (status !== 429 || this.#stopping.signal.aborted) throw new Error(`GET ${where}: ${status} ${text}`);
      await delay(POLL);
    }
  }

  async #restore({ metadata, spec, status }: Resource): Promise<void> {
    const at = this.path('restores', metadata.name);
    if (metadata.deletionTimestamp !== undefined) {
      await this.#api.merge(at, { metadata: { finalizers: null } });
      return;
    }
    if (!['', 'New'].includes(status?.phase ?? '')) return;
    await this.#api.merge(at, { metadata: { finalizers: [FINALIZER] } });
    const validationErrors = await restoreProblems(this.#find, this.namespace, spec);
    if (validationErrors.length > 0) {
      await this.#phase(at, { phase: 'FailedValidation', validationErrors });
      return;
    }
    await this.#phase(at, { phase: 'InProgress', startTimestamp: new Date().toISOString() });
    await this.#pause();
    const items = this.#storage.get(spec.backupName) ?? [];
    const { restored, warnings, errors } = await restoreItems(this.#api, {
      name: metadata.name,
      spec,
      items,
    });
    const failed = errors.length > 0;
    const counts = { warnings: warnings.length, errors: errors.length };
    const progress = { totalItems: restored, itemsRestored: restored };
    await this.#phase(at, {
      phase: failed ? 'FinalizingPartiallyFailed' : 'Finalizing',
      ...counts,
      ...(restored > 0 && { progress }),
    });
    const ended = { completionTimestamp: new Date().toISOString() };
    const told = failed ? { phase: 'PartiallyFailed' } : this.#take('restore');
    await this.#phase(at, { ...told, ...ended });
  }

  async #delete({ metadata, spec, status }: Resource): Promise<void> {
    if (!['', 'New'].includes(status?.phase ?? '')) return;
    const at = this.path('deletebackuprequests', metadata.name);
    const backup = await this.#api.find(this.path('backups', spec.backupName));
    const problem = backup === null ? 'backup not found' : await deletionProblem(this.#find, backup);
    if (problem !== null || backup === null) {
      await this.#phase(at, { phase: 'Processed', errors: [problem] });
      return;
    }
    await this.#phase(at, { phase: 'InProgress' });
    await this.#phase(this.path('backups', spec.backupName), { phase: 'Deleting' });
    this.#storage.delete(spec.backupName);
    for (const restore of await this.#api.list(this.path('restores'))) {
      if (restore.spec.backupName !== spec.backupName) continue;
      await this.#api.merge(this.path('restores', restore.metadata.name), { metadata: { finalizers: null } });
      await this.#api.remove(this.path('restores', restore.metadata.name));
    }
    await this.#api.remove(this.path('backups', spec.backupName));
    await this.#api.remove(at);
  }

  #take(of: 'backup' | 'restore'): object {
    const mishap = this.#mishaps[of];
    this.#mishaps[of] = null;
    return mishap ?? { phase: 'Completed' };
  }

  async #phase(at: string, status: object): Promise<void> {
    await this.#api.merge(at, { status });
    await this.#pause();
  }

  /** While {@link pace} is long, until it is short again. */
  async #pause(): Promise<void> {
    const began = Date.now();
    while (!this.#stopping.signal.aborted && Date.now() - began < this.pace) await delay(10);
  }
}

function merged(base: object, patch: object): object {
  const changes = Object.entries(patch).map(([key, value]) => {
    const old: unknown = new Map(Object.entries(base)).get(key);
    const inner = isMap(value) ? merged(isMap(old) ? old : {}, value) : value;
    return [key, inner] as const;
  });
  return { ...base, ...Object.fromEntries(changes) };
}
