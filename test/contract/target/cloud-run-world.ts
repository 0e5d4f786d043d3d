import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type CloudRunApi, connectCloudRun, type Service } from '../../../integrations/cloud-run/client.ts';
import { createTargets } from '../../../integrations/kinds.ts';
import type { DeployTarget } from '../../../integrations/target.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { type DemoCloud, startDemoCloud } from '../../../src/playground/cloud/demo-cloud.ts';
import type { SplitWorld } from './world.ts';

/** How many times faster than ours the demo cloud's clock goes. */
const HASTE = 20;

export interface CloudRunWorldOptions {
  /** `staging` follows the latest revision, `production` is pinned to one by name. */
  readonly environment: 'staging' | 'production';
  readonly migrationJob?: string;
  readonly successes?: number;
  /** How long a deploy goes on checking; a duration as the config has it. */
  readonly watch?: string;
}

export interface CloudRunWorld extends SplitWorld {
  readonly cloud: DemoCloud;
  readonly api: CloudRunApi;
  readonly serviceName: string;
  service(): Promise<Service>;
}

/** A world for one test, which stops it. */
export async function cloudRunWorld(options: CloudRunWorldOptions): Promise<CloudRunWorld> {
  const world = await makeCloudRunWorld(options);
  onTestFinished(() => world.stop());
  return world;
}

/** A target on a demo cloud of its own. */
export async function makeCloudRunWorld(options: CloudRunWorldOptions): Promise<CloudRunWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'slipway-cloud-'));
  const began = Date.now();
  const cloud = await startDemoCloud({
    dataDir,
    clock: { now: () => began + (Date.now() - began) * HASTE },
  });
  const api = connectCloudRun({ endpoint: cloud.runEndpoint, plaintext: true });
  const serviceName = `projects/demo/locations/local/services/api-${options.environment}`;
  const service = () => api.getService(serviceName);
  const connected: DeployTarget[] = [];
  return {
    cloud,
    api,
    serviceName,
    service,
    versions: {
      running: 'v1.0.0',
      good: 'v1.1.0',
      broken: { version: 'v1.3.0-broken', reason: /container failed to start and listen/ },
      unknown: { version: 'v1.1.00', nearest: 'v1.1.0' },
    },
    connect() {
      const target = connect(cloud, options);
      connected.push(target);
      return target;
    },
    servingDigest: async () => servingDigest(cloud, options.environment),
    async split() {
      const { traffic } = await service();
      return traffic?.map(({ type, revision, percent, tag }) => ({ type, revision, percent, tag }));
    },
    changes: () => cloud.calls().filter((call) => call.effect === 'changed').length,
    loseNextReply: () =>
      cloud.levers.addFault({
        method: 'UpdateService',
        resource: '',
        times: 1,
        delayMs: 0,
        loseReply: 'drop',
      }),
    denyChanges() {
      cloud.levers.deniedPermissions = new Set(['run.services.update']);
    },
    changeBehindOurBack: () => deployByHand(api, service),
    shares: async () => sharesByVersion(cloud, options.environment),
    async marks() {
      return ((await service()).traffic ?? []).flatMap(({ tag }) => tag || []);
    },
    async url() {
      return (await service()).uri ?? '';
    },
    versionAt,
    splitBehindOurBack: (shares) => splitByHand(api, service, shares),
    async stop() {
      await Promise.all([...connected, api].map((one) => one.close()));
      await cloud.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

function connect(cloud: DemoCloud, options: CloudRunWorldOptions): DeployTarget {
  const { environment, migrationJob, successes = 2, watch } = options;
  const config = configSchema.parse({
    environments: { [environment]: {} },
    services: {
      api: {
        image: `${new URL(cloud.registryUrl).host}/demo/api`,
        environments: {
          [environment]: {
            target: {
              kind: 'cloud-run',
              project: 'demo',
              region: 'local',
              service: `api-${environment}`,
              endpoint: cloud.runEndpoint,
              plaintext: true,
            },
            verify: [{ http: '/health', status: 200, successes, timeout: '5s' }],
            ...(watch === undefined ? {} : { watch }),
            ...(migrationJob === undefined ? {} : { migrate: { job: migrationJob } }),
          },
        },
      },
    },
  });
  const target = createTargets(config).get(`api/${environment}`);
  if (target === undefined) throw new Error('the config has no such target');
  return target;
}

function servingDigest(cloud: DemoCloud, environment: string): string | null {
  const service = cloud
    .snapshot()
    .services.find((one) => one.name === 'api' && one.environment === environment);
  const [share] = service?.traffic.filter((one) => one.percent === 100) ?? [];
  return service?.revisions.find((one) => one.name === share?.revision)?.digest ?? null;
}

function sharesByVersion(cloud: DemoCloud, environment: string): Readonly<Record<string, number>> {
  const service = cloud
    .snapshot()
    .services.find((one) => one.name === 'api' && one.environment === environment);
  const shares: Record<string, number> = {};
  for (const { version, percent } of service?.traffic ?? []) {
    if (percent > 0) shares[version] = (shares[version] ?? 0) + percent;
  }
  return shares;
}

/** The demo services say in every answer which version gave it. */
async function versionAt(url: string): Promise<string | null> {
  try {
    const response = await fetch(url);
    const body: unknown = await response.json();
    const said = typeof body === 'object' && body !== null && 'version' in body ? body.version : null;
    return response.ok && typeof said === 'string' ? said : null;
  } catch {
    return null;
  }
}

/** What `gcloud run services update-traffic --to-revisions` does: tags stay where they are. */
async function splitByHand(
  api: CloudRunApi,
  service: () => Promise<Service>,
  shares: Readonly<Record<string, number>>,
): Promise<void> {
  const type = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' as const;
  const { name, traffic } = await service();
  const tags = (traffic ?? []).filter((target) => target.tag).map((target) => ({ ...target, percent: 0 }));
  const parts = Object.entries(shares)
    .filter(([, percent]) => percent > 0)
    .map(([revision, percent]) => ({ type, revision, percent }));
  const { signal } = new AbortController();
  await api.updateService({ name: name ?? '', traffic: [...parts, ...tags] }, ['traffic'], signal);
  while ((await service()).reconciling) await delay(20);
}

/** What `gcloud run deploy` without flags does to a service that is pinned: a new revision, and all traffic to it. */
async function deployByHand(api: CloudRunApi, service: () => Promise<Service>): Promise<void> {
  const { signal } = new AbortController();
  const { name, template } = await service();
  const revision = `${name?.split('/').at(-1)}-by-hand`;
  const annotations = { ...template?.annotations, note: 'by hand' };
  await api.updateService(
    {
      name: name ?? '',
      template: { ...template, revision, annotations },
      traffic: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision, percent: 100 }],
    },
    ['template', 'traffic'],
    signal,
  );
  while ((await service()).reconciling) await delay(20);
}
