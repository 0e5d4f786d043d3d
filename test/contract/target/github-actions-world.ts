import { setTimeout as delay } from 'node:timers/promises';
import { createCodeHosts } from '../../../integrations/code-hosts.ts';
import { createTargets } from '../../../integrations/kinds.ts';
import type { DeployTarget } from '../../../integrations/target.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { type ActionsServer, actionsServer, WORKFLOW } from '../../support/github/actions.ts';
import { type GithubServer, OWNER, REPO, startGithub, TOKEN } from '../../support/github/github-server.ts';
import type { TargetWorld } from './world.ts';

export interface ActionsWorld extends TargetWorld {
  readonly actions: ActionsServer;
  readonly github: GithubServer;
}

/** A workflow that deploys to production, on a GitHub of its own; v1.0.0 was shipped by it. */
export async function makeActionsWorld(more: object = {}): Promise<ActionsWorld> {
  let url = '';
  const actions = actionsServer(() => url);
  const github = await startGithub(actions.routes);
  url = github.url;
  const files = { '.github/workflows/deploy.yml': WORKFLOW };
  const shas = new Map<string, string>();
  for (const version of ['v1.0.0', 'v1.1.0', 'v1.3.0-broken']) {
    const sha = await github.commit({ title: `Make ${version}`, author: 'ana', files });
    await github.tag(version, sha);
    shas.set(version, sha);
    actions.refs.set(version, sha).set('main', sha);
  }
  actions.broken.add('v1.3.0-broken');
  const target = () => connect(github.url, more);
  const marker = `slipway:api/production:op-0/run-workflow:${shas.get('v1.0.0')}:v1.0.0`;
  actions.runByHand({ environment: 'production', version: 'v1.0.0', slipway: marker });
  await delay(80);
  const begun = actions.runs.length;
  const digestOf = async (version: string) => {
    const artifact = await target().resolve(version);
    return artifact.ok ? artifact.value.digest : null;
  };
  return {
    actions,
    github,
    versions: {
      running: 'v1.0.0',
      good: 'v1.1.0',
      broken: { version: 'v1.3.0-broken', reason: /test ✓, deploy ✗ \(failure\)/ },
      unknown: { version: 'v1.1.00', nearest: 'v1.1.0' },
    },
    connect: target,
    servingDigest: async () => digestOf(actions.serving.get('production') ?? ''),
    split: async () => actions.serving.get('production') ?? null,
    changes: () => actions.runs.length - begun,
    loseNextReply: () => {
      github.front.faults.push({
        method: 'POST',
        pattern: /dispatches$/,
        times: 1,
        answer: 'drop',
        after: true,
      });
    },
    denyChanges: () => {
      actions.denied = true;
    },
    changeBehindOurBack: async () => {
      actions.runByHand({ environment: 'production', version: 'somebody’s' });
      await delay(80);
    },
    stop: () => github.stop(),
  };
}

function connect(url: string, more: object): DeployTarget {
  const config = configSchema.parse({
    github: { url },
    environments: { production: {} },
    services: {
      api: {
        repository: `${OWNER}/${REPO}`,
        environments: {
          production: {
            target: {
              kind: 'github-actions',
              workflow: 'deploy.yml',
              inputs: { environment: '{environment}', version: '{version}' },
              ...more,
            },
          },
        },
      },
    },
  });
  const repositories = createCodeHosts(config, { githubToken: TOKEN, githubAppKey: null });
  const target = createTargets(config, { repositories }).get('api/production');
  if (target === undefined) throw new Error('the config has no api in production');
  return target;
}
