import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoConfig } from '../support/demo-config.ts';
import { quick } from '../support/demo-config.ts';
import { type GithubServer, OWNER, REPO, startGithub, TOKEN } from '../support/github/github-server.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { says, type TestPerson, wordsOf } from '../support/workspace.ts';

const HOSTILE = '<!channel> *Fix* `it` <@U0BO> (#7)';

describe('GitHub behind the versions of a service', () => {
  let github: GithubServer;
  let running: RunningBot;
  let ana: TestPerson;
  let bo: TestPerson;
  let chen: TestPerson;
  const shas: Record<string, string> = {};

  beforeAll(async () => {
    github = await startGithub();
    shas['v1.0.0'] = await github.commit({ title: 'Begin', author: 'ana' });
    shas['v1.1.0'] = await github.commit({
      // In ana's name, by bo, who opened and merged its pull request.
      title: HOSTILE,
      author: 'ana',
      unsigned: true,
      files: { 'db/migrate/7.sql': 'x' },
    });
    shas['v1.2.0'] = await github.commit({ title: 'Faster (#8)', author: 'mallory' });
    shas['v1.5.0-slow'] = await github.commit({ title: 'Slower', author: 'ana', unsigned: true });
    github.pulls.push({ number: 7, openedBy: 'bo', mergedBy: 'bo', commits: [shas['v1.1.0']] });
    for (const [tag, sha] of Object.entries(shas)) await github.tag(tag, sha);
    running = await startBotWithPlayground({ GITHUB_TOKEN: TOKEN }, withGithub);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
    chen = running.workspace.person('chen');
  });
  afterAll(async () => {
    await running?.stop();
    await github.stop();
  });

  function withGithub(config: DemoConfig): void {
    quick(config);
    const { api } = config.services;
    if (api?.environments.production === undefined) throw new Error('the demo has api in production');
    config.github = { url: github.url, people: { mallory: 'nobody' } };
    Object.assign(api, { repository: `${OWNER}/${REPO}`, migrations: ['db/migrate/**'] });
    const approval = { ...config.environments.production?.approval, required: 1, barAuthors: true };
    Object.assign(api.environments.production, { checks: ['build'], approval });
  }

  it('refuses what has failed checks, and what nobody knows', async () => {
    await github.check(shas['v1.2.0'] ?? '', 'build', 'failure');
    const refused = await ana.ask('deploys', '/deploy api v1.2.0 production');
    expect(wordsOf(refused)).toContain('not green: `build`');
    const unknown = await ana.ask('deploys', '/deploy api v1.1.9 production');
    expect(wordsOf(unknown)).toContain('v1.1.0');
  });

  it('shows what is shipped, waits for checks and approval together, and begins by itself', async () => {
    await github.check(shas['v1.1.0'] ?? '', 'build', null);
    await ana.command('deploys', '/deploy api v1.1.0 production');
    const asked = await ana.see(
      'deploys',
      says('Deploy api to production', 'Checks still running:* `build`'),
    );
    const text = wordsOf(asked);
    expect(text).toContain('*1 commit* by ana (#7)');
    expect(text).toContain('Migrations are touched:* `db/migrate/7.sql`');
    expect(text).not.toContain('<!channel>');
    expect(text).toContain('&lt;!channel&gt;');
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await bo.see(
      'deploys',
      (message) => message.is_ephemeral === true && says('You wrote or merged some')(message),
    );
    await chen.react('deploys', asked.ts, 'white_check_mark');
    await ana.see('deploys', (message) => message.ts === asked.ts && says('Approvals: 1 of 1')(message));
    expect(await running.workspace.serving('api', 'production')).toMatchObject({ version: 'v1.0.0' });
    await github.check(shas['v1.1.0'] ?? '', 'build', 'success');
    await ana.see('deploys', (message) => message.ts === asked.ts && says('Done')(message));
    expect(await running.workspace.serving('api', 'production')).toMatchObject({ version: 'v1.1.0' });
    const thread = (await ana.thread('deploys', asked.ts)).map(wordsOf).join('\n');
    expect(thread).toContain('It brings 1 commit');
  });

  it('says by how many commits a rollback goes back, and asks for no checks', async () => {
    await ana.command('deploys', '/rollback api production to v1.0.0');
    const asked = await ana.see('deploys', says('Roll back api', 'This is a rollback by 1 commit'));
    await chen.react('deploys', asked.ts, 'white_check_mark');
    await ana.see('deploys', (message) => message.ts === asked.ts && says('Done')(message));
  });

  it('asks one more where nobody vouches for who wrote a commit, and says so', async () => {
    await github.check(shas['v1.5.0-slow'] ?? '', 'build', 'success');
    await ana.command('deploys', '/deploy api v1.5.0-slow production');
    const asked = await ana.see('deploys', says('v1.5.0-slow', 'Approvals: 0 of 2'));
    expect(wordsOf(asked)).toContain('The author of 1 commit is not proven');
    await chen.react('deploys', asked.ts, 'white_check_mark');
    await ana.see('deploys', (message) => message.ts === asked.ts && says('Approvals: 1 of 2')(message));
    await ana.click('deploys', asked, 'Cancel');
    await ana.see('deploys', (message) => message.ts === asked.ts && says('Cancelled')(message));
  });

  it('lets an emergency past checks that failed, and says so loudly', async () => {
    await bo.command('deploys', '/deploy api v1.2.0 production --emergency "all is down"');
    const loud = await bo.see('incidents', says('Emergency', 'The checks were skipped', '`build`'));
    expect(wordsOf(loud)).toContain('all is down');
    await bo.see('deploys', says('v1.2.0', 'The checks were skipped', 'Done'));
  });

  it('ships without knowing what, and says so, while GitHub is away; but nothing that needs its checks', async () => {
    github.front.faults.push({
      method: 'GET',
      pattern: /./,
      times: 10_000,
      answer: { status: 503, body: {} },
    });
    await ana.command('deploys', '/deploy api v1.2.0 staging');
    await ana.see('deploys', says('Deploy api to staging', 'What is shipped is not known', 'Done'));
    const refused = await ana.ask('deploys', '/deploy api v1.1.0 production');
    expect(wordsOf(refused)).toContain('GitHub answered 503');
    github.front.faults.length = 0;
  });
});
