import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type CloudRunApi, connectCloudRun } from '../../../integrations/cloud-run/client.ts';
import { type DemoCloud, startDemoCloud } from '../../../src/playground/cloud/demo-cloud.ts';
import { temporaryDirectory } from '../../support/processes.ts';
import { type PrometheusServer, startPrometheus } from './prometheus-server.ts';

const SERVICE = 'api-production';
const BASELINE = 'api-production-00001-one';
const BY_REVISION = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';

export interface CanaryWorld {
  readonly prometheus: PrometheusServer;
  readonly service: string;
  readonly baseline: string;
  readonly canary: string;
  /** Gives the canary this share of what visitors ask for. */
  split(percent: number): Promise<void>;
}

/** A demo cloud with a canary of this version that has no traffic yet, and a Prometheus that scrapes it; for one test. */
export async function canaryWorld(version: string): Promise<CanaryWorld> {
  const { path, remove } = temporaryDirectory();
  onTestFinished(remove);
  const cloud = await startDemoCloud({ dataDir: path, backgroundRequestsPerSecond: 40 });
  onTestFinished(() => cloud.stop());
  const api = connectCloudRun({ endpoint: cloud.runEndpoint, plaintext: true });
  onTestFinished(() => api.close());
  const prometheus = await startPrometheus({ directory: path, scrape: doorOf(cloud) });
  onTestFinished(() => prometheus.stop());
  const canary = `${SERVICE}-canary`;
  const change = new ServiceChange(api, cloud);
  await change.create(canary, version);
  return {
    prometheus,
    service: SERVICE,
    baseline: BASELINE,
    canary,
    split: (percent) => change.split(canary, percent),
  };
}

function doorOf(cloud: DemoCloud): URL {
  const service = cloud.services.find(({ name }) => name.endsWith(`/${SERVICE}`));
  if (service === undefined) throw new Error(`there is no ${SERVICE}`);
  return new URL(service.url);
}

/** What `gcloud run deploy --no-traffic` and `gcloud run services update-traffic` do. */
class ServiceChange {
  readonly #api: CloudRunApi;
  readonly #cloud: DemoCloud;
  readonly #name = `projects/demo/locations/local/services/${SERVICE}`;

  constructor(api: CloudRunApi, cloud: DemoCloud) {
    this.#api = api;
    this.#cloud = cloud;
  }

  async create(revision: string, version: string): Promise<void> {
    const { template, traffic } = await this.#api.getService(this.#name);
    const image = `${new URL(this.#cloud.registryUrl).host}/demo/api:${version}`;
    const containers = [{ ...template?.containers?.[0], image }];
    await this.#update({ template: { ...template, revision, containers }, traffic }, ['template', 'traffic']);
  }

  async split(canary: string, percent: number): Promise<void> {
    const share = (revision: string, of: number) => ({ type: BY_REVISION, revision, percent: of }) as const;
    await this.#update({ traffic: [share(canary, percent), share(BASELINE, 100 - percent)] }, ['traffic']);
  }

  async #update(change: object, mask: readonly string[]): Promise<void> {
    await this.#api.updateService({ name: this.#name, ...change }, mask, new AbortController().signal);
    while ((await this.#api.getService(this.#name)).reconciling) await delay(20);
  }
}
