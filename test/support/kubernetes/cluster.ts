/**
 * What a test of Kubernetes begins with. In a suite under `test/real/kubernetes/`:
 *
 * ```ts
 * describe.skipIf(noCluster)('…', () => {
 *   test('…', async () => {
 *     const cluster = await useCluster();                 // a fresh namespace, gone after the test
 *     await cluster.deploy({ name: 'api', image, replicas: 2 });          // Available when it resolves
 *     const kubeconfig = await cluster.account('bot', rules);             // RBAC is enforced
 *     await cluster.get('apps/v1', 'deployments', 'api');
 *   });
 * });
 * ```
 * How pods fare is said by annotations of their template: see {@link BEHAVIOUR} in `stages.ts`.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inject, onTestFinished } from 'vitest';
import { ApiServer, type Resource } from './api-server.ts';
import { type Access, readAccess, writeKubeconfig } from './kubeconfig.ts';

const LIMIT = 60_000;
const given = inject('kubeconfig');

/** Whether this run has no cluster; why, is printed when it starts. */
export const noCluster = given === null;

/** A rule of a Role, as RBAC writes it. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Rollout';

export interface Workload {
  readonly kind?: WorkloadKind;
  readonly name: string;
  readonly image: string;
  readonly replicas?: number;
  /** Of the pod template: {@link BEHAVIOUR}. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of the pods and the selector, beside `app: NAME`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What else stands in the spec: `progressDeadlineSeconds`, `strategy`, `paused`… */
  readonly spec?: object;
  /** What else stands in its container `app`. */
  readonly container?: object;
}

/** A fresh namespace for this test; it goes when the test is over. */
export async function useCluster(): Promise<Cluster> {
  const cluster = await openNamespace();
  onTestFinished(() => cluster.close());
  return cluster;
}

/** A fresh namespace, for whoever closes it. */
export async function openNamespace(): Promise<Cluster> {
  if (given === null) throw new Error('there is no cluster');
  const access = readAccess(given);
  const cluster = new Cluster({
    access,
    api: new ApiServer(access),
    namespace: `t-${randomBytes(5).toString('hex')}`,
    directory: mkdtempSync(path.join(tmpdir(), 'slipway-kubernetes-')),
    kubeconfig: given,
  });
  await cluster.api.create('/api/v1/namespaces', { metadata: { name: cluster.namespace } });
  // Pods are refused until their namespace has its default account.
  await eventually(() => cluster.api.find(cluster.path('v1', 'serviceaccounts', 'default')));
  return cluster;
}

/** Resolves to what this gives as soon as it gives something; rejects after a minute. */
export async function eventually<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  const deadline = Date.now() + LIMIT;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`it did not come about: ${look}`);
    await delay(25);
  }
}

/** One namespace of a cluster, in the hands of its administrator. */
export class Cluster {
  readonly api: ApiServer;
  readonly namespace: string;
  /** The administrator's. */
  readonly kubeconfig: string;
  readonly #access: Access;
  readonly #directory: string;
  /** What was made outside the namespace. */
  readonly #owned: string[] = [];

  constructor(of: {
    readonly access: Access;
    readonly api: ApiServer;
    readonly namespace: string;
    readonly directory: string;
    readonly kubeconfig: string;
  }) {
    this.api = of.api;
    this.namespace = of.namespace;
    this.kubeconfig = of.kubeconfig;
    this.#access = of.access;
    this.#directory = of.directory;
  }

  /** Where a resource of this namespace stands: `path('apps/v1', 'deployments', 'api')`. */
  path(version: string, resource: string, name?: string): string {
    const root = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
    return `${root}/namespaces/${this.namespace}/${resource}${name === undefined ? '' : `/${name}`}`;
  }

  get(version: string, resource: string, name: string): Promise<Resource> {
    return this.api.get(this.path(version, resource, name));
  }

  list(version: string, resource: string): Promise<readonly Resource[]> {
    return this.api.list(this.path(version, resource));
  }

  create(version: string, resource: string, body: object): Promise<Resource> {
    return this.api.create(this.path(version, resource), body);
  }

  /** Creates a workload whose container is `app`, and waits until all of it is ready. */
  async deploy(workload: Workload): Promise<Resource> {
    await this.begin(workload);
    return this.rolledOut(workload.kind ?? 'Deployment', workload.name);
  }

  /** The workload as soon as all of it is ready and of its newest template. */
  rolledOut(kind: WorkloadKind, name: string): Promise<Resource> {
    const where = this.path(apiOf(kind), pluralOf(kind), name);
    return eventually(async () => {
      const found = await this.api.get(where);
      return isReady(found) && found;
    });
  }

  /** Creates a workload and does not wait. */
  begin(workload: Workload): Promise<Resource> {
    const kind = workload.kind ?? 'Deployment';
    return this.create(apiOf(kind), pluralOf(kind), manifest(workload));
  }

  /** A kubeconfig of a new service account that may do what these rules say in this namespace, and no more. */
  async account(name: string, rules: readonly Rule[]): Promise<string> {
    const metadata = { name };
    await this.create('v1', 'serviceaccounts', { metadata });
    await this.create('rbac.authorization.k8s.io/v1', 'roles', { metadata, rules });
    await this.create('rbac.authorization.k8s.io/v1', 'rolebindings', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: this.namespace }],
    });
    return this.kubeconfigOf(name);
  }

  /** A kubeconfig with a fresh token of a service account. */
  async kubeconfigOf(account: string, namespace = this.namespace): Promise<string> {
    const where = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const { status } = await this.api.create(where, { spec: { expirationSeconds: 3600 } });
    const { server, authority } = this.#access;
    const file = path.join(this.#directory, `${account}.kubeconfig`);
    return writeKubeconfig({ file, server, authority, token: status.token, namespace: this.namespace });
  }

  async close(): Promise<void> {
    for (const where of [...this.#owned, `/api/v1/namespaces/${this.namespace}`])
      await this.api.remove(where);
    this.api.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** What every container of this namespace has written: the simulated kubelets serve it as its logs. */
  async logs(lines: readonly string[]): Promise<void> {
    const logsFile = path.join(this.#directory, 'container.log');
    const time = new Date().toISOString();
    writeFileSync(logsFile, lines.map((line) => `${time} stdout F ${line}\n`).join(''));
    const where = '/apis/kwok.x-k8s.io/v1alpha1/clusterlogs';
    const name = this.namespace;
    this.#owned.push(`${where}/${name}`);
    await this.api.create(where, {
      apiVersion: 'kwok.x-k8s.io/v1alpha1',
      kind: 'ClusterLogs',
      metadata: { name },
      spec: { selector: { matchNamespaces: [name] }, logs: [{ logsFile, previousLogsFile: logsFile }] },
    });
  }
}

const apiOf = (kind: WorkloadKind) => (kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1');
const pluralOf = (kind: WorkloadKind) => `${kind.toLowerCase()}s`;

function manifest(workload: Workload): object {
  const { kind = 'Deployment', name, image, replicas = 1, annotations, labels, spec, container } = workload;
  const app = { app: name, ...labels };
  return {
    apiVersion: apiOf(kind),
    kind,
    metadata: { name, labels: app },
    spec: {
      ...(kind !== 'DaemonSet' && { replicas }),
      ...(kind === 'StatefulSet' && { serviceName: name }),
      selector: { matchLabels: app },
      template: {
        metadata: { labels: app, annotations },
        spec: { containers: [{ name: 'app', image, ...container }] },
      },
      ...spec,
    },
  };
}

function isReady({ metadata, spec, status = {} }: Resource): boolean {
  const wanted = spec.replicas ?? status.desiredNumberScheduled;
  const [updated, ready] = [
    status.updatedReplicas ?? status.updatedNumberScheduled,
    status.readyReplicas ?? status.numberReady,
  ];
  // A Rollout writes it as a text.
  const seen = Number(status.observedGeneration) === metadata.generation;
  return seen && updated === wanted && (ready ?? 0) === wanted;
}
