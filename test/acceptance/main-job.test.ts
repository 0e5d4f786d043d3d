import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { says, type TestPerson, wordsOf } from '../support/workspace.ts';

describe('the main job, from a keystroke to traffic', () => {
  let running: RunningBot;
  let ana: TestPerson;
  let bo: TestPerson;
  let dana: TestPerson;
  beforeAll(async () => {
    running = await startBotWithPlayground();
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
    dana = running.workspace.person('dana');
  });
  afterAll(() => running.stop());

  it('ships to staging at once, in one message that ends with what serves', async () => {
    await ana.command('deploys', '/deploy api v1.1.0 staging');
    await ana.see('deploys', says('Deploy api to staging', 'v1.1.0', 'Done'));
    expect(await running.workspace.serving('api', 'staging')).toMatchObject({ version: 'v1.1.0' });
    const about = (await ana.messages('deploys')).filter(says('Deploy api to staging'));
    expect(about).toHaveLength(1);
  });

  it('asks before production, refuses the requester and the roleless, and ships on ✅', async () => {
    await ana.command('deploys', '/deploy api v1.1.0 production');
    const asked = await ana.see('deploys', says('Deploy api to production', 'Waiting for approval'));
    expect(await running.workspace.serving('api', 'production')).toMatchObject({ version: 'v1.0.0' });
    await expect
      .poll(async () => (await ana.messages('deploys')).find(({ ts }) => ts === asked.ts)?.reactions.length)
      .toBe(2);
    await ana.react('deploys', asked.ts, 'white_check_mark');
    await ana.see('deploys', (message) => message.is_ephemeral === true && says('your own')(message));
    await dana.react('deploys', asked.ts, 'white_check_mark');
    await dana.see('deploys', (message) => message.is_ephemeral === true);
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await bo.see('deploys', (message) => message.ts === asked.ts && says('Done')(message));
    expect(await running.workspace.serving('api', 'production')).toMatchObject({ version: 'v1.1.0' });
  });

  it('goes back on /rollback, approved by the button', async () => {
    await ana.command('deploys', '/rollback api production');
    const asked = await ana.see('deploys', says('Roll back api', 'Waiting for approval'));
    await bo.click('deploys', asked, 'Approve');
    await bo.see('deploys', (message) => message.ts === asked.ts && says('Done')(message));
    expect(await running.workspace.serving('api', 'production')).toMatchObject({ version: 'v1.0.0' });
  });

  it('restores what served when the new version is broken, and says why', async () => {
    await ana.command('deploys', '/deploy api v1.3.0-broken staging');
    const failed = await ana.see('deploys', says('v1.3.0-broken', 'Undone'));
    expect(wordsOf(failed)).toContain('failed to start');
    expect(await running.workspace.serving('api', 'staging')).toMatchObject({ version: 'v1.1.0' });
  });

  it('answers a mistyped command with what is nearest, to its author only', async () => {
    await ana.command('deploys', '/deploy apy v1.1.0 staging');
    const answer = await ana.see('deploys', says('apy', 'api'));
    expect(answer.is_ephemeral).toBe(true);
    expect((await bo.messages('deploys')).filter(says('apy'))).toEqual([]);
  });

  it('does the same when mentioned in a thread', async () => {
    const root = await ana.say('general', 'shall we ship 1.2?');
    await ana.say('general', '@slipway deploy api v1.2.0 staging', root);
    await expect
      .poll(async () => (await ana.thread('general', root)).map(({ text }) => text).join('\n'), {
        timeout: 45_000,
      })
      .toContain('Deploy api to staging · Done');
    expect(await running.workspace.serving('api', 'staging')).toMatchObject({ version: 'v1.2.0' });
  });
});
