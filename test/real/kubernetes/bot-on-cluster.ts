import { onTestFinished } from 'vitest';
import { type ApiProxy, startApiProxy } from '../../support/kubernetes/api-proxy.ts';
import type { Resource } from '../../support/kubernetes/api-server.ts';
import { type Cluster, useCluster } from '../../support/kubernetes/cluster.ts';
import { grantedRules, withoutChanges } from '../../support/kubernetes/granted.ts';
import { mountAccount } from '../../support/kubernetes/mounted-account.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';
import { temporaryDirectory } from '../../support/processes.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import { type OperationWatch, watchOperations } from '../../support/watched-operations.ts';
import type { TestPerson } from '../../support/workspace.ts';

/** A bot in a playground whose `api` is a Deployment or a Rollout, under RBAC, in both environments. */
export interface BotOnCluster {
  readonly running: RunningBot;
  readonly watch: OperationWatch;
  readonly cluster: Cluster;
  readonly proxy: ApiProxy;
  readonly ana: TestPerson;
  readonly bo: TestPerson;
  /** Takes the bot's right to change anything. */
  deny(): Promise<void>;
  workload(environment: string): Promise<Resource>;
  /** The digest of a version that is published. */
  digestOf(version: string): Promise<string>;
}

/** For one test. `startsIn` is how long pods take to get ready; `more` stands in the environments’ config. */
export async function botOnCluster(
  options: {
    readonly kind?: 'Deployment' | 'Rollout';
    readonly startsIn?: string;
    readonly more?: object | ((environment: string, kubeconfig: string) => object);
    /** Where it runs; a namespace of its own by default. */
    readonly cluster?: Cluster;
    /** The directories under manifests/kubernetes/targets whose roles the bot has. */
    readonly roles?: readonly string[];
    /** What their specs say more. */
    readonly spec?: object;
    readonly replicas?: number;
    /** What its targets say more. */
    readonly target?: object | ((environment: string) => object);
    /** Without a kubeconfig: by the account’s files and variables, as the kubelet gives them to a pod. */
    readonly inCluster?: boolean;
    /** Adds to what stands in the cluster before the test. */
    readonly prepare?: (cluster: Cluster, image: string) => Promise<void>;
  } = {},
): Promise<BotOnCluster> {
  const cluster = options.cluster ?? (await useCluster());
  const { path, remove } = temporaryDirectory();
  onTestFinished(remove);
  const { kind = 'Deployment', replicas = 2 } = options;
  const own = kind === 'Rollout' ? 'argo-rollouts' : 'deployment';
  const rules = grantedRules(own, 'migration', ...(options.roles ?? []));
  const account = await cluster.account('bot', rules);
  const proxy = await startApiProxy(account, path);
  onTestFinished(() => proxy.stop());
  const mounted = options.inCluster ? mountAccount(account, cluster.namespace) : null;
  onTestFinished(() => mounted?.unmount());
  let image = '';
  const running = await startBotWithPlayground(mounted?.env ?? {}, (config) => {
    const api = config.services.api;
    if (api === undefined) throw new Error('the demo has an api');
    image = String(api.image);
    for (const [environment, settings] of Object.entries(api.environments)) {
      delete settings.watch;
      delete settings.migrate;
      settings.verify = [];
      const target = {
        ...targetOf({ cluster, kind }, environment),
        ...(mounted === null && { kubeconfig: proxy.kubeconfig }),
        ...(typeof options.target === 'function' ? options.target(environment) : options.target),
      };
      const more =
        typeof options.more === 'function' ? options.more(environment, proxy.kubeconfig) : options.more;
      Object.assign(settings, more, { target });
    }
  });
  onTestFinished(() => running.stop());
  const digestOf = (version: string) => publishedDigest(image, version);
  const [first, broken] = await Promise.all([digestOf('v1.0.0'), digestOf('v1.3.0-broken')]);
  for (const environment of ['staging', 'production']) {
    await cluster.deploy({
      kind,
      name: `api-${environment}`,
      image: `${image}@${first}`,
      replicas,
      annotations: {
        [BEHAVIOUR.crashLoop]: broken,
        ...(options.startsIn && { [BEHAVIOUR.startsIn]: options.startsIn }),
      },
      spec: { progressDeadlineSeconds: 5, ...options.spec },
    });
  }
  await options.prepare?.(cluster, `${image}@${first}`);
  const watch = await watchOperations(`${running.directory}/bot`);
  onTestFinished(() => watch.close());
  return {
    running,
    watch,
    cluster,
    proxy,
    ana: running.workspace.person('ana'),
    bo: running.workspace.person('bo'),
    deny: async () => proxy.becomes(await cluster.account('reader', withoutChanges(rules))),
    workload: (environment) =>
      kind === 'Rollout'
        ? cluster.get('argoproj.io/v1alpha1', 'rollouts', `api-${environment}`)
        : cluster.get('apps/v1', 'deployments', `api-${environment}`),
    digestOf,
  };
}

function targetOf(
  { cluster, kind }: { readonly cluster: Cluster; readonly kind: string },
  environment: string,
): object {
  return {
    kind: 'kubernetes',
    namespace: cluster.namespace,
    workload: `${kind.toLowerCase()}/api-${environment}`,
    container: 'app',
  };
}

async function publishedDigest(image: string, version: string): Promise<string> {
  const [host, ...name] = image.split('/');
  const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';
  const url = `http://${host}/v2/${name.join('/')}/manifests/${version}`;
  const answer = await fetch(url, { method: 'HEAD', headers: { accept } });
  const digest = answer.headers.get('docker-content-digest');
  if (digest === null) throw new Error(`${version} is not published`);
  return digest;
}

/** Kills the bot whenever a step has begun or ended, until the operation is over, or that is enough; says how often. */
export async function killAtEveryBoundary(
  { running, watch }: BotOnCluster,
  enough: () => Promise<boolean> = async () => false,
): Promise<number> {
  const killedAt = new Set<string>();
  for (;;) {
    const now = await watch.newest();
    if (now === null || !['awaiting-approval', 'running'].includes(now.state)) return killedAt.size;
    const boundary = now.steps.join();
    if (killedAt.has(boundary)) {
      if (await enough()) return killedAt.size;
      await new Promise((resolve) => setTimeout(resolve, 5));
      continue;
    }
    killedAt.add(boundary);
    await running.killBot();
    await running.startBot();
  }
}
