import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoConfig, quick } from '../support/demo-config.ts';
import { type ActionsServer, actionsServer, WORKFLOW } from '../support/github/actions.ts';
import { type GithubServer, OWNER, REPO, startGithub, TOKEN } from '../support/github/github-server.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../support/workspace.ts';

describe('a service that a workflow of GitHub Actions deploys', () => {
  let github: GithubServer;
  let actions: ActionsServer;
  let running: RunningBot;
  let ana: TestPerson;
  let bo: TestPerson;

  beforeAll(async () => {
    let url = '';
    actions = actionsServer(() => url);
    github = await startGithub(actions.routes);
    url = github.url;
    const files = { '.github/workflows/deploy.yml': WORKFLOW };
    for (const version of ['v1.0.0', 'v1.1.0', 'v1.2.0']) {
      const sha = await github.commit({ title: `Make ${version}`, author: 'ana', files });
      await github.tag(version, sha);
      actions.refs.set(version, sha).set('main', sha);
    }
    running = await startBotWithPlayground({ GITHUB_TOKEN: TOKEN }, withWorkflow);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
  });
  afterAll(async () => {
    await running?.stop();
    await github.stop();
  });

  function withWorkflow(config: DemoConfig): void {
    quick(config);
    const { api } = config.services;
    if (api === undefined) throw new Error('the demo has no api');
    config.github = { url: github.url };
    const inputs = { environment: '{environment}', version: '{version}' };
    const target = { kind: 'github-actions', workflow: 'deploy.yml', inputs };
    Object.assign(api, { repository: `${OWNER}/${REPO}`, environments: { staging: { target } } });
    config.channels = { '#deploys': { service: 'api' } };
    config.environments.staging = { allow: { deploy: ['deployer'] } };
  }

  /** The message of a deploy that is under way and can be stopped. */
  async function underWay(version: string): Promise<SeenMessage> {
    actions.held = true;
    await ana.command('deploys', `/deploy api ${version} staging`);
    return ana.see('deploys', says('Deploy api to staging', version, '"Stop"', 'test '));
  }

  function again({ ts }: SeenMessage, ...parts: readonly string[]): (message: SeenMessage) => boolean {
    return (message) => message.ts === ts && says(...parts)(message);
  }

  it('ships by a run of it, and offers no way to stop what is over', async () => {
    await ana.command('deploys', '/deploy api v1.0.0 staging');
    const done = await ana.see('deploys', says('Deploy api to staging', 'Done'));
    expect(wordsOf(done)).not.toContain('"Stop"');
    expect(actions.serving.get('staging')).toBe('v1.0.0');
  });

  it('is stopped by a button: the run is cancelled once, and what served is shipped again', async () => {
    const shown = await underWay('v1.1.0');
    await bo.click('deploys', shown, 'Stop');
    await bo.see('deploys', (message) => message.is_ephemeral === true && says('`deployer`')(message));
    expect(actions.runs.at(-1)?.cancels).toBe(0);

    await ana.click('deploys', shown, 'Stop');
    await ana.click('deploys', shown, 'Stop');
    const stopping = await ana.see('deploys', again(shown, `<@${ana.id}> wants it to stop.`));
    expect(wordsOf(stopping)).not.toContain('"Stop"');
    actions.held = false;
    const over = await ana.see('deploys', again(shown, 'Undone'));
    expect(wordsOf(over)).toContain(`<@${ana.id}> stopped it at “Run deploy.yml for v1.1.0” (test `);
    expect(wordsOf(over)).toContain('Everything was put back as it was before.');
    expect(actions.runs.slice(-2)).toMatchObject([
      { conclusion: 'cancelled', cancels: 1, inputs: { version: 'v1.1.0' } },
      { conclusion: 'success', cancels: 0, inputs: { version: 'v1.0.0' } },
    ]);
    const thread = async () => (await ana.thread('deploys', shown.ts)).map(wordsOf);
    await expect.poll(async () => (await thread()).join('\n')).toContain('Its run: ');
    expect((await thread()).filter((line) => line.includes('wants it to stop'))).toHaveLength(1);
  });

  it('is stopped by a command, and after a kill as well, when the bot is back', async () => {
    const shown = await underWay('v1.2.0');
    const begun = actions.runs.length;
    await ana.command('deploys', '/deploy stop api staging');
    await ana.see('deploys', again(shown, 'wants it to stop.'));
    await running.killBot();
    expect(actions.runs.at(-1)?.conclusion).toBeNull();
    actions.held = false;
    await running.startBot();
    await ana.see('deploys', again(shown, 'stopped it at', 'Undone'));
    expect(actions.runs.length).toBe(begun + 1);
    expect(actions.runs.at(-2)).toMatchObject({ conclusion: 'cancelled', inputs: { version: 'v1.2.0' } });
    expect(actions.serving.get('staging')).toBe('v1.0.0');
  });
});
