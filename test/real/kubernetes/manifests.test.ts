/**
 * manifests/kubernetes, as an operator applies it: the API server's own admission, roles and controllers judge it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { documentedShell } from '../../support/documentation.ts';
import { ApiServer } from '../../support/kubernetes/api-server.ts';
import {
  type Cluster,
  eventually,
  noCluster,
  openNamespace,
  type Rule,
} from '../../support/kubernetes/cluster.ts';
import { grantedRules, rightsIn } from '../../support/kubernetes/granted.ts';
import { readAccess } from '../../support/kubernetes/kubeconfig.ts';
import { installedPrograms } from '../../support/kubernetes/programs.ts';
import { temporaryDirectory } from '../../support/processes.ts';

const EXAMPLE = path.join(import.meta.dirname, '../../../manifests/kubernetes/example');
const BOT = 'slipway';
const TARGET = 'tech-assist';

describe.skipIf(noCluster)('manifests/kubernetes', () => {
  const scratch = temporaryDirectory();
  /** The namespaces that this test has made: it deletes no others. */
  const made: string[] = [];
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await openNamespace();
    for (const name of [BOT, TARGET]) {
      const where = `/api/v1/namespaces/${name}`;
      if ((await cluster.api.find(where)) !== null) throw new Error(occupied(name));
    }
    made.push(...[BOT, TARGET].map((name) => `/api/v1/namespaces/${name}`));
    for (const lines of documentedShell('manifests/kubernetes/README.md', 'kubernetes')) run(lines);
  });

  afterAll(async () => {
    for (const where of made) await cluster.api.remove(where);
    for (const where of made) await eventually(async () => (await cluster.api.find(where)) === null);
    await cluster?.close();
    scratch.remove();
  });

  /** As somebody types it who has this kubectl and this cluster. */
  const run = (lines: string) =>
    execFileSync('bash', ['-euc', lines], {
      env: {
        PATH: `${installedPrograms()?.bin ?? ''}:${process.env.PATH ?? ''}`,
        KUBECONFIG: cluster.kubeconfig,
        HOME: scratch.path,
      },
      encoding: 'utf8',
    });

  test('both replicas stand up where only restricted pods may, and one may be moved away at a time', async () => {
    const namespace = await cluster.api.get(`/api/v1/namespaces/${BOT}`);
    expect(namespace.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    await eventually(async () => (await inBot('apps/v1', 'deployments')).status?.availableReplicas === 2);
    await eventually(
      async () => (await inBot('policy/v1', 'poddisruptionbudgets')).status?.disruptionsAllowed === 1,
    );
    const { items } = await cluster.api.get(`/apis/discovery.k8s.io/v1/namespaces/${BOT}/endpointslices`);
    expect(items[0].endpoints).toHaveLength(2);
  });

  test('a server-side dry run takes every object of them, and changes none', async () => {
    const before = await inBot('apps/v1', 'deployments');
    const said = run(`kubectl apply --server-side --dry-run=server -k ${EXAMPLE}`).trim().split('\n');
    const objects = run(`kubectl kustomize ${EXAMPLE}`).match(/^kind: /gm) ?? [];
    expect(objects.length).toBeGreaterThan(10);
    expect(said.filter((line) => line.endsWith('serverside-applied (server dry run)'))).toHaveLength(
      objects.length,
    );
    expect((await inBot('apps/v1', 'deployments')).metadata.generation).toBe(before.metadata.generation);
  });

  test('Prometheus finds the bot, and the rules are ones that its operator takes', async () => {
    const service = await inBot('v1', 'services');
    const monitor = await inBot('monitoring.coreos.com/v1', 'servicemonitors');
    expect(service.metadata.labels).toMatchObject(monitor.spec.selector.matchLabels);
    const rules = await inBot('monitoring.coreos.com/v1', 'prometheusrules');
    expect(rules.spec.groups[0].rules.length).toBeGreaterThan(0);
  });

  test('the config of the example is one that the bot starts with', () => {
    const read = loadConfig(readFileSync(path.join(EXAMPLE, 'slipway.yaml')));
    expect(read).toMatchObject({ ok: true });
  });

  test('the account may do in its target what the roles say, and nothing else anywhere', async () => {
    const bot = await accountApi(BOT, BOT);
    const granted = rightsIn(grantedRules('deployment', 'migration'));
    const everybody = rightsIn(await rulesOf(await accountApi('default', 'default'), TARGET));
    const own = (rights: readonly string[]) => rights.filter((right) => !everybody.includes(right));
    expect(own(rightsIn(await rulesOf(bot, TARGET)))).toEqual(granted);
    for (const elsewhere of [BOT, 'default', 'kube-system']) {
      expect(own(rightsIn(await rulesOf(bot, elsewhere))), elsewhere).toEqual([]);
    }
  });

  test.each([
    ['GET', `/api/v1/namespaces/${TARGET}/secrets`, 403],
    ['GET', `/apis/apps/v1/namespaces/${BOT}/deployments/slipway`, 403],
    ['GET', '/api/v1/pods', 403],
    ['GET', `/api/v1/namespaces/${TARGET}/pods`, 200],
    ['DELETE', `/apis/apps/v1/namespaces/${TARGET}/deployments/tech-assist`, 403],
    ['PATCH', `/apis/apps/v1/namespaces/${TARGET}/deployments/tech-assist`, 404],
  ])('the account is answered %s %s with %d', async (method, where, status) => {
    const bot = await accountApi(BOT, BOT);
    const patch = method === 'PATCH' ? '{}' : undefined;
    expect((await bot.request(method, where, patch, 'application/merge-patch+json')).status).toBe(status);
  });

  function inBot(version: string, resource: string) {
    const root = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
    return cluster.api.get(`${root}/namespaces/${BOT}/${resource}/slipway`);
  }

  async function accountApi(name: string, namespace: string): Promise<ApiServer> {
    const api = new ApiServer(readAccess(await cluster.kubeconfigOf(name, namespace)));
    onTestFinished(() => api.close());
    return api;
  }
});

function occupied(name: string): string {
  return `The cluster has a namespace ${name} already: this test applies the example there and deletes it afterwards. It was left alone; name another cluster by SLIPWAY_TEST_KUBECONFIG.`;
}

async function rulesOf(api: ApiServer, namespace: string): Promise<readonly Rule[]> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  };
  const { status } = await api.create('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', review);
  return status.resourceRules;
}
