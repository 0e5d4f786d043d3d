import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { botPostgres } from '../support/bot-postgres.ts';
import { type DemoConfig, quick } from '../support/demo-config.ts';
import { type GithubServer, OWNER, REPO, startGithub, TOKEN } from '../support/github/github-server.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { says, type TestPerson, wordsOf } from '../support/workspace.ts';

const SECRET = 'a secret of the webhook';
const REPOSITORY = { owner: OWNER, repo: REPO };

describe('releases on GitHub', () => {
  let github: GithubServer;
  let running: RunningBot;
  let ana: TestPerson;
  let chen: TestPerson;

  beforeAll(async () => {
    github = await startGithub();
    for (const tag of ['v1.1.0', 'v1.2.0', 'v1.9.0']) {
      await github.tag(tag, await github.commit({ title: `Make ${tag}`, author: 'mallory' }));
    }
    running = await startBotWithPlayground(
      { GITHUB_TOKEN: TOKEN, WEBHOOK_SECRET_GITHUB: SECRET },
      withReleases,
    );
    ana = running.workspace.person('ana');
    chen = running.workspace.person('chen');
    const config = { url: `${running.url()}/webhooks/github`, secret: SECRET, content_type: 'json' };
    await github.octokit.rest.repos.createWebhook({ ...REPOSITORY, config, events: ['release'] });
  });
  afterAll(async () => {
    await running?.stop();
    await github.stop();
  });

  function withReleases(config: DemoConfig): void {
    quick(config);
    const { api } = config.services;
    config.github = { url: github.url };
    const releases = {
      prerelease: 'staging',
      release: 'production',
      channel: '#deploys',
      wait: '12s',
      strangers: 'ask',
    };
    Object.assign(api ?? {}, { repository: `${OWNER}/${REPO}`, releases });
  }

  async function deliver(body: object, signedWith = SECRET): Promise<Response> {
    const text = JSON.stringify(body);
    const signature = createHmac('sha256', signedWith).update(text).digest('hex');
    return fetch(`${running.url()}/webhooks/github`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'release',
        'x-github-delivery': crypto.randomUUID(),
        'x-hub-signature-256': `sha256=${signature}`,
      },
      body: text,
    });
  }

  const event = (tag_name: string, changes: object = {}) => ({
    action: 'published',
    release: {
      id: 900,
      tag_name,
      draft: false,
      prerelease: false,
      html_url: 'https://github.example/releases/900',
      published_at: '2026-11-22T04:00:00Z',
    },
    repository: { full_name: `${OWNER}/${REPO}` },
    sender: { login: 'nobody-here' },
    ...changes,
  });

  it('a pre-release is deployed to staging, in the name of whoever published it', async () => {
    await github.release('v1.1.0', true);
    const done = await ana.see('deploys', says('Deploy api to staging', 'v1.1.0', 'Done'));
    expect(wordsOf(done)).toContain(`<@${ana.id}>`);
    expect(wordsOf(done)).toContain('prerelease v1.1.0 of');
    expect(await running.workspace.serving('api', 'staging')).toMatchObject({ version: 'v1.1.0' });
  });

  it('GitHub shows it as a deployment of its commit, with where it is told', async () => {
    await expect
      .poll(
        () => github.deployments.map(({ environment, statuses }) => [environment, statuses.at(-1)?.state]),
        {
          timeout: 15_000,
        },
      )
      .toEqual([['staging', 'success']]);
    const shown = github.deployments[0]?.statuses.at(-1);
    expect(shown?.log_url).toMatch(/archives\/C\w+\/p\d+/);
    expect(shown?.environment_url).toBe(running.workspace.frontDoor('api', 'staging').origin);
  });

  it('a release waits for approval before production, which its publisher cannot give', async () => {
    await running.workspace.person('ana').command('deploys', '/deploy api v1.2.0 staging');
    await ana.see('deploys', says('Deploy api to staging', 'v1.2.0', 'Done'));
    await github.release('v1.2.0');
    const asked = await ana.see(
      'deploys',
      says('Deploy api to production', 'v1.2.0', 'Waiting for approval'),
    );
    await ana.react('deploys', asked.ts, 'white_check_mark');
    await ana.see('deploys', (message) => message.is_ephemeral === true && says('your own')(message));
    await chen.react('deploys', asked.ts, 'white_check_mark');
    await ana.see('deploys', (message) => message.ts === asked.ts && says('Done')(message));
  });

  it('the same release told again, under another delivery, begins nothing', async () => {
    const body = event('v1.1.0');
    expect(await (await deliver(body)).json()).toMatchObject({ ok: true, result: 'stored' });
    expect(await (await deliver(body)).json()).toMatchObject({ ok: true, result: 'duplicate' });
    const asked = (await ana.messages('deploys')).filter(says('Deploy api to production', 'v1.1.0'));
    expect(asked.length).toBeLessThanOrEqual(1);
  });

  it('a publisher whom nobody knows is shown by account, and needs one more approval', async () => {
    const asked = await ana.see('deploys', says('Deploy api to production', 'v1.1.0', 'github:nobody-here'));
    expect(wordsOf(asked)).toContain('0 of 2');
    await chen.click('deploys', asked, 'Reject');
    await ana.see('deploys', (message) => message.ts === asked.ts && says('Rejected')(message));
  });

  it('a publisher whom nobody knows begins nothing where nobody is asked', async () => {
    const release = { ...event('v1.1.0').release, id: 901, prerelease: true };
    await deliver(event('v1.1.0', { release }));
    await ana.see('deploys', says('Pre-release', '*not* deployed to `api/staging`', 'nobody-here'));
  });

  it('an image that is not there is waited for, and given up in time', async () => {
    await github.release('v1.9.0', true);
    const waiting = await ana.see('deploys', says('v1.9.0', 'as soon as it can be'));
    expect(wordsOf(waiting)).toContain('No version `v1.9.0` is published');
    await ana.see('deploys', (message) => message.ts === waiting.ts && says('*not* deployed')(message));
  });

  it.each([
    ['a wrong signature', () => deliver(event('v1.1.0'), 'another secret'), 401],
    ['a body that is no release', () => deliver({ action: 'published' }), 400],
    ['another event of a release', () => deliver(event('v1.1.0', { action: 'edited' })), 200],
    ['another repository', () => deliver(event('v1.1.0', { repository: { full_name: 'evil/repo' } })), 200],
  ])('%s begins nothing', async (_what, send, status) => {
    const before = (await ana.messages('deploys')).length;
    const answer = await send();
    expect(answer.status).toBe(status);
    if (status === 200) expect(await answer.json()).toMatchObject({ result: 'ignored' });
    expect((await ana.messages('deploys')).length).toBe(before);
  });

  it('one that cannot be stored is sent again, and begun once', async () => {
    const release = { ...event('v1.1.0').release, id: 903, prerelease: true };
    const body = event('v1.1.0', { release, sender: { login: 'ana' } });
    const begun = async () =>
      (await ana.messages('deploys')).filter(says('Deploy api to staging', 'prerelease v1.1.0 of', 'Done'));
    const before = (await begun()).length;
    const postgres = botPostgres(`${running.directory}/bot`);
    postgres.freeze();
    try {
      const refused = await deliver(body);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    } finally {
      postgres.thaw();
    }
    // What the database was given before it stood still may be there after all.
    await expect.poll(async () => (await deliver(body)).status, { timeout: 30_000 }).toBe(200);
    expect(await (await deliver(body)).json()).toMatchObject({ result: 'duplicate' });
    await expect.poll(async () => (await begun()).length, { timeout: 45_000 }).toBe(before + 1);
    expect(await running.workspace.serving('api', 'staging')).toMatchObject({ version: 'v1.1.0' });
    const stored = await postgres.query("select 1 from slipway.releases where key like '%/903/%'");
    expect(stored).toHaveLength(1);
  });

  it('a hostile tag and publisher are shown as text', async () => {
    const release = { ...event('<!channel>*v1*').release, id: 902 };
    await deliver(event('', { release, sender: { login: '<@U0ANA000001>`x`' } }));
    const told = await ana.see('deploys', says('was published by', '&lt;!channel&gt;'));
    expect(wordsOf(told)).not.toContain('<!channel>');
    expect(wordsOf(told)).not.toContain('<@U0ANA000001>`x`');
  });

  it('an outage of GitHub stops nothing, and it is told afterwards', async () => {
    const faults = github.front.faults;
    faults.push({ method: 'POST', pattern: /deployments/, times: 10_000, answer: { status: 502, body: {} } });
    await ana.command('deploys', '/rollback api staging to v1.2.0');
    await ana.see('deploys', says('Roll back api in staging', 'Done'));
    faults.length = 0;
    await expect
      .poll(
        () =>
          github.deployments
            .filter(({ environment }) => environment === 'staging')
            .at(-1)
            ?.statuses.at(-1)?.state,
        {
          timeout: 30_000,
        },
      )
      .toBe('success');
  });
});
