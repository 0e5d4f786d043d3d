import type { SplitWorld } from '../../contract/target/world.ts';
import type { Resource } from '../../support/kubernetes/api-server.ts';
import { eventually } from '../../support/kubernetes/cluster.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';
import { type Backend, startBackend } from './backend.ts';
import { BROKEN, isRolledOut, readyPods, soleDigest } from './target-world.ts';

/** A kind of route: where it stands, what is in it, and how a test reads and writes the canary's weight. */
export interface RouteFixture {
  readonly role: string;
  readonly target: object;
  readonly apiVersion: string;
  readonly plural: string;
  readonly kind: string;
  /** All of it leads to the stable side. */
  readonly spec: object;
  specAt(percent: number): object;
  percentIn(spec: Resource['spec']): number;
}

const destination = (subset: string, weight: number) => ({ destination: { host: 'api', subset }, weight });

/** The VirtualService of TechAssist (seed 003 §13.4.3), all on stable. */
export const ISTIO: RouteFixture = {
  role: 'istio',
  target: {
    kind: 'istio',
    virtualService: 'api',
    stable: { host: 'api', subset: 'stable' },
    canary: { host: 'api', subset: 'canary' },
  },
  apiVersion: 'networking.istio.io/v1',
  plural: 'virtualservices',
  kind: 'VirtualService',
  spec: { hosts: ['api'], http: [{ route: [destination('stable', 100), destination('canary', 0)] }] },
  specAt: (percent) => ({
    http: [{ route: [destination('stable', 100 - percent), destination('canary', percent)] }],
  }),
  percentIn: (spec) =>
    spec.http[0].route.find((one: Resource['spec']) => one.destination.subset === 'canary')?.weight ?? 0,
};

const backend = (name: string, weight: number) => ({ name, port: 80, weight });

/** An HTTPRoute that names the stable Service alone, without a weight. */
export const GATEWAY: RouteFixture = {
  role: 'gateway-api',
  target: { kind: 'gateway-api', httpRoute: 'api', stable: 'api', canary: 'api-canary' },
  apiVersion: 'gateway.networking.k8s.io/v1',
  plural: 'httproutes',
  kind: 'HTTPRoute',
  spec: { hostnames: ['api.test'], rules: [{ backendRefs: [{ name: 'api', port: 80 }] }] },
  specAt: (percent) => ({
    rules: [{ backendRefs: [backend('api', 100 - percent), backend('api-canary', percent)] }],
  }),
  percentIn(spec) {
    const refs: readonly Resource['spec'][] = spec.rules[0].backendRefs;
    const canary = refs.find(({ name }) => name === 'api-canary')?.weight ?? 0;
    const total = refs.reduce((sum, { weight = 1 }) => sum + weight, 0);
    return Math.round((100 * canary) / total);
  },
};

export interface RouteWorld extends SplitWorld, Omit<Backend, 'connect' | 'stop'> {
  route(): Promise<Resource>;
  canary(): Promise<Resource | null>;
  /** Gives the workload’s pods these labels; resolves at once. */
  relabel(labels: Readonly<Record<string, string>>): Promise<Resource>;
}

/** A Deployment with two pods, and a route that leads to it. */
export async function makeRouteWorld(fixture: RouteFixture): Promise<RouteWorld> {
  const started = await startBackend({
    roles: ['deployment', fixture.role],
    target: { workload: 'deployment/api', traffic: fixture.target },
  });
  const { cluster, proxy, imageOf, digestOf } = started;
  const { apiVersion, plural, kind, spec } = fixture;
  await cluster.deploy({
    name: 'api',
    image: await imageOf('v1.0.0'),
    replicas: 2,
    annotations: { [BEHAVIOUR.crashLoop]: await digestOf(BROKEN) },
    spec: { progressDeadlineSeconds: 2 },
  });
  await cluster.create(apiVersion, plural, { apiVersion, kind, metadata: { name: 'api' }, spec });
  const routePath = cluster.path(apiVersion, plural, 'api');
  const deployment = cluster.path('apps/v1', 'deployments', 'api');
  const route = () => cluster.api.get(routePath);
  const canary = () => cluster.api.find(`${deployment}-canary`);
  const percent = async () => fixture.percentIn((await route()).spec);
  const digests = async () => {
    const pods = await readyPods(cluster, { app: 'api' });
    const isCanary = ({ metadata }: Resource) => metadata.labels?.track === 'canary';
    return {
      stable: soleDigest(pods.filter((pod) => !isCanary(pod))),
      canary: soleDigest(pods.filter(isCanary)),
    };
  };
  const versionOf = async (digest: string | null) => {
    for (const version of ['v1.0.0', 'v1.1.0', 'v1.2.0', BROKEN]) {
      if ((await digestOf(version)) === digest) return version;
    }
    return 'unknown';
  };
  return {
    ...started,
    route,
    canary,
    relabel: (labels) => cluster.api.patch(deployment, { spec: { template: { metadata: { labels } } } }),
    addresses: false,
    versions: {
      running: 'v1.0.0',
      good: 'v1.1.0',
      broken: { version: BROKEN, reason: /CrashLoopBackOff: app exited with 1/ },
      unknown: { version: 'v1.1.00', nearest: 'v1.1.0' },
    },
    async servingDigest() {
      return (await percent()) === 0 ? (await digests()).stable : null;
    },
    async shares() {
      const [weight, runs] = await Promise.all([percent(), digests()]);
      const stable = await versionOf(runs.stable);
      if (weight === 0) return { [stable]: 100 };
      const other = await versionOf(runs.canary);
      return other === stable ? { [stable]: 100 } : { [stable]: 100 - weight, [other]: weight };
    },
    async split() {
      const { spec: api } = await cluster.api.get(deployment);
      return {
        route: (await route()).spec,
        template: api.template,
        replicas: api.replicas,
        canary: (await canary()) !== null,
      };
    },
    async marks() {
      const { annotations = {} } = (await route()).metadata;
      return Object.keys(annotations).filter((key) => key.startsWith('slipway/'));
    },
    url: async () => 'http://nobody.test',
    versionAt: async () => null,
    changes: () => proxy.changes(),
    loseNextReply: () => proxy.loseNextReply(),
    async splitBehindOurBack(shares) {
      await cluster.api.merge(routePath, { spec: fixture.specAt(shares['api-canary'] ?? 0) });
    },
    async changeBehindOurBack() {
      const image = await imageOf('v1.2.0');
      await cluster.api.merge(routePath, { spec: fixture.spec });
      await cluster.api.patch(deployment, {
        spec: { template: { spec: { containers: [{ name: 'app', image }] } } },
      });
      await eventually(async () => isRolledOut(await cluster.api.get(deployment)));
      const wanted = await digestOf('v1.2.0');
      await eventually(async () => (await digests()).stable === wanted);
    },
  };
}
