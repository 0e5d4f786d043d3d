import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.ts';
import type { DemoConfig } from '../support/demo-config.ts';
import { type ActionsServer, actionsServer, WORKFLOW } from '../support/github/actions.ts';
import { type GithubServer, startGithub, TOKEN } from '../support/github/github-server.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { startVercel, VERCEL_TOKEN, type VercelServer } from '../support/vercel/vercel-server.ts';
import { says, type TestPerson, wordsOf } from '../support/workspace.ts';

const EXAMPLE = 'manifests/examples/king-jam.yaml';

const service = z.looseObject({
  environments: z.record(
    z.string(),
    z.looseObject({
      target: z.record(z.string(), z.unknown()),
      verify: z.array(z.looseObject({})).default([]),
    }),
  ),
});
const example = z.looseObject({
  environments: z.record(z.string(), z.looseObject({})),
  services: z.looseObject({ frontend: service, pipeline: service }),
});

describe('King Jam AI: its frontend on Vercel, and its workflow on GitHub Actions', () => {
  let github: GithubServer;
  let vercel: VercelServer;
  let actions: ActionsServer;
  let running: RunningBot;
  let ana: TestPerson;
  let bo: TestPerson;
  const built = new Map<string, string>();

  beforeAll(async () => {
    let url = '';
    actions = actionsServer(() => url);
    [github, vercel] = await Promise.all([startGithub(actions.routes), startVercel('kingjam.app')]);
    url = github.url;
    const files = { '.github/workflows/deploy.yml': WORKFLOW };
    for (const version of ['v1.0.0', 'v1.1.0', 'v1.2.0']) {
      const sha = await github.commit({ title: `Make ${version}`, author: 'ana', files });
      await github.tag(version, sha);
      await github.check(sha, 'test', 'success');
      actions.refs.set(version, sha);
      built.set(version, await vercel.build(sha));
    }
    for (const domain of ['kingjam.app', 'staging.kingjam.app']) {
      vercel.served.set(domain, built.get('v1.0.0') ?? '');
    }
    running = await startBotWithPlayground({ GITHUB_TOKEN: TOKEN, VERCEL_TOKEN }, asTheExampleSays);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
  });
  afterAll(async () => {
    await running?.stop();
    await Promise.all([github.stop(), vercel.stop()]);
  });

  /** The example, with people of the playground, and servers of this machine instead of the world's. */
  function asTheExampleSays(config: DemoConfig): void {
    const { environments, services } = example.parse(parse(readFileSync(EXAMPLE, 'utf8')));
    const { frontend, pipeline } = services;
    for (const environment of Object.values(frontend.environments)) {
      Object.assign(environment.target, { endpoint: vercel.url });
      environment.verify = [];
    }
    const [developers, managers] = ['U0ANA000001', 'U0BO0000001'].map((id) => ({ users: [id] }));
    // The demo's alerts are for the demo's roles.
    delete config.alerts;
    Object.assign(config, {
      environments,
      services: { frontend, pipeline },
      roles: { developers, 'release-managers': managers },
      channels: { '#deploys': { service: 'frontend' } },
      github: { url: github.url },
    });
  }

  it('is an example that is valid', () => {
    expect(loadConfig(readFileSync(EXAMPLE))).toMatchObject({ ok: true });
  });

  it('brings the frontend to staging, then to production once somebody has approved it', async () => {
    const refused = await ana.ask('deploys', '/deploy v1.1.0 production');
    expect(wordsOf(refused)).toContain('has not succeeded in `staging` yet');
    await ana.command('deploys', '/deploy v1.1.0 staging');
    await ana.see('deploys', says('Deploy frontend to staging', 'Done', 'staging.kingjam.app serves'));
    expect(vercel.served.get('staging.kingjam.app')).toBe(built.get('v1.1.0'));
    await ana.command('deploys', '/deploy v1.1.0 production');
    const asked = await ana.see('deploys', says('Deploy frontend to production', 'Waiting for approval'));
    expect(wordsOf(asked)).toContain('*1 commit* by ana');
    expect(wordsOf(asked)).toContain('the one there is green');
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await ana.see(
      'deploys',
      (message) => message.ts === asked.ts && says('Done', 'kingjam.app serves')(message),
    );
    expect(vercel.served.get('kingjam.app')).toBe(built.get('v1.1.0'));
  });

  it('rolls the frontend back', async () => {
    await ana.command('deploys', '/rollback frontend production');
    const asked = await ana.see('deploys', says('Roll back frontend', 'This is a rollback by 1 commit'));
    await bo.click('deploys', asked, 'Approve');
    await ana.see('deploys', (message) => message.ts === asked.ts && says('Done')(message));
    expect(vercel.served.get('kingjam.app')).toBe(built.get('v1.0.0'));
    expect(vercel.changes.at(-1)).toBe(`rollback ${built.get('v1.0.0')}`);
  });

  it('runs the workflow, and follows it job by job', async () => {
    await ana.command('deploys', '/deploy pipeline v1.1.0 staging');
    await ana.see('deploys', says('Deploy pipeline to staging', 'test ✓, deploy 1 of 2 steps'));
    const done = await ana.see('deploys', says('Deploy pipeline to staging', 'Done'));
    expect(actions.serving.get('staging')).toBe('v1.1.0');
    const thread = async () => (await ana.thread('deploys', done.ts)).map(wordsOf).join('\n');
    await expect.poll(thread).toContain('Its run:');
  });

  it.each([
    'answered',
    'lost',
  ])('runs it once, though the bot is killed when its request was %s', async (reply) => {
    const version = reply === 'lost' ? 'v1.2.0' : 'v1.0.0';
    const before = actions.runs.length;
    if (reply === 'lost') {
      const fault = {
        method: 'POST',
        pattern: /dispatches$/,
        times: 1,
        answer: 'drop',
        after: true,
      } as const;
      github.front.faults.push({ ...fault });
    }
    await ana.command('deploys', `/deploy pipeline ${version} staging`);
    await expect.poll(() => actions.runs.length, { timeout: 20_000, interval: 1 }).toBe(before + 1);
    await running.killBot();
    await running.startBot();
    await ana.see(
      'deploys',
      says('Deploy pipeline to staging', `${version}`, 'Done', `Run deploy.yml for ${version}`),
    );
    expect(actions.runs.length).toBe(before + 1);
    expect(actions.serving.get('staging')).toBe(version);
  });
});
