import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ExecutionsClient,
  JobsClient,
  type protos,
  RevisionsClient,
  ServicesClient,
} from '@google-cloud/run';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import { onTestFinished } from 'vitest';
import {
  type DemoCloud,
  type DemoCloudOptions,
  startDemoCloud,
} from '../../../src/playground/cloud/demo-cloud.ts';

export type Service = protos.google.cloud.run.v2.IService;
export type TrafficTarget = protos.google.cloud.run.v2.ITrafficTarget;
export type Condition = protos.google.cloud.run.v2.ICondition;

export const production = 'projects/demo/locations/local/services/api-production';
export const staging = 'projects/demo/locations/local/services/api-staging';

/** How the official clients reach an endpoint without TLS and without asking for Google's credentials. */
export function clientOptions(endpoint: string) {
  const [servicePath = '', port = ''] = endpoint.split(':');
  const sslCreds = credentials.createInsecure();
  return { servicePath, port: Number(port), sslCreds, authClient: new PassThroughClient() };
}

export interface Clients {
  readonly services: ServicesClient;
  readonly revisions: RevisionsClient;
  readonly jobs: JobsClient;
  readonly executions: ExecutionsClient;
}

export function connect(endpoint: string): Clients {
  const options = clientOptions(endpoint);
  const clients = {
    services: new ServicesClient({ ...options }),
    revisions: new RevisionsClient({ ...options }),
    jobs: new JobsClient({ ...options }),
    executions: new ExecutionsClient({ ...options }),
  };
  onTestFinished(async () => {
    await Promise.all(Object.values(clients).map((client) => client.close()));
  });
  return clients;
}

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'slipway-cloud-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Starts a demo cloud that the test stops at its end. */
export async function startCloud(options: Partial<DemoCloudOptions> = {}): Promise<DemoCloud> {
  const cloud = await startDemoCloud({ dataDir: options.dataDir ?? temporaryDirectory(), ...options });
  onTestFinished(() => cloud.stop());
  return cloud;
}

export async function startConnected(options: Partial<DemoCloudOptions> = {}) {
  const cloud = await startCloud(options);
  return { cloud, ...connect(cloud.runEndpoint) };
}

export function image(cloud: DemoCloud, version: string): string {
  return `${new URL(cloud.registryUrl).host}/demo/api:${version}`;
}

export function latest(percent: number): TrafficTarget {
  return { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent };
}

export function pinned(revision: string, percent: number, tag = ''): TrafficTarget {
  return { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision, percent, tag };
}

/** Changes the traffic of a service and waits until it is so. */
export async function shift(
  services: ServicesClient,
  name: string,
  traffic: TrafficTarget[],
): Promise<Service> {
  const [operation] = await services.updateService({
    service: { name, traffic },
    updateMask: { paths: ['traffic'] },
  });
  const [service] = await operation.promise();
  return service;
}

/** Creates a revision of a version, by name, that gets no traffic but a tag, and waits until it is ready. */
export async function deployTagged(
  of: { readonly cloud: DemoCloud; readonly services: ServicesClient },
  to: { readonly name: string; readonly revision: string; readonly version: string; readonly tag: string },
): Promise<Service> {
  const [current] = await of.services.getService({ name: to.name });
  const template = { revision: to.revision, containers: [{ image: image(of.cloud, to.version) }] };
  const traffic = [...(current.traffic ?? []), pinned(to.revision, 0, to.tag)];
  const [operation] = await of.services.updateService({
    service: { name: to.name, template, traffic },
    updateMask: { paths: ['template', 'traffic'] },
  });
  const [service] = await operation.promise();
  return service;
}

/** The URI of a tag, as the service's status has it. */
export function tagUri(service: Service, tag: string): string {
  return service.trafficStatuses?.find((status) => status.tag === tag)?.uri ?? `no URI for the tag ${tag}`;
}

export function serviceUrl(cloud: DemoCloud, name: string): string {
  return cloud.services.find((service) => service.name === name)?.url ?? `no URL for ${name}`;
}

export async function getJson(url: string): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url);
  const body: unknown = await response.json();
  return typeof body === 'object' && body !== null ? { ...body } : { body };
}

/** The condition of a type among a resource's conditions. */
export function conditionOf(
  resource: { readonly conditions?: readonly Condition[] | null },
  type: string,
): Condition | undefined {
  return resource.conditions?.find((condition) => condition.type === type);
}
