import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTargets } from '../../../integrations/kinds.ts';
import type { DeployTarget } from '../../../integrations/target.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { startDemoCloud } from '../../../src/playground/cloud/demo-cloud.ts';
import type { TargetWorld } from '../../contract/target/world.ts';
import { type ApiProxy, startApiProxy } from '../../support/kubernetes/api-proxy.ts';
import type { Resource } from '../../support/kubernetes/api-server.ts';
import { type Cluster, eventually, useCluster } from '../../support/kubernetes/cluster.ts';
import { grantedRules, withoutChanges } from '../../support/kubernetes/granted.ts';
import { argoRollouts } from '../../support/kubernetes/rollouts.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';

export type Kind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Rollout';

export interface KubernetesWorldOptions {
  readonly kind?: Kind;
  readonly replicas?: number;
  readonly migrationJob?: string;
  /** How long a deploy goes on checking; a duration as the config has it. */
  readonly watch?: string;
  readonly verify?: readonly object[];
  /** How pods of the good version fail. */
  readonly goodOne?: 'pullFails' | 'neverReady';
  /** What the template says beside the image. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly container?: object;
}

export interface KubernetesWorld extends TargetWorld {
  readonly cluster: Cluster;
  readonly proxy: ApiProxy;
  /** Where the versions are published: `127.0.0.1:1234/demo/api`. */
  readonly image: string;
  digestOf(version: string): Promise<string>;
  workload(): Promise<Resource>;
  /** As `kubectl edit` does; resolves at once. */
  edit(patch: object): Promise<Resource>;
  /** As `kubectl set image` does; resolves when that serves. */
  setImage(image: string): Promise<void>;
}

/** Which of its versions never becomes ready. */
export const BROKEN = 'v1.3.0-broken';

/** A workload in a namespace of its own, run by the bot's account under RBAC, with versions in a real registry. */
export async function makeKubernetesWorld(options: KubernetesWorldOptions = {}): Promise<KubernetesWorld> {
  const { kind = 'Deployment', replicas = 2 } = options;
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-registry-'));
  const cloud = await startDemoCloud({ dataDir: directory });
  const image = `${new URL(cloud.registryUrl).host}/demo/api`;
  const cluster = await useCluster();
  const role = kind === 'Rollout' ? 'argo-rollouts' : kind.toLowerCase();
  const granted = grantedRules(role, ...(options.migrationJob ? ['migration'] : []));
  const bot = await cluster.account('bot', granted);
  const reader = await cluster.account('reader', withoutChanges(granted));
  const proxy = await startApiProxy(bot, directory);
  const digestOf = (version: string) => publishedDigest(cloud.registryUrl, version);
  const [running, good, broken] = await Promise.all([
    digestOf('v1.0.0'),
    digestOf('v1.1.0'),
    digestOf(BROKEN),
  ]);
  const fates = {
    [BEHAVIOUR.crashLoop]: broken,
    ...(options.goodOne && { [BEHAVIOUR[options.goodOne]]: good }),
  };
  await cluster.deploy({
    kind,
    name: 'api',
    image: `${image}@${running}`,
    replicas,
    annotations: { ...fates, ...options.annotations },
    spec: { ...SPECS[kind], ...options.spec },
    ...(options.container && { container: options.container }),
  });
  const plural = `${kind.toLowerCase()}s`;
  const where = cluster.path(kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'apps/v1', plural, 'api');
  const workload = () => cluster.api.get(where);
  const connected: DeployTarget[] = [];
  const setImage = async (other: string) => {
    if (kind === 'Rollout') return serveImage(cluster, other);
    await cluster.api.patch(where, {
      spec: { template: { spec: { containers: [{ name: 'app', image: other }] } } },
    });
    await eventually(async () => isRolledOut(await workload()) && (await runs(cluster, other)));
  };
  return {
    cluster,
    proxy,
    image,
    digestOf,
    workload,
    edit: (patch) => cluster.api.patch(where, patch),
    setImage,
    versions: {
      running: 'v1.0.0',
      good: 'v1.1.0',
      broken: { version: BROKEN, reason: /CrashLoopBackOff: app exited with 1/ },
      unknown: { version: 'v1.1.00', nearest: 'v1.1.0' },
    },
    connect() {
      const target = connect({ options, kind, image, kubeconfig: proxy.kubeconfig, cluster });
      connected.push(target);
      return target;
    },
    servingDigest: async () => soleDigest(await readyPods(cluster)),
    async split() {
      const { spec } = await workload();
      const { template, replicas, selector, strategy } = spec;
      return { template, replicas, selector, strategy };
    },
    changes: () => proxy.changes(),
    loseNextReply: () => proxy.loseNextReply(),
    denyChanges: () => proxy.becomes(reader),
    changeBehindOurBack: async () => setImage(`${image}@${await digestOf('v1.2.0')}`),
    async stop() {
      await Promise.all(connected.map((one) => one.close()));
      await proxy.stop();
      await cloud.stop();
      await rm(directory, { recursive: true });
    },
  };
}

/** How workloads are made that fail soon; a Rollout stops on its way, as its own steps say. */
const SPECS: Partial<Record<Kind, object>> = {
  Deployment: { progressDeadlineSeconds: 2 },
  Rollout: {
    progressDeadlineSeconds: 2,
    strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } },
  },
};

async function serveImage(cluster: Cluster, image: string): Promise<void> {
  const somebody = argoRollouts(cluster, 'api');
  await somebody.setImage(image);
  await somebody.promoteFully();
  await somebody.settled();
  await eventually(() => runs(cluster, image));
}

function connect(of: {
  readonly options: KubernetesWorldOptions;
  readonly kind: Kind;
  readonly image: string;
  readonly kubeconfig: string;
  readonly cluster: Cluster;
}): DeployTarget {
  const { options, kind, image, kubeconfig, cluster } = of;
  const { migrationJob, watch, verify } = options;
  const config = configSchema.parse({
    environments: { production: {} },
    services: {
      api: {
        image,
        environments: {
          production: {
            target: {
              kind: 'kubernetes',
              namespace: cluster.namespace,
              workload: `${kind.toLowerCase()}/api`,
              container: 'app',
              kubeconfig,
              progressDeadline: '2s',
            },
            ...(verify === undefined ? {} : { verify }),
            ...(watch === undefined ? {} : { watch }),
            ...(migrationJob === undefined ? {} : { migrate: { job: migrationJob } }),
          },
        },
      },
    },
  });
  const target = createTargets(config).get('api/production');
  if (target === undefined) throw new Error('the config has no such target');
  return target;
}

export async function publishedDigest(registry: string, version: string): Promise<string> {
  const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';
  const answer = await fetch(`${registry}/v2/demo/api/manifests/${version}`, {
    method: 'HEAD',
    headers: { accept },
  });
  const digest = answer.headers.get('docker-content-digest');
  if (digest === null) throw new Error(`${version} is not published`);
  return digest;
}

/** Pods with these labels that are ready. */
export async function readyPods(
  cluster: Cluster,
  labels: Readonly<Record<string, string>> = { app: 'api' },
): Promise<readonly Resource[]> {
  const pods = await cluster.list('v1', 'pods');
  return pods.filter(
    ({ metadata, status }) =>
      !('deletionTimestamp' in metadata) &&
      Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value) &&
      status?.conditions?.some(
        (one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True',
      ),
  );
}

export function soleDigest(pods: readonly Resource[]): string | null {
  const digests = new Set(
    pods.map(({ status }) => String(status.containerStatuses[0].imageID).split('@')[1]),
  );
  const [only = null] = digests;
  return digests.size === 1 ? only : null;
}

async function runs(cluster: Cluster, image: string): Promise<boolean> {
  const pods = await readyPods(cluster);
  return pods.length > 0 && pods.every(({ spec }) => spec.containers[0].image === image);
}

export function isRolledOut({ metadata, spec, status }: Resource): boolean {
  const wanted = spec.replicas ?? status.desiredNumberScheduled;
  const updated = status.updatedReplicas ?? status.updatedNumberScheduled ?? status.readyReplicas;
  const all = status.replicas ?? status.currentNumberScheduled;
  const ready = status.readyReplicas ?? status.numberReady;
  return (
    status.observedGeneration === metadata.generation &&
    updated === wanted &&
    all === wanted &&
    ready === wanted
  );
}
