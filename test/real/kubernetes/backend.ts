import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTargets } from '../../../integrations/kinds.ts';
import type { DeployTarget } from '../../../integrations/target.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { startDemoCloud } from '../../../src/playground/cloud/demo-cloud.ts';
import { type ApiProxy, startApiProxy } from '../../support/kubernetes/api-proxy.ts';
import { type Cluster, useCluster } from '../../support/kubernetes/cluster.ts';
import { grantedRules, withoutChanges } from '../../support/kubernetes/granted.ts';
import { publishedDigest } from './target-world.ts';

/** A namespace of its own, a registry with versions, and the bot's account under RBAC before it. */
export interface Backend {
  readonly cluster: Cluster;
  readonly proxy: ApiProxy;
  /** Where the versions are published: `127.0.0.1:1234/demo/api`. */
  readonly image: string;
  digestOf(version: string): Promise<string>;
  /** The image of a version, by digest. */
  imageOf(version: string): Promise<string>;
  /** The target, as a process that has just started would make it; closed with the backend. */
  connect(): DeployTarget;
  denyChanges(): void;
  stop(): Promise<void>;
}

/** `target` is what its config says beside kind, namespace and kubeconfig; `more` stands beside the target. */
export async function startBackend(of: {
  /** The directories under manifests/kubernetes/targets whose roles the bot has. */
  readonly roles: readonly string[];
  readonly target: object;
  readonly more?: object;
}): Promise<Backend> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-registry-'));
  const cloud = await startDemoCloud({ dataDir: directory });
  const image = `${new URL(cloud.registryUrl).host}/demo/api`;
  const cluster = await useCluster();
  const granted = grantedRules(...of.roles);
  const bot = await cluster.account('bot', granted);
  const reader = await cluster.account('reader', withoutChanges(granted));
  const proxy = await startApiProxy(bot, directory);
  const connected: DeployTarget[] = [];
  const digestOf = (version: string) => publishedDigest(cloud.registryUrl, version);
  const place = { kind: 'kubernetes', namespace: cluster.namespace, kubeconfig: proxy.kubeconfig };
  return {
    cluster,
    proxy,
    image,
    digestOf,
    imageOf: async (version) => `${image}@${await digestOf(version)}`,
    connect() {
      const target = connect(image, { ...of.more, target: { ...place, container: 'app', ...of.target } });
      connected.push(target);
      return target;
    },
    denyChanges: () => proxy.becomes(reader),
    async stop() {
      await Promise.all(connected.map((one) => one.close()));
      await proxy.stop();
      await cloud.stop();
      await rm(directory, { recursive: true });
    },
  };
}

function connect(image: string, production: object): DeployTarget {
  const config = configSchema.parse({
    environments: { production: {} },
    services: { api: { image, environments: { production } } },
  });
  const target = createTargets(config).get('api/production');
  if (target === undefined) throw new Error('the config has no such target');
  return target;
}
