import type { TargetWorld } from '../../contract/target/world.ts';
import type { Resource } from '../../support/kubernetes/api-server.ts';
import { eventually } from '../../support/kubernetes/cluster.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';
import { type Backend, startBackend } from './backend.ts';
import { BROKEN, isRolledOut, readyPods, soleDigest } from './target-world.ts';

export const COLOURS = ['blue', 'green'] as const;
export type Colour = (typeof COLOURS)[number];

export interface BlueGreenWorld extends TargetWorld, Omit<Backend, 'connect' | 'stop'> {
  /** Which colour the Service selects. */
  selected(): Promise<string>;
  colour(colour: Colour): Promise<Resource>;
  editColour(colour: Colour, patch: object): Promise<Resource>;
  /** As `kubectl patch svc` does. */
  select(colour: Colour): Promise<void>;
}

/** Two Deployments and a Service that selects blue, which runs v1.0.0 with two pods; green has none. */
export async function makeBlueGreenWorld(
  options: {
    readonly health?: object;
    readonly drain?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly green?: { readonly replicas: number; readonly version: string };
    readonly more?: object;
  } = {},
): Promise<BlueGreenWorld> {
  const { health, drain = '1s', green = { replicas: 0, version: 'v1.0.0' } } = options;
  const backend = await startBackend({
    roles: ['deployment', 'blue-green'],
    target: { workload: 'deployment/api', blueGreen: { service: 'api', drain, ...(health && { health }) } },
    ...(options.more && { more: options.more }),
  });
  const { cluster, proxy, imageOf, digestOf } = backend;
  const fates = { [BEHAVIOUR.crashLoop]: await digestOf(BROKEN), ...options.annotations };
  const deployment = async (colour: Colour, version: string, replicas: number) => ({
    name: `api-${colour}`,
    image: await imageOf(version),
    replicas,
    labels: { shop: 'api', version: colour },
    annotations: fates,
    spec: { progressDeadlineSeconds: 2 },
  });
  const where = (colour: Colour) => cluster.path('apps/v1', 'deployments', `api-${colour}`);
  const colour = (name: Colour) => cluster.api.get(where(name));
  await cluster.deploy(await deployment('blue', 'v1.0.0', 2));
  await cluster.begin(await deployment('green', green.version, green.replicas));
  await eventually(async () => {
    const { status } = await colour('green');
    return status?.observedGeneration === 1 && (status.readyReplicas ?? 0) === green.replicas;
  });
  const selector = { shop: 'api', version: 'blue' };
  await cluster.create('v1', 'services', {
    metadata: { name: 'api' },
    spec: { selector, ports: [{ port: 80, targetPort: 8000 }] },
  });
  const service = cluster.path('v1', 'services', 'api');
  const selected = async () => String((await cluster.api.get(service)).spec.selector.version);
  const editColour = (name: Colour, patch: object) => cluster.api.patch(where(name), patch);
  const behind = async () => readyPods(cluster, { shop: 'api', version: await selected() });
  return {
    ...backend,
    selected,
    colour,
    editColour,
    select: async (name) => {
      await cluster.api.merge(service, { spec: { selector: { version: name } } });
    },
    versions: {
      running: 'v1.0.0',
      good: 'v1.1.0',
      broken: { version: BROKEN, reason: /CrashLoopBackOff: app exited with 1/ },
      unknown: { version: 'v1.1.00', nearest: 'v1.1.0' },
    },
    servingDigest: async () => soleDigest(await behind()),
    async split() {
      const specs = await Promise.all(COLOURS.map(async (one) => (await colour(one)).spec));
      const colours = specs.map(({ template, replicas }) => ({ template, replicas }));
      return { selector: (await cluster.api.get(service)).spec.selector, colours };
    },
    changes: () => proxy.changes(),
    loseNextReply: () => proxy.loseNextReply(),
    async changeBehindOurBack() {
      const serving = (await selected()) === 'green' ? 'green' : 'blue';
      const image = await imageOf('v1.2.0');
      await editColour(serving, { spec: { template: { spec: { containers: [{ name: 'app', image }] } } } });
      await eventually(async () => {
        const pods = await behind();
        const runs = pods.length > 0 && pods.every(({ spec }) => spec.containers[0].image === image);
        return runs && isRolledOut(await colour(serving));
      });
    },
  };
}
