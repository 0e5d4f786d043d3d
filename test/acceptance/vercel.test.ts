import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoConfig } from '../support/demo-config.ts';
import { quick } from '../support/demo-config.ts';
import { type GithubServer, OWNER, REPO, startGithub, TOKEN } from '../support/github/github-server.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { PROJECT, startVercel, VERCEL_TOKEN, type VercelServer } from '../support/vercel/vercel-server.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../support/workspace.ts';

const DOMAIN = 'kingjam.app';

describe('a frontend on Vercel', () => {
  let github: GithubServer;
  let vercel: VercelServer;
  let running: RunningBot;
  let ana: TestPerson;
  let bo: TestPerson;
  const built = new Map<string, string>();

  beforeAll(async () => {
    [github, vercel] = await Promise.all([startGithub(), startVercel(DOMAIN)]);
    for (const version of ['v1.0.0', 'v1.1.0', 'v1.2.0-broken']) {
      const sha = await github.commit({ title: `Make ${version}`, author: 'ana' });
      await github.tag(version, sha);
      built.set(version, await vercel.build(sha, { broken: version.endsWith('broken') }));
    }
    vercel.served.set(DOMAIN, built.get('v1.0.0') ?? '');
    const tokens = { GITHUB_TOKEN: TOKEN, VERCEL_TOKEN };
    running = await startBotWithPlayground(tokens, withVercel);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
  });
  afterAll(async () => {
    await running?.stop();
    await Promise.all([github.stop(), vercel.stop()]);
  });

  function withVercel(config: DemoConfig): void {
    quick(config);
    const { frontend } = config.services;
    if (frontend === undefined) throw new Error('the demo has no frontend');
    config.github = { url: github.url };
    const target = { kind: 'vercel', project: PROJECT, domain: DOMAIN, endpoint: vercel.url };
    Object.assign(frontend, { repository: `${OWNER}/${REPO}`, environments: { production: { target } } });
  }

  /** Approves what is asked for there, and waits for its end. */
  async function approved(asked: SeenMessage, end: string): Promise<SeenMessage> {
    await bo.react('deploys', asked.ts, 'white_check_mark');
    return ana.see('deploys', (message) => message.ts === asked.ts && says(end)(message));
  }

  it('is deployed by promoting what Vercel has built of the version, once it is approved', async () => {
    await ana.command('deploys', '/deploy frontend v1.1.0 production');
    const asked = await ana.see('deploys', says('Deploy frontend to production', '*1 commit* by ana'));
    expect(vercel.changes).toEqual([]);
    const done = await approved(asked, 'Done');
    expect(wordsOf(done)).toContain(DOMAIN);
    expect(vercel.changes).toEqual([`promote ${built.get('v1.1.0')}`]);
    expect(vercel.served.get(DOMAIN)).toBe(built.get('v1.1.0'));
  });

  it('shows in /status what it serves', async () => {
    const status = await ana.ask('deploys', '/status frontend');
    expect(wordsOf(status)).toContain('v1.1.0');
  });

  it('goes nowhere with a build that failed', async () => {
    await ana.command('deploys', '/deploy frontend v1.2.0-broken production');
    const asked = await ana.see('deploys', says('Deploy frontend to production', 'v1.2.0-broken'));
    const failed = await approved(asked, 'Failed');
    expect(wordsOf(failed)).toContain('exited with 1');
    expect(vercel.served.get(DOMAIN)).toBe(built.get('v1.1.0'));
  });

  it('goes back by Vercel’s own rollback, and says by how many commits', async () => {
    await ana.command('deploys', '/rollback frontend production');
    const asked = await ana.see('deploys', says('Roll back frontend', 'This is a rollback by 1 commit'));
    await approved(asked, 'Done');
    expect(vercel.changes.at(-1)).toBe(`rollback ${built.get('v1.0.0')}`);
    expect(vercel.served.get(DOMAIN)).toBe(built.get('v1.0.0'));
  });
});
