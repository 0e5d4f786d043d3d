/**
 * What else people type about a target on Kubernetes: with one bot, whose staging is a Deployment that is migrated and
 * scaled by an autoscaler, and whose production is a StatefulSet.
 */
import { describe, expect, test } from 'vitest';
import { type Cluster, eventually, noCluster } from '../../support/kubernetes/cluster.ts';
import { says, wordsOf } from '../../support/workspace.ts';
import { type BotOnCluster, botOnCluster } from './bot-on-cluster.ts';

const SET = 'api-set';
const AUTOSCALERS = ['autoscaling/v2', 'horizontalpodautoscalers'] as const;

function bot(): Promise<BotOnCluster> {
  return botOnCluster({
    roles: ['statefulset'],
    target: (environment) => (environment === 'production' ? { workload: `statefulset/${SET}` } : {}),
    more: (environment) => (environment === 'staging' ? { migrate: { job: 'migrate' } } : {}),
    prepare: async (cluster, image) => {
      await cluster.deploy({ kind: 'StatefulSet', name: SET, image, replicas: 2 });
      await cluster.create('batch/v1', 'cronjobs', migration(image));
      await cluster.create(...AUTOSCALERS, autoscaler());
    },
  });
}

const migration = (image: string) => ({
  metadata: { name: 'migrate' },
  spec: {
    schedule: '0 0 31 2 *',
    suspend: true,
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image }] } } },
    },
  },
});

const autoscaler = () => ({
  metadata: { name: 'api-hpa' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api-staging' },
    minReplicas: 2,
    maxReplicas: 20,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
  },
});

/** What a metrics server would have the autoscaler's controller write, which has none here. */
const measured = (cluster: Cluster) =>
  cluster.api.merge(`${cluster.path(...AUTOSCALERS, 'api-hpa')}/status`, {
    status: {
      currentReplicas: 2,
      desiredReplicas: 2,
      currentMetrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', current: { averageUtilization: 41, averageValue: '41m' } },
        },
      ],
      conditions: [],
    },
  });

const imageIn = ({ spec }: Awaited<ReturnType<Cluster['get']>>) =>
  String(spec.template.spec.containers[0].image);

describe.skipIf(noCluster)('typed in Slack, about workloads of every kind', () => {
  test('/deploy with a migration, /rollback to a revision, /status of autoscaler and troubles, a StatefulSet', async () => {
    const shop = await bot();
    await migrates(shop);
    await rollsBackToRevision(shop);
    await showsAutoscaler(shop);
    await showsTroubles(shop);
    await deploysStatefulSet(shop);
  });
});

async function migrates({ ana, watch, cluster, workload, digestOf }: BotOnCluster): Promise<void> {
  const id = await watch.begun(() => ana.command('deploys', '/deploy api v1.1.0 staging'));
  await watch.until('succeeded');
  await ana.see('deploys', says(id, 'Done'));
  expect((await watch.newest())?.steps[0]).toContain('migrate succeeded');
  const jobs = await cluster.list('batch/v1', 'jobs');
  expect(jobs.map(imageIn)).toEqual([expect.stringContaining(await digestOf('v1.1.0'))]);
  expect(jobs[0]?.status.succeeded).toBe(1);
  expect(imageIn(await workload('staging'))).toContain(await digestOf('v1.1.0'));
}

async function rollsBackToRevision({ ana, watch, workload, digestOf }: BotOnCluster): Promise<void> {
  const next = await watch.begun(() => ana.command('deploys', '/deploy api v1.2.0 staging'));
  await watch.until('succeeded');
  await ana.see('deploys', says(next, 'Done'));
  const id = await watch.begun(() => ana.command('deploys', '/rollback api staging to 1'));
  await watch.until('succeeded');
  expect(wordsOf(await ana.see('deploys', says(id, 'Done')))).toContain('v1.0.0');
  expect(imageIn(await workload('staging'))).toContain(await digestOf('v1.0.0'));
}

/** The controller writes its own, without a metric, every 15 s. */
async function showsAutoscaler({ ana, cluster }: BotOnCluster): Promise<void> {
  await eventually(async () => {
    await measured(cluster);
    const status = wordsOf(await ana.ask('deploys', '/status api staging'));
    return status.includes('HPA api-hpa: 2 pods of 2–20; cpu 41 % of 70 %');
  });
}

async function showsTroubles({ ana, cluster, workload, digestOf }: BotOnCluster): Promise<void> {
  const [name] = imageIn(await workload('staging')).split('@');
  const broken = `${name}@${await digestOf('v1.3.0-broken')}`;
  const path = cluster.path('apps/v1', 'deployments', 'api-staging');
  await cluster.api.patch(path, {
    spec: { template: { spec: { containers: [{ name: 'app', image: broken }] } } },
  });
  await eventually(async () => {
    const status = wordsOf(await ana.ask('deploys', '/status api staging'));
    return (
      /api-staging-\w+-\w+: CrashLoopBackOff: app exited with 1/.test(status) &&
      /ago: BackOff api-staging-/.test(status)
    );
  });
}

async function deploysStatefulSet({ ana, bo, watch, cluster, digestOf }: BotOnCluster): Promise<void> {
  const id = await watch.begun(() => ana.command('deploys', '/deploy api v1.1.0 production'));
  const asked = await ana.see('deploys', (message) => !message.is_ephemeral && says(id)(message));
  await bo.react('deploys', asked.ts, 'white_check_mark');
  await watch.until('succeeded');
  expect(wordsOf(await ana.see('deploys', says(id, 'Done')))).toMatch(/All 2 pods run \w{12}/);
  expect(imageIn(await cluster.get('apps/v1', 'statefulsets', SET))).toContain(await digestOf('v1.1.0'));
}
