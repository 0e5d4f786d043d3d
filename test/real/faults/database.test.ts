import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertmanagerPayload, tell } from '../../support/alerts.ts';
import { type OutageWorld, startOutageWorld, TAKES_ALERTS } from '../../support/outages.ts';
import { expectSaidOnce } from '../../support/said.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../../support/workspace.ts';

/** Connections that are cut, at least. */
const MANY = 40;
const NOT_STORED = 'cannot store anything right now, so nothing was done';

describe('PostgreSQL', () => {
  let world: OutageWorld;
  let ana: TestPerson;
  let bo: TestPerson;
  let alarms = 0;
  beforeAll(async () => {
    world = await startOutageWorld(TAKES_ALERTS);
    ana = world.workspace.person('ana');
    bo = world.workspace.person('bo');
  });
  afterAll(() => world?.stop());

  const whenReady = () => expect.poll(() => world.ready()).toEqual({ ok: true, missing: [] });
  const idOf = (message: SeenMessage) => /op-[0-9a-z]+/.exec(wordsOf(message))?.[0] ?? '';
  const alarm = () => {
    alarms += 1;
    return tell(world.url(), alertmanagerPayload(`alarm-${alarms}`, [{ name: `Alarm${alarms}` }]));
  };

  async function otherVersion(environment: string): Promise<string> {
    const { version } = await world.workspace.serving('api', environment);
    return version === 'v1.1.0' ? 'v1.2.0' : 'v1.1.0';
  }

  async function begin(environment: string, state: string): Promise<Begun> {
    const version = await otherVersion(environment);
    await ana.command('deploys', `/deploy api ${version} ${environment}`);
    const message = await ana.see('deploys', says(`Deploy api to ${environment}`, state, version));
    return { environment, version, ts: message.ts, id: idOf(message) };
  }

  async function expectDone({ environment, version, ts, id }: Begun): Promise<void> {
    await ana.see('deploys', (now) => now.ts === ts && says('Done', version)(now));
    expect(await world.workspace.serving('api', environment)).toMatchObject({ version });
    await expectSaidOnce(ana, 'deploys', id);
  }

  async function expectNothingTwice(calls: number): Promise<void> {
    const changes = (await world.workspace.changesSince(calls)).map((call) =>
      JSON.stringify([call.resource, call.changed, call.trafficAfter]),
    );
    expect(changes).toEqual([...new Set(changes)]);
  }

  /** What people, senders and probes are told while nothing can be stored. */
  async function expectRefusals(button: SeenMessage): Promise<void> {
    const before = await world.workspace.person('ana').messages('deploys');
    expect((await ana.ask('deploys', '/deploy frontend v1.1.0 staging')).text).toContain(NOT_STORED);
    await ana.click('deploys', button, 'Cancel');
    await expect
      .poll(async () => (await ana.messages('deploys')).filter(says(NOT_STORED)).length)
      .toBeGreaterThanOrEqual(before.filter(says(NOT_STORED)).length + 2);
    expect(await alarm()).toBe(503);
    expect(await world.ready()).toEqual({ ok: false, missing: ['the database does not answer'] });
    expect((await fetch(`${world.url()}/healthz`)).status).toBe(200);
  }

  it.each([
    ['is stopped by its operator', () => world.postgres.stop(), () => world.postgres.start()],
    ['is behind a network that refuses', () => world.network.refuse(), async () => world.network.open()],
    [
      'is behind a network that loses everything',
      async () => world.network.silence(),
      async () => world.network.open(),
    ],
  ])('that %s: people are told, nothing is lost, and everything ends once', async (_how, away, back) => {
    const { pid } = world.bot();
    const calls = (await world.workspace.cloudCalls()).length;
    const asked = await begin('production', 'Waiting for approval');
    const message = await ana.see(
      'deploys',
      ({ ts, reactions }) => ts === asked.ts && reactions.length === 2,
    );
    const running = await begin('staging', 'Running');
    await away();
    await expectRefusals(message);
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await delay(8_000);
    await back();
    await expectDone(running);
    await expectDone(asked);
    await expectNothingTwice(calls);
    await whenReady();
    expect(await alarm()).toBe(200);
    await ana.see('incidents', says(`Alarm${alarms}`));
    await expectSaidOnce(ana, 'incidents', `Alarm${alarms}`);
    expect(world.bot().pid).toBe(pid);
    expect(await world.workspace.serving('frontend', 'staging')).toMatchObject({ version: 'v1.0.0' });
  });

  it('that cuts every connection again and again only slows an operation down', async () => {
    const calls = (await world.workspace.cloudCalls()).length;
    const asked = await begin('production', 'Waiting for approval');
    const running = await begin('staging', 'Running');
    let cut = 0;
    for (let n = 0; n < 20 || cut <= MANY; n += 1) {
      cut += await world.postgres.cutConnections();
      if (n === 10) await bo.react('deploys', asked.ts, 'white_check_mark');
      await delay(200);
    }
    await expectDone(running);
    await expectDone(asked);
    await expectNothingTwice(calls);
    await whenReady();
  });

  it('that takes nothing after a request was stored keeps it, says so, and does it later', async () => {
    const full = "begin raise exception 'No space left on device' using errcode = 'disk_full'; end";
    await world.postgres.query(
      `create or replace function slipway.no_room() returns trigger language plpgsql as $$ ${full} $$`,
    );
    await world.postgres.query(
      'create or replace trigger no_room before insert on slipway.operations execute function slipway.no_room()',
    );
    const version = await otherVersion('staging');
    const told = await ana.ask('deploys', `/deploy api ${version} staging`);
    expect(told.text).toContain('Not done yet: Slipway has your request, but its database takes nothing');
    await world.postgres.query('drop function slipway.no_room cascade');
    const { ts, text } = await ana.see('deploys', says('Deploy api to staging', 'Done', version));
    expect(text).toContain('Done');
    await expectSaidOnce(
      ana,
      'deploys',
      idOf((await ana.messages('deploys')).find((one) => one.ts === ts) ?? told),
    );
    const waits = (await ana.messages('deploys')).filter(says('Not done yet'));
    expect(waits.length).toBeLessThanOrEqual(1);
  });

  it('that is away when the bot starts is named as the reason why it does not', async () => {
    await world.bot().stop();
    await world.network.refuse();
    await expect(world.startBot()).rejects.toThrow(/database.*DATABASE_URL/);
    world.network.open();
    await world.startBot();
    await whenReady();
  });
});

interface Begun {
  readonly environment: string;
  readonly version: string;
  readonly ts: string;
  readonly id: string;
}
