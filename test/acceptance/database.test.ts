import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BotPostgres, botPostgres } from '../support/bot-postgres.ts';
import { quick } from '../support/demo-config.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type SeenMessage, says, type TestPerson } from '../support/workspace.ts';

describe('a database that goes away and comes back', () => {
  let running: RunningBot;
  let postgres: BotPostgres;
  let ana: TestPerson;
  let bo: TestPerson;
  let callsBefore = 0;
  beforeAll(async () => {
    running = await startBotWithPlayground({}, quick);
    postgres = botPostgres(`${running.directory}/bot`);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
  });
  afterAll(() => running.stop());

  const other = async (environment = 'staging') => {
    const { version } = await running.workspace.serving('api', environment);
    return version === 'v1.1.0' ? 'v1.2.0' : 'v1.1.0';
  };
  const ready = () => fetch(`${running.url()}/readyz`).then((answer) => answer.json());
  const whenReady = () => expect.poll(ready).toEqual({ ok: true, missing: [] });

  /** Begins a deploy and waits until its message says that a step of it is running. */
  async function underWay(version: string): Promise<SeenMessage> {
    callsBefore = (await running.workspace.cloudCalls()).length;
    await ana.command('deploys', `/deploy api ${version} staging`);
    return ana.see('deploys', says('Deploy api to staging', 'Running', version));
  }

  async function expectDone(message: SeenMessage, version: string): Promise<void> {
    await ana.see('deploys', (now) => now.ts === message.ts && says('Done', version)(now));
    expect(await running.workspace.serving('api', 'staging')).toMatchObject({ version });
    const shifts = (await running.workspace.changesSince(callsBefore)).map((call) =>
      JSON.stringify([call.resource, call.changed, call.trafficAfter]),
    );
    expect(shifts).toEqual([...new Set(shifts)]);
  }

  const operations = async () => (await postgres.query('select id from slipway.operations')).length;

  it('that crashes in the middle of an operation is started again, and the operation ends right', async () => {
    const version = await other();
    const message = await underWay(version);
    const before = postgres.pid();
    postgres.kill();
    await expectDone(message, version);
    expect(postgres.pid()).not.toBe(before);
    await whenReady();
  });

  it('that cuts every connection in the middle of an operation loses nothing', async () => {
    const version = await other();
    const message = await underWay(version);
    expect(await postgres.cutConnections()).toBeGreaterThan(2);
    await expectDone(message, version);
    await whenReady();
  });

  it('that stands still makes the person be told that nothing was stored, and nothing comes of it later', async () => {
    const version = await other();
    const before = await operations();
    postgres.freeze();
    try {
      const told = await ana.ask('deploys', `/deploy api ${version} staging`);
      expect(told.text).toContain('cannot store anything right now, so nothing was done');
    } finally {
      postgres.thaw();
    }
    await whenReady();
    await expect.poll(() => postgres.query('select 1 from slipway.inbox where done_at is null')).toEqual([]);
    expect(await operations()).toBe(before);
    expect(await running.workspace.serving('api', 'staging')).not.toMatchObject({ version });
  });

  it('that stands still in the middle of an operation only makes it wait', async () => {
    const version = await other();
    const message = await underWay(version);
    postgres.freeze();
    try {
      const refused = await bo.ask('deploys', '/status').catch((error: unknown) => error);
      expect(JSON.stringify(refused)).toMatch(/cannot store|operation_timeout/);
    } finally {
      postgres.thaw();
    }
    await expectDone(message, version);
  });

  it('that is away while somebody reacts takes the reaction when it is back', async () => {
    await ana.command('deploys', `/deploy api ${await other('production')} production`);
    const asked = await ana.see('deploys', says('Deploy api to production', 'Waiting for approval'));
    postgres.kill();
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await ana.see('deploys', (now) => now.ts === asked.ts && says('Done')(now));
  });
});
