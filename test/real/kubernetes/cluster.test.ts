/**
 * The cluster that the other suites stand on: what it must do for their words to mean anything.
 */
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ApiServer, type Resource } from '../../support/kubernetes/api-server.ts';
import { eventually, noCluster, useCluster } from '../../support/kubernetes/cluster.ts';
import { machineAddress } from '../../support/kubernetes/control-plane.ts';
import { readAccess } from '../../support/kubernetes/kubeconfig.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const IMAGE = `registry.test/demo/api@${DIGEST}`;

describe.skipIf(noCluster)('the cluster', () => {
  test.each(['Deployment', 'StatefulSet', 'DaemonSet'] as const)('rolls a %s out', async (kind) => {
    const cluster = await useCluster();
    await cluster.deploy({ kind, name: 'api', image: 'registry.test:5000/demo/api:v1', replicas: 2 });
    await cluster.deploy({
      kind,
      name: 'web',
      image: `registry.test:5000/demo/web:v1@${DIGEST}`,
      replicas: 2,
    });
    const pods = await cluster.list('v1', 'pods');
    const web = pods.find(({ metadata }) => metadata.labels?.app === 'web');
    expect(web?.status.containerStatuses[0].imageID).toBe(`registry.test:5000/demo/web@${DIGEST}`);
    const api = pods.find(({ metadata }) => metadata.labels?.app === 'api');
    expect(api?.status.containerStatuses[0].imageID).toMatch(
      /^registry\.test:5000\/demo\/api@sha256:[0-9a-f]{64}$/,
    );
  });

  test.each([
    [BEHAVIOUR.crashLoop, 'CrashLoopBackOff', 'BackOff'],
    [BEHAVIOUR.pullFails, 'ImagePullBackOff', 'Failed'],
    [BEHAVIOUR.neverReady, 'Running', 'Unhealthy'],
  ])('makes pods of one image fail: %s', async (annotation, state, event) => {
    const cluster = await useCluster();
    const annotations = { [annotation]: DIGEST };
    await cluster.deploy({ name: 'other', image: 'registry.test/demo/api:v1', annotations });
    await cluster.begin({ name: 'api', image: IMAGE, annotations });
    const pod = await eventually(async () => {
      const pods = await cluster.list('v1', 'pods');
      return pods.find(({ metadata, status }) => metadata.labels?.app === 'api' && stateOf(status) === state);
    });
    expect(pod.status.containerStatuses[0].ready).toBe(false);
    await eventually(async () => {
      const events = await cluster.list('v1', 'events');
      return events.find(
        ({ reason, involvedObject }) => reason === event && involvedObject.name === pod.metadata.name,
      );
    });
  });

  test('leaves a pod unscheduled that fits nowhere, and says so', async () => {
    const cluster = await useCluster();
    const container = { resources: { requests: { cpu: '1000' } } };
    await cluster.begin({ name: 'api', image: IMAGE, container });
    await eventually(async () => {
      const events = await cluster.list('v1', 'events');
      return events.find(({ reason }) => reason === 'FailedScheduling');
    });
  });

  test.each([
    ['Complete', {}],
    ['Failed', { [BEHAVIOUR.crashLoop]: '' }],
  ])('runs a Job to its end: %s', async (condition, annotations) => {
    const cluster = await useCluster();
    const pod = { restartPolicy: 'Never', containers: [{ name: 'migrate', image: IMAGE }] };
    const spec = { backoffLimit: 0, template: { metadata: { annotations }, spec: pod } };
    await cluster.create('batch/v1', 'jobs', { metadata: { name: 'migrate' }, spec });
    await eventually(async () => {
      const { status } = await cluster.get('batch/v1', 'jobs', 'migrate');
      return status.conditions?.find(({ type }: { type: string }) => type === condition);
    });
  });

  test('serves the logs of containers', async () => {
    const cluster = await useCluster();
    await cluster.deploy({ name: 'api', image: IMAGE });
    await cluster.logs(['one', 'two', 'three']);
    const [pod] = await cluster.list('v1', 'pods');
    const where = `${cluster.path('v1', 'pods', pod?.metadata.name)}/log?container=app&tailLines=2`;
    await eventually(async () => {
      const { status, text } = await cluster.api.request('GET', where);
      return status === 200 && text === 'two\nthree\n';
    });
  });

  test('lets calls through to a pod by the pod proxy', async () => {
    const cluster = await useCluster();
    const server = createServer((request, response) => response.end(`you asked ${request.url}`));
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, machineAddress(), () => resolve()));
    const address = server.address();
    const containerPort = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const annotations = { [BEHAVIOUR.podIp]: machineAddress() };
    await cluster.deploy({
      name: 'api',
      image: IMAGE,
      annotations,
      container: { ports: [{ containerPort }] },
    });
    const [pod] = await cluster.list('v1', 'pods');
    const where = `${cluster.path('v1', 'pods', `${pod?.metadata.name}:${containerPort}`)}/proxy/health`;
    expect(await cluster.api.request('GET', where)).toEqual({ status: 200, text: 'you asked /health' });
  });

  test.each([
    ['networking.istio.io/v1', 'virtualservices', 'VirtualService', { hosts: ['api'] }],
    ['gateway.networking.k8s.io/v1', 'httproutes', 'HTTPRoute', { hostnames: ['api.test'] }],
    ['velero.io/v1', 'backups', 'Backup', {}],
    ['velero.io/v1', 'restores', 'Restore', { backupName: 'a' }],
  ])('knows the kinds of %s: %s', async (apiVersion, resource, kind, spec) => {
    const cluster = await useCluster();
    await cluster.create(apiVersion, resource, { apiVersion, kind, metadata: { name: 'a' }, spec });
    expect(await cluster.get(apiVersion, resource, 'a')).toMatchObject({ spec });
  });

  test('runs Argo Rollouts: a canary pauses where its steps say so, and goes on when it is promoted', async () => {
    const cluster = await useCluster();
    const rollout = cluster.path('argoproj.io/v1alpha1', 'rollouts', 'api');
    await cluster.create('argoproj.io/v1alpha1', 'rollouts', rolloutManifest(`registry.test/demo/api:v1`));
    await eventually(async () => (await cluster.api.get(rollout)).status?.phase === 'Healthy');
    const [container] = (await cluster.api.get(rollout)).spec.template.spec.containers;
    const containers = [{ ...container, image: IMAGE }];
    await cluster.api.merge(rollout, { spec: { template: { spec: { containers } } } });
    await eventually(async () => (await cluster.api.get(rollout)).status?.phase === 'Paused');
    const images = (await cluster.list('v1', 'pods')).map(({ spec }) => spec.containers[0].image);
    expect(images.toSorted()).toEqual(['registry.test/demo/api:v1', IMAGE]);
    await cluster.api.merge(`${rollout}/status`, { status: { pauseConditions: null } });
    await eventually(async () => (await cluster.api.get(rollout)).status?.phase === 'Healthy');
  });

  test('refuses an account what its role does not name', async () => {
    const cluster = await useCluster();
    const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }];
    const api = new ApiServer(readAccess(await cluster.account('bot', rules)));
    onTestFinished(() => api.close());
    await cluster.deploy({ name: 'api', image: IMAGE });
    expect(await api.get(cluster.path('apps/v1', 'deployments', 'api'))).toMatchObject({
      kind: 'Deployment',
    });
    const { status, text } = await api.request('GET', cluster.path('v1', 'pods'));
    expect([status, text]).toEqual([403, expect.stringContaining('cannot list resource \\"pods\\"')]);
  });
});

const rolloutManifest = (image: string) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'api' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'api' } },
    strategy: { canary: { maxSurge: 1, maxUnavailable: 0, steps: [{ setWeight: 50 }, { pause: {} }] } },
    template: { metadata: { labels: { app: 'api' } }, spec: { containers: [{ name: 'app', image }] } },
  },
});

function stateOf(status: Resource['status']): string {
  return status.containerStatuses?.[0].state.waiting?.reason ?? status.phase;
}
