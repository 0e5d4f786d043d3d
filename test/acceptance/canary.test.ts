import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type SeenMessage, says, type TestPerson } from '../support/workspace.ts';

describe('a canary', () => {
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

  const onlyFor = (person: TestPerson, ...parts: readonly string[]) =>
    person.see('deploys', (message) => message.is_ephemeral === true && says(...parts)(message));

  async function started(text: string): Promise<SeenMessage> {
    await ana.command('deploys', text);
    const asked = await ana.see('deploys', says('Canary', 'Waiting for approval'));
    await bo.react('deploys', asked.ts, 'white_check_mark');
    return asked;
  }

  const shares = () => running.workspace.shares('api', 'production');

  it('walks by itself, is judged, and is promoted', { timeout: 150_000 }, async () => {
    const { ts } = await started('/canary auto api v1.1.0 production');
    await expect.poll(shares, { timeout: 30_000 }).toEqual({ 'v1.0.0': 90, 'v1.1.0': 10 });
    await ana.command('deploys', '/deploy api v1.2.0 production');
    await onlyFor(ana, '/canary promote');
    await dana.command('deploys', '/canary 50');
    await onlyFor(dana, 'deployer');
    await expect.poll(shares, { timeout: 60_000 }).toEqual({ 'v1.0.0': 50, 'v1.1.0': 50 });
    await expect.poll(shares, { timeout: 60_000 }).toEqual({ 'v1.1.0': 100 });
    await ana.see('deploys', (message) => message.ts === ts && says('· Done')(message));
    expect((await ana.messages('deploys')).filter(says('Canary of api'))).toHaveLength(1);
  });

  it('of a flaky version is taken back by itself, with its picture', { timeout: 120_000 }, async () => {
    const { ts } = await started('/canary 10 api v1.4.0-flaky production');
    await ana.see('deploys', (message) => message.ts === ts && says('Undone')(message));
    expect(await shares()).toEqual({ 'v1.1.0': 100 });
    await expect
      .poll(async () =>
        JSON.stringify(
          (await ana.client.conversations.replies({ channel: running.workspace.channelId('deploys'), ts }))
            .messages,
        ),
      )
      .toContain('canary-');
  });

  it('moves, survives a kill with the right share, and is aborted by /rollback', {
    timeout: 120_000,
  }, async () => {
    const { ts } = await started('/canary 10 api v1.2.0 production');
    await expect.poll(shares, { timeout: 30_000 }).toEqual({ 'v1.1.0': 90, 'v1.2.0': 10 });
    await ana.command('deploys', '/canary 50');
    await expect.poll(shares, { timeout: 30_000 }).toEqual({ 'v1.1.0': 50, 'v1.2.0': 50 });
    await running.killBot();
    await running.startBot();
    await ana.command('deploys', '/canary status');
    await onlyFor(ana, '50');
    await ana.command('deploys', '/rollback api production --reason "looks odd"');
    await ana.see('deploys', (message) => message.ts === ts && says('Undone')(message));
    expect(await shares()).toEqual({ 'v1.1.0': 100 });
  });

  it.each(['0', '101', 'abc', '-5'])('is not moved to %s', async (percent) => {
    await ana.command('deploys', `/canary ${percent}`);
    await onlyFor(ana, percent);
    expect(await shares()).toEqual({ 'v1.1.0': 100 });
  });

  it('cannot be promoted where none runs', async () => {
    await ana.command('deploys', '/canary promote');
    await onlyFor(ana, 'No canary is running');
  });
});
