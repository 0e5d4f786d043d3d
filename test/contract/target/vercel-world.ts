import { setTimeout as delay } from 'node:timers/promises';
import { createCodeHosts } from '../../../integrations/code-hosts.ts';
import { createTargets } from '../../../integrations/kinds.ts';
import type { DeployTarget } from '../../../integrations/target.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { OWNER, REPO, startGithub, TOKEN } from '../../support/github/github-server.ts';
import { PROJECT, startVercel, VERCEL_TOKEN, type VercelServer } from '../../support/vercel/vercel-server.ts';
import type { TargetWorld } from './world.ts';

export const DOMAIN = 'kingjam.app';

export interface VercelWorld extends TargetWorld {
  readonly vercel: VercelServer;
  /** Deployments by version. */
  readonly built: ReadonlyMap<string, string>;
}

/** A project whose domain serves v1.0.0, with more deployments that Vercel has built. */
export async function makeVercelWorld(assign: 'promote' | 'alias'): Promise<VercelWorld> {
  const [github, vercel] = await Promise.all([startGithub(), startVercel(DOMAIN)]);
  const built = new Map<string, string>();
  for (const version of ['v1.0.0', 'v1.3.0-broken', 'v1.1.0', 'v1.2.0']) {
    const sha = await github.commit({ title: `Make ${version}`, author: 'ana' });
    await github.tag(version, sha);
    built.set(version, await vercel.build(sha, { broken: version.endsWith('broken') }));
  }
  vercel.served.set(DOMAIN, built.get('v1.0.0') ?? '');
  const target = () => connect({ github: github.url, vercel: vercel.url, assign });
  const digestOf = async (id: string | undefined) => {
    const artifact = await target().resolve(id ?? '');
    return artifact.ok ? artifact.value.digest : null;
  };
  return {
    vercel,
    built,
    versions: {
      running: 'v1.0.0',
      good: 'v1.1.0',
      broken: { version: 'v1.3.0-broken', reason: /Command "npm run build" exited with 1/ },
      unknown: { version: 'v1.1.00', nearest: 'v1.1.0' },
    },
    connect: target,
    servingDigest: () => digestOf(vercel.served.get(DOMAIN)),
    split: async () => vercel.served.get(DOMAIN) ?? null,
    changes: () => vercel.changes.length,
    loseNextReply: () => {
      vercel.front.faults.push({
        method: 'POST',
        pattern: /promote|rollback|aliases/,
        times: 1,
        answer: 'drop',
        after: true,
      });
    },
    denyChanges: () => {
      vercel.denied = true;
      vercel.front.faults.push({
        method: 'GET',
        pattern: /^\/v7/,
        times: 1_000,
        answer: { status: 403, body: {} },
      });
    },
    changeBehindOurBack: async () => {
      await delay(60);
      vercel.served.set(DOMAIN, built.get('v1.2.0') ?? '');
    },
    stop: async () => {
      await Promise.all([github.stop(), vercel.stop()]);
    },
  };
}

function connect(at: {
  readonly github: string;
  readonly vercel: string;
  readonly assign: 'promote' | 'alias';
}): DeployTarget {
  const config = configSchema.parse({
    github: { url: at.github },
    environments: { production: {} },
    services: {
      frontend: {
        repository: `${OWNER}/${REPO}`,
        environments: {
          production: {
            target: {
              kind: 'vercel',
              project: PROJECT,
              domain: DOMAIN,
              assign: at.assign,
              endpoint: at.vercel,
            },
          },
        },
      },
    },
  });
  const repositories = createCodeHosts(config, { githubToken: TOKEN, githubAppKey: null });
  const target = createTargets(config, { repositories, vercelToken: VERCEL_TOKEN }).get(
    'frontend/production',
  );
  if (target === undefined) throw new Error('the config has no frontend in production');
  return target;
}
