import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quick } from '../support/demo-config.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type OperationWatch, watchOperations } from '../support/watched-operations.ts';
import { type SeenMessage, says, type TestPerson } from '../support/workspace.ts';

describe('what people decide while the bot is dead', () => {
  let running: RunningBot;
  let watch: OperationWatch;
  let ana: TestPerson;
  let bo: TestPerson;
  let chen: TestPerson;
  beforeAll(async () => {
    running = await startBotWithPlayground({}, (config) => {
      quick(config);
      const { production } = config.environments;
      if (production?.approval !== undefined) production.approval.required = 2;
    });
    watch = await watchOperations(`${running.directory}/bot`);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
    chen = running.workspace.person('chen');
  });
  afterAll(async () => {
    await watch.close();
    await running.stop();
  });

  /** Asks for production and returns the question once it stands there with its reactions. */
  async function question(): Promise<SeenMessage> {
    const { version } = await running.workspace.serving('api', 'production');
    const id = await watch.begun(() =>
      ana.command('deploys', `/deploy api ${version === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0'} production`),
    );
    return ana.see('deploys', (message) => says(id)(message) && message.reactions.length === 2);
  }

  const put = (who: TestPerson, { ts }: SeenMessage) => who.react('deploys', ts, 'white_check_mark');
  const takeBack = (who: TestPerson, { ts }: SeenMessage) => who.unreact('deploys', ts, 'white_check_mark');
  const shown = (asked: SeenMessage, ...words: readonly string[]) =>
    ana.see('deploys', (message) => message.ts === asked.ts && says(...words)(message));

  it('runs what was approved meanwhile, once', async () => {
    const asked = await question();
    await put(bo, asked);
    await shown(asked, 'Approvals: 1 of 2');
    await running.killBot();
    await put(chen, asked);
    await running.startBot();
    await shown(asked, 'Done');
    expect((await watch.newest())?.state).toBe('succeeded');
  });

  it('does not run what lost an approval meanwhile, though its last one came too', async () => {
    const callsBefore = (await running.workspace.cloudCalls()).length;
    const asked = await question();
    await put(bo, asked);
    await shown(asked, 'Approvals: 1 of 2');
    await running.killBot();
    await takeBack(bo, asked);
    await put(chen, asked);
    await running.startBot();
    await expect
      .poll(async () => (await ana.thread('deploys', asked.ts)).map(({ text }) => text).join('\n'), {
        timeout: 30_000,
      })
      .toMatch(/Chen[^\n]* approved|<@U0CHEN00001> approved/);
    await shown(asked, 'Approvals: 1 of 2', 'U0CHEN00001');
    expect((await watch.newest())?.state).toBe('awaiting-approval');
    expect(await running.workspace.changesSince(callsBefore)).toEqual([]);
    await ana.click('deploys', await shown(asked, 'Cancel'), 'Cancel');
    await watch.until('cancelled');
  });

  it('counts no approval that was put and taken back meanwhile', async () => {
    const asked = await question();
    await put(bo, asked);
    await shown(asked, 'Approvals: 1 of 2');
    await running.killBot();
    await put(chen, asked);
    await takeBack(chen, asked);
    await running.startBot();
    // A decision that the bot can only have seen after it caught up.
    await takeBack(bo, asked);
    await shown(asked, 'Approvals: 0 of 2');
    expect((await watch.newest())?.state).toBe('awaiting-approval');
    await chen.react('deploys', asked.ts, 'no_entry');
    await watch.until('rejected');
  });

  it('rejects what was rejected meanwhile', async () => {
    const asked = await question();
    await running.killBot();
    await chen.react('deploys', asked.ts, 'no_entry');
    await running.startBot();
    await shown(asked, 'Rejected');
    expect((await watch.newest())?.state).toBe('rejected');
  });

  it('loses nothing when it is killed between an approval and its effect', async () => {
    const asked = await question();
    await Promise.all([put(bo, asked), put(chen, asked)]);
    await running.killBot();
    await running.startBot();
    await shown(asked, 'Done');
  });
});
