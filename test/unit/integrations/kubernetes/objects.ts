import type { Event, Pod } from '../../../../integrations/kubernetes/objects.ts';
import { event, pod, type Workload, workload } from '../../../../integrations/kubernetes/objects.ts';

/** Digests that differ in their first letters. */
export function digestOf(letter: string): `sha256:${string}` {
  return `sha256:${letter.repeat(64)}`;
}

/** A workload as the API server shows one, parsed as the integration does it. */
export function workloadWith(of: {
  readonly spec?: object;
  readonly status?: object;
  readonly generation?: number;
  readonly metadata?: object;
}): Workload {
  return workload.parse({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'api',
      namespace: 'shop',
      uid: 'u-1',
      resourceVersion: '7',
      generation: of.generation ?? 2,
      creationTimestamp: '2026-11-22T03:00:00Z',
      ...of.metadata,
    },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'api' } },
      template: templateOf('r.example/api:v1'),
      ...of.spec,
    },
    status: { observedGeneration: 2, ...of.status },
  });
}

export function templateOf(image: string, more: object = {}) {
  return {
    metadata: { labels: { app: 'api' } },
    spec: {
      containers: [
        { name: 'api', image, env: [{ name: 'A', value: '1' }] },
        { name: 'proxy', image: 'p:1' },
      ],
      ...more,
    },
  };
}

/** A pod with one container `api`. */
export function podWith(of: {
  readonly name?: string;
  readonly ready?: boolean;
  readonly imageID?: string;
  readonly state?: object;
  readonly lastState?: object;
  readonly restarts?: number;
  readonly status?: object;
  readonly metadata?: object;
}): Pod {
  const ready = of.ready ?? false;
  return pod.parse({
    metadata: {
      name: of.name ?? 'api-1',
      uid: `uid-${of.name ?? 'api-1'}`,
      resourceVersion: '1',
      ...of.metadata,
    },
    spec: {},
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [
        {
          name: 'api',
          ready,
          restartCount: of.restarts ?? 0,
          image: 'r.example/api:v1',
          imageID: of.imageID ?? '',
          state: of.state ?? { running: { startedAt: '2026-11-22T03:00:00Z' } },
          lastState: of.lastState ?? {},
        },
      ],
      ...of.status,
    },
  });
}

export function eventOf(name: string, reason: string, message: string, kind = 'Pod'): Event {
  return event.parse({
    type: 'Warning',
    reason,
    message,
    count: 4,
    lastTimestamp: '2026-11-22T03:00:00Z',
    metadata: {},
    involvedObject: { kind, name },
  });
}
