import type { SplitWorld } from '../../contract/target/world.ts';
import type { Resource } from '../../support/kubernetes/api-server.ts';
import { type Cluster, eventually } from '../../support/kubernetes/cluster.ts';
import { argoRollouts } from '../../support/kubernetes/rollouts.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';
import { type Backend, startBackend } from './backend.ts';
import { BROKEN, readyPods, soleDigest } from './target-world.ts';

const ISTIO = 'networking.istio.io/v1alpha3';
/** What the Rollout has of its own: steps that stop, and are never to be walked. */
const OWN_STEPS = [{ setWeight: 20 }, { pause: {} }];

export interface RolloutWorld extends SplitWorld, Omit<Backend, 'connect' | 'stop'> {
  readonly somebody: ReturnType<typeof argoRollouts>;
}

/** A Rollout with two pods whose traffic its controller splits by a VirtualService; Slipway may not touch that. */
export async function makeRolloutWorld(): Promise<RolloutWorld> {
  const started = await startBackend({
    roles: ['argo-rollouts'],
    target: { workload: 'rollout/api', traffic: { kind: 'argo-rollouts' } },
  });
  const { cluster, proxy, imageOf, digestOf } = started;
  await makeRoute(cluster);
  await cluster.deploy({
    kind: 'Rollout',
    name: 'api',
    image: await imageOf('v1.0.0'),
    replicas: 2,
    annotations: { [BEHAVIOUR.crashLoop]: await digestOf(BROKEN) },
    spec: { progressDeadlineSeconds: 2, strategy: { canary: routedStrategy() } },
  });
  const somebody = argoRollouts(cluster, 'api');
  await somebody.settled();
  const versionOf = async (digest: string | null) => {
    for (const version of ['v1.0.0', 'v1.1.0', 'v1.2.0', BROKEN]) {
      if ((await digestOf(version)) === digest) return version;
    }
    return 'unknown';
  };
  const shares = async () => {
    const { route } = (await cluster.get(ISTIO, 'virtualservices', 'api')).spec.http[0];
    const found: Record<string, number> = {};
    for (const { destination, weight } of route) {
      if (weight === 0) continue;
      const version = await versionOf(await digestBehind(cluster, destination.host));
      found[version] = (found[version] ?? 0) + weight;
    }
    return found;
  };
  return {
    ...started,
    somebody,
    addresses: false,
    versions: {
      running: 'v1.0.0',
      good: 'v1.1.0',
      broken: { version: BROKEN, reason: /CrashLoopBackOff: app exited with 1/ },
      unknown: { version: 'v1.1.00', nearest: 'v1.1.0' },
    },
    shares,
    async servingDigest() {
      const [only, ...others] = Object.keys(await shares());
      return only === undefined || others.length > 0 ? null : digestOf(only);
    },
    async split() {
      const { template, strategy, replicas } = (await somebody.read()).spec;
      return { template, strategy, replicas, shares: await shares() };
    },
    async marks() {
      const { annotations = {} } = await cluster
        .get(ISTIO, 'virtualservices', 'api')
        .then(({ metadata }) => metadata);
      return Object.keys(annotations).filter((key) => key.startsWith('slipway/'));
    },
    url: async () => 'http://nobody.test',
    versionAt: async () => null,
    changes: () => proxy.changes(),
    loseNextReply: () => proxy.loseNextReply(),
    async splitBehindOurBack(wanted) {
      const { status } = await somebody.read();
      const percent = wanted[`api-${status.currentPodHash}`] ?? 0;
      if (percent === 0) await somebody.abort();
      else if (percent === 100) await somebody.promoteFully();
      else await lead(somebody, percent);
      await eventually(async () => (await weightOf(somebody)) === (percent === 100 ? 0 : percent));
      if (percent === 100) await somebody.settled();
    },
    async changeBehindOurBack() {
      await somebody.setImage(await imageOf('v1.2.0'));
      await somebody.promoteFully();
      await somebody.settled();
    },
  };
}

/** Somebody edits the steps. */
async function lead(somebody: RolloutWorld['somebody'], percent: number): Promise<void> {
  const steps = [{ setWeight: percent }, { pause: {} }];
  await somebody.edit({ spec: { strategy: { canary: { steps } } } });
}

async function weightOf(somebody: RolloutWorld['somebody']): Promise<number> {
  const { status } = await somebody.read();
  return status.canary?.weights?.canary.weight ?? 0;
}

function routedStrategy(): object {
  return {
    stableService: 'api',
    canaryService: 'api-canary',
    // Pods that take nothing any more need not be kept for anybody here.
    scaleDownDelayRevisionLimit: 0,
    abortScaleDownDelaySeconds: 1,
    trafficRouting: { istio: { virtualService: { name: 'api', routes: ['primary'] } } },
    steps: OWN_STEPS,
  };
}

async function makeRoute(cluster: Cluster): Promise<void> {
  for (const name of ['api', 'api-canary']) {
    await cluster.create('v1', 'services', {
      metadata: { name },
      spec: { selector: { app: 'api' }, ports: [{ port: 80 }] },
    });
  }
  const destination = (host: string, weight: number) => ({ destination: { host }, weight });
  await cluster.create(ISTIO, 'virtualservices', {
    apiVersion: ISTIO,
    kind: 'VirtualService',
    metadata: { name: 'api' },
    spec: {
      hosts: ['api'],
      http: [{ name: 'primary', route: [destination('api', 100), destination('api-canary', 0)] }],
    },
  });
}

/** What the pods behind a Service run. */
async function digestBehind(cluster: Cluster, service: string): Promise<string | null> {
  const { spec }: Resource = await cluster.get('v1', 'services', service);
  return soleDigest(await readyPods(cluster, spec.selector));
}
