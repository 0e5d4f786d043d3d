/**
 * Kubernetes beside `kubectl`, on a real control plane.
 * @module
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ApiProxy, startApiProxy } from '../support/kubernetes/api-proxy.ts';
import { ApiServer } from '../support/kubernetes/api-server.ts';
import { startControlPlane } from '../support/kubernetes/control-plane.ts';
import { readAccess } from '../support/kubernetes/kubeconfig.ts';
import { installedPrograms } from '../support/kubernetes/programs.ts';
import { temporaryDirectory } from '../support/processes.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { watchOperations } from '../support/watched-operations.ts';
import { quantile, timed } from './figures.ts';

const ROUNDS = 10;
const WARM_UP = 2;
const DEPLOYMENTS = 500;
const OPEN = new Set(['awaiting-approval', 'running']);
const run = promisify(execFile);

/** Rows of the table; one that says what was not measured where there is no cluster or no `kubectl`. */
export async function measureKubernetes(): Promise<readonly string[][]> {
  const programs = installedPrograms();
  if (programs === null) {
    const missing = 'NOT MEASURED: /deploy beside kubectl, /status of 500 Deployments (.ci/setup kubernetes)';
    return [[missing, '–', '–', '–', '–']];
  }
  await using stack = new AsyncDisposableStack();
  const bench = await prepare(stack, path.join(programs.bin, 'kubectl'));
  return [...(await measureDeploys(bench)), ...(await measureStatus(bench))];
}

interface Bench {
  readonly running: RunningBot;
  readonly api: ApiServer;
  readonly proxy: ApiProxy;
  readonly namespace: string;
  readonly kubectl: string;
  /** By digest. */
  readonly images: { readonly old: string; readonly new: string };
}

async function prepare(stack: AsyncDisposableStack, kubectl: string): Promise<Bench> {
  const kubeconfig = await kubeconfigFor(stack);
  const directory = temporaryDirectory();
  stack.defer(() => directory.remove());
  const api = new ApiServer(readAccess(kubeconfig));
  const namespace = `bench-${randomBytes(4).toString('hex')}`;
  await api.create('/api/v1/namespaces', { metadata: { name: namespace } });
  stack.defer(async () => {
    await api.remove(`/api/v1/namespaces/${namespace}`);
    api.close();
  });
  const proxy = await startApiProxy(kubeconfig, directory.path);
  stack.defer(() => proxy.stop());
  let image = '';
  const running = await startBotWithPlayground({ LOG_LEVEL: 'warn' }, (config) => {
    image = String(config.services.api?.image);
    const targetOf = (name: string) => ({
      target: {
        kind: 'kubernetes',
        namespace,
        workload: `deployment/${name}`,
        container: 'app',
        kubeconfig: proxy.kubeconfig,
      },
      verify: [],
    });
    Object.assign(config.services.api?.environments.staging ?? {}, { watch: undefined, migrate: undefined });
    Object.assign(config.services.api?.environments.staging ?? {}, targetOf('api'));
    for (const name of names()) {
      Object.assign(config.services, { [name]: { image, environments: { production: targetOf(name) } } });
    }
  });
  stack.defer(() => running.stop());
  const digests = await Promise.all(['v1.0.0', 'v1.1.0'].map((version) => published(image, version)));
  const [old = '', next = ''] = digests.map((digest) => `${image}@${digest}`);
  return { running, api, proxy, namespace, kubectl, images: { old, new: next } };
}

const names = () => Array.from({ length: DEPLOYMENTS }, (_, number) => `shop-${number}`);

/** The cluster that `SLIPWAY_TEST_KUBECONFIG` names, or a control plane of our own. */
async function kubeconfigFor(stack: AsyncDisposableStack): Promise<string> {
  const given = process.env.SLIPWAY_TEST_KUBECONFIG;
  if (given !== undefined) return given;
  const plane = await startControlPlane();
  stack.defer(() => plane.stop());
  return plane.kubeconfig;
}

/** `/deploy` typed until its operation has ended, beside `kubectl set image && kubectl rollout status`, alternating. */
async function measureDeploys(bench: Bench): Promise<readonly string[][]> {
  const { running, proxy, images } = bench;
  await createDeployments(bench, [{ name: 'api', image: images.old, replicas: 2 }]);
  await using stack = new AsyncDisposableStack();
  const watch = await watchOperations(`${running.directory}/bot`);
  stack.defer(() => watch.close());
  const ana = running.workspace.person('ana');
  const samples = {
    slipway: { ms: [] as number[], calls: [] as number[] },
    kubectl: { ms: [] as number[], calls: [] as number[] },
  };
  const measure = async (who: keyof typeof samples, round: number, work: () => Promise<unknown>) => {
    const before = proxy.calls().length;
    const took = await timed(work);
    if (round < WARM_UP) return;
    samples[who].ms.push(took);
    samples[who].calls.push(proxy.calls().length - before);
  };
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    await measure('slipway', round, async () => {
      await watch.begun(() => ana.command('deploys', '/deploy api v1.1.0 staging'));
      while (OPEN.has((await watch.newest())?.state ?? '')) await delay(2);
    });
    const { state } = (await watch.newest()) ?? { state: 'missing' };
    if (state !== 'succeeded') throw new Error(`the deploy is ${state}`);
    // Slack's messages of the one do not compete with the other.
    await delay(2_000);
    await measure('kubectl', round, () => byHand(bench, images.old));
    await delay(500);
  }
  const { slipway, kubectl } = samples;
  const [ours, theirs] = [quantile(slipway.ms, 0.5), quantile(kubectl.ms, 0.5)];
  return [
    [
      `/deploy to done beside kubectl set image && rollout status, ms (median of ${ROUNDS})`,
      ours.toFixed(0),
      theirs.toFixed(0),
      (ours / theirs).toFixed(2),
      '≤ 1.0',
    ],
    [
      '  calls of the Kubernetes API each',
      String(quantile(slipway.calls, 0.5)),
      String(quantile(kubectl.calls, 0.5)),
      '–',
      '–',
    ],
  ];
}

async function byHand({ kubectl, namespace, proxy }: Bench, image: string): Promise<void> {
  const at = ['--kubeconfig', proxy.kubeconfig, '-n', namespace];
  await run(kubectl, [...at, 'set', 'image', 'deployment/api', `app=${image}`]);
  await run(kubectl, [...at, 'rollout', 'status', 'deployment/api']);
}

async function measureStatus(bench: Bench): Promise<readonly string[][]> {
  const { running, proxy, images } = bench;
  await createDeployments(
    bench,
    names().map((name) => ({ name, image: images.old, replicas: 1 })),
  );
  const ana = running.workspace.person('ana');
  const took: number[] = [];
  let calls = 0;
  for (let round = 0; round < 3; round += 1) {
    const before = proxy.calls().length;
    took.push(await timed(() => ana.ask('deploys', '/status')));
    calls = proxy.calls().length - before;
  }
  const shown = took.map((each) => each.toFixed(0)).join(', ');
  return [
    [`/status of ${DEPLOYMENTS} Deployments, ms (three times)`, shown, '–', '–', '–'],
    ['  calls of the Kubernetes API', String(calls), '–', '–', '–'],
  ];
}

/** Creates them, some at a time, and waits until all are available. */
async function createDeployments(
  { api, namespace }: Bench,
  wanted: readonly { readonly name: string; readonly image: string; readonly replicas: number }[],
): Promise<void> {
  const where = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  for (let at = 0; at < wanted.length; at += 20) {
    await Promise.all(wanted.slice(at, at + 20).map((one) => api.create(where, deployment(one))));
  }
  for (;;) {
    const all = await api.list(where);
    if (all.every(({ spec, status }) => status.availableReplicas === spec.replicas)) return;
    await delay(200);
  }
}

const deployment = (of: { readonly name: string; readonly image: string; readonly replicas: number }) => ({
  metadata: { name: of.name },
  spec: {
    replicas: of.replicas,
    selector: { matchLabels: { app: of.name } },
    template: {
      metadata: { labels: { app: of.name } },
      spec: { containers: [{ name: 'app', image: of.image }] },
    },
  },
});

async function published(image: string, version: string): Promise<string> {
  const [host, ...name] = image.split('/');
  const answer = await fetch(`http://${host}/v2/${name.join('/')}/manifests/${version}`, { method: 'HEAD' });
  return answer.headers.get('docker-content-digest') ?? '';
}
