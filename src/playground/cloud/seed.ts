import type { CloudContext } from './context.ts';
import { images } from './images.ts';
import { jobName, serviceName, shortName, stableUid } from './names.ts';
import { noteServing } from './reconcile.ts';
import type { Condition, Revision, Service, Template, TrafficTarget } from './records.ts';

const firstVersion = 'v1.0.0';

interface SeededService {
  readonly service: string;
  readonly environment: string;
  /** A service that follows its latest revision, or one that is pinned to a revision by name. */
  readonly pinned: boolean;
}

const services: readonly SeededService[] = [
  { service: 'api', environment: 'staging', pinned: false },
  { service: 'api', environment: 'production', pinned: true },
  { service: 'frontend', environment: 'staging', pinned: false },
  { service: 'frontend', environment: 'production', pinned: true },
];

const jobs = [
  { id: 'api-migrate', fails: false },
  { id: 'api-migrate-failing', fails: true },
];

/** Labels by which the page finds the service and environment of a Cloud Run service. */
export const serviceLabel = 'slipway-service';
export const environmentLabel = 'slipway-environment';

/** Fills an empty demo cloud with the tags of all images, the services at their first version, and the jobs. */
export function seed(context: CloudContext): void {
  context.store.transact(() => {
    for (const { repository, version, manifest } of images) {
      context.store.tags.put(`${repository}:${version}`, manifest.digest);
    }
    for (const seeded of services) seedService(context, seeded);
    for (const job of jobs) seedJob(context, job);
  });
}

function seedService(context: CloudContext, seeded: SeededService): void {
  const name = serviceName(`${seeded.service}-${seeded.environment}`);
  const revision = firstRevision(context, name, `demo/${seeded.service}`);
  const service = describeService(context, seeded, revision);
  context.store.services.put(name, service);
  context.store.revisions.put(revision.name, revision);
  noteServing(context, service);
}

function describeService(context: CloudContext, seeded: SeededService, revision: Revision): Service {
  const at = context.clock.now();
  const ready: Condition = { state: 'CONDITION_SUCCEEDED', message: '', at };
  const traffic = [seeded.pinned ? pinnedTo(revision.id) : toLatest];
  const labels = { [serviceLabel]: seeded.service, [environmentLabel]: seeded.environment };
  return {
    name: revision.service,
    uid: stableUid(revision.service, at),
    generation: 1,
    observedGeneration: 1,
    resourceVersion: 1,
    settings: { labels, annotations: {}, launchStage: 'GA', ingress: 'INGRESS_TRAFFIC_ALL' },
    template: revision.template,
    traffic,
    served: traffic,
    latestCreated: revision.id,
    latestReady: revision.id,
    revisionsCreated: 1,
    ready,
    configurationsReady: ready,
    routesReady: ready,
    reconciling: false,
    createdAt: at,
    updatedAt: at,
  };
}

const toLatest: TrafficTarget = {
  type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST',
  revision: '',
  percent: 100,
  tag: '',
};

function pinnedTo(revision: string): TrafficTarget {
  return { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision, percent: 100, tag: '' };
}

function firstRevision(context: CloudContext, service: string, repository: string): Revision {
  const at = context.clock.now();
  const digest = context.store.tags.get(`${repository}:${firstVersion}`) ?? '';
  const image = `${context.addresses.registryHost}/${repository}@${digest}`;
  const id = `${shortName(service)}-00001-one`;
  const ports = [{ containerPort: 8080 }];
  const template: Template = { revision: '', labels: {}, annotations: {}, containers: [{ image, ports }] };
  const ready: Condition = { state: 'CONDITION_SUCCEEDED', message: '', at };
  const name = `${service}/revisions/${id}`;
  const uid = stableUid(name, at);
  const fixed = { servingSince: null, createdAt: at, updatedAt: at };
  return { name, id, service, uid, template, image, digest, version: firstVersion, ready, ...fixed };
}

function seedJob(context: CloudContext, job: { readonly id: string; readonly fails: boolean }): void {
  const name = jobName(job.id);
  const digest = context.store.tags.get(`demo/api:${firstVersion}`) ?? '';
  context.store.jobs.put(name, {
    name,
    uid: stableUid(name),
    generation: 1,
    image: `${context.addresses.registryHost}/demo/api@${digest}`,
    runsForMs: 1000,
    fails: job.fails,
    executionsCreated: 0,
    latestExecution: '',
    createdAt: context.clock.now(),
  });
}
