import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORM_ACTION_PREFIX, VERSION_ACTION } from '../../src/slack/render/form.ts';
import { quick } from '../support/demo-config.ts';
import { openForm } from '../support/form.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type OperationWatch, watchOperations } from '../support/watched-operations.ts';
import { says, type TestPerson, wordsOf } from '../support/workspace.ts';

describe('the commands, as people type them', () => {
  let running: RunningBot;
  let watch: OperationWatch;
  let ana: TestPerson;
  let bo: TestPerson;
  let dana: TestPerson;
  beforeAll(async () => {
    running = await startBotWithPlayground({}, quick);
    watch = await watchOperations(`${running.directory}/bot`);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
    dana = running.workspace.person('dana');
  });
  afterAll(async () => {
    await watch.close();
    await running.stop();
  });

  /** What a command answers to its typist, when nothing may come of it. */
  async function answer(who: TestPerson, channel: string, text: string): Promise<string> {
    const before = await watch.count();
    const callsBefore = (await running.workspace.cloudCalls()).length;
    const words = wordsOf(await who.ask(channel, text));
    expect(await watch.count()).toBe(before);
    expect(await running.workspace.changesSince(callsBefore)).toEqual([]);
    return words;
  }

  const refusals: readonly (readonly [text: string, ...expected: readonly string[]])[] = [
    ['/deploy apii v1.1.0 production', 'apii', 'api'],
    ['/deploy api v1.1.0 prodction', 'prodction', 'production', 'Understood'],
    ['/deploy api v9.9.9 staging', 'v9.9.9', 'Nearest'],
    ['/deploy api v1.1.0 production --force', '--force'],
    ['/deploy api v1.1.0 production staging', 'staging'],
    ['/deploy api v1.1.0 production --emergency', 'missing'],
    ['/deploy lock api production', 'missing'],
    ['/rollback api production v1.0.0', 'to v1.0.0'],
    ['/rollback api staging', 'no earlier revision'],
    ['/deploy api v1.0.0 staging', 'already what serves'],
    ['/status nonsense', 'nonsense'],
    ['/deploy help', '/deploy'],
  ];
  it.each(refusals)('%s is answered and does nothing', async (text, ...expected) => {
    const words = await answer(ana, 'deploys', text);
    for (const word of expected) expect(words).toContain(word);
  });

  it('shows the plan of a dry run, and does nothing', async () => {
    const words = await answer(ana, 'deploys', '/deploy api v1.2.0 production --dry-run');
    expect(words).toContain('Dry run: nothing was done');
    expect(words).toContain('v1.2.0');
    expect(words).toMatch(/1 approval/);
  });

  it('knows what a channel is for, and asks elsewhere', async () => {
    expect(await answer(ana, 'deploys', '/deploy v1.2.0 staging --dry-run')).toContain('api');
    expect(await answer(ana, 'general', '/deploy v1.2.0 staging --dry-run')).toContain('no default for it');
    expect(await answer(ana, 'general', '/rollback')).toContain('missing');
  });

  it('begins nothing in a direct message, which nobody else sees, and says so; looking works there', async () => {
    const { members = [] } = await ana.client.users.list({});
    for (const other of members.filter(({ name }) => name === 'bo' || name === 'slipway')) {
      const { channel } = await ana.client.conversations.open({ users: other.id ?? '' });
      const direct = channel?.id ?? '';
      for (const text of ['/deploy api v1.1.0 staging', '/deploy api v1.1.0 production --emergency "down"']) {
        expect(await answer(ana, direct, text)).toContain('Ask in a channel that I am in');
      }
      expect(await answer(ana, direct, '/deploy api v1.1.0 staging --dry-run')).toContain('Dry run');
      expect(await answer(ana, direct, '/status api staging')).toContain('v1.0.0');
    }
  });

  it('refuses who has no role, and names who has', async () => {
    const words = await answer(dana, 'deploys', '/deploy api v1.1.0 staging');
    expect(words).toContain('role');
    expect(words).toContain(ana.id);
  });

  it('closes a target with a reason, says why it is closed, and opens it again', async () => {
    expect(await answer(ana, 'deploys', '/deploy lock api staging "moving data" for 2h')).toContain(
      'moving data',
    );
    expect(await answer(ana, 'deploys', '/deploy api v1.1.0 staging')).toContain('moving data');
    expect(await answer(ana, 'deploys', '/status why api staging')).toContain('moving data');
    expect(await answer(ana, 'deploys', '/status api staging')).toContain('moving data');
    expect(await answer(dana, 'deploys', '/deploy unlock api staging')).toContain('may not');
    expect(await answer(ana, 'deploys', '/deploy unlock api staging')).toContain('open again');
    expect(await answer(ana, 'deploys', '/status why api staging')).toContain('it can be deployed now');
  });

  async function fillIn(version: string): Promise<void> {
    const view = await openForm(running.workspace, ana, 'deploys');
    const pick = (value: string) => ({
      selected_option: { text: { type: 'plain_text', text: value }, value },
    });
    const values = {
      service: { [`${FORM_ACTION_PREFIX}service`]: pick('api') },
      environment: { [`${FORM_ACTION_PREFIX}environment`]: pick('staging') },
      version: { [VERSION_ACTION]: pick(version) },
      reason: { [`${FORM_ACTION_PREFIX}reason`]: { type: 'plain_text_input', value: 'by the form' } },
    };
    const state = JSON.stringify({ values });
    expect(await ana.client.apiCall('views.submit', { view_id: view, state })).not.toHaveProperty('errors');
  }

  it('deploys what the form says, and refuses a version that can be none', async () => {
    await fillIn('v1.1.0');
    await ana.see('deploys', says('Deploy api to staging', 'v1.1.0', 'by the form', 'Done'));
    await fillIn('`rm -rf` <!channel>');
    await ana.see('deploys', (message) => message.is_ephemeral === true && says('rm -rf')(message));
    expect((await watch.newest())?.state).toBe('succeeded');
  });

  it('ships several services with one command, a message for each, or none of them', async () => {
    expect(await answer(ana, 'deploys', '/deploy api,frontend v9.9.9 staging')).toContain('frontend/staging');
    const before = await watch.count();
    await ana.command('deploys', '/deploy api,frontend v1.2.0 to staging');
    await ana.see('deploys', says('Deploy api to staging', 'v1.2.0', 'Done'));
    await ana.see('deploys', says('Deploy frontend to staging', 'v1.2.0', 'Done'));
    expect(await watch.count()).toBe(before + 2);
    expect(await running.workspace.serving('frontend', 'staging')).toMatchObject({ version: 'v1.2.0' });
  });

  it('shows what serves, what waits and for whom, and what was done', async () => {
    const id = await watch.begun(() => ana.command('deploys', '/deploy api v1.1.0 production'));
    const asked = await ana.see('deploys', says(id));
    const status = wordsOf(await ana.ask('deploys', '/status api'));
    expect(status).toContain('v1.0.0');
    expect(status).toContain('waits for 1 approval');
    expect(wordsOf(await ana.ask('deploys', '/status why api production'))).toContain(id);
    await bo.click('deploys', asked, 'Reject');
    await watch.until('rejected');
    const history = wordsOf(await ana.ask('deploys', '/deploy history'));
    expect(history).toContain('Rejected');
    expect(history).toContain(ana.id);
  });

  it('skips approval in an emergency, loudly', async () => {
    await ana.command('deploys', '/deploy api v1.2.0 production --emergency "checkout is down"');
    await ana.see('incidents', says('Emergency, without approval', 'checkout is down', ana.id));
    await ana.see('deploys', says('EMERGENCY', 'checkout is down', 'Done'));
    expect(await running.workspace.serving('api', 'production')).toMatchObject({ version: 'v1.2.0' });
  });

  it('answers a mention in a thread there', async () => {
    const root = await ana.say('general', 'what is where?');
    await ana.say('general', '@slipway status api', root);
    await expect
      .poll(async () => (await ana.thread('general', root)).map(wordsOf).join('\n'), { timeout: 20_000 })
      .toContain('v1.2.0');
  });
});
