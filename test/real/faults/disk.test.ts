import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { alertmanagerPayload, tell } from '../../support/alerts.ts';
import { type BotPostgres, botPostgres } from '../../support/bot-postgres.ts';
import { type OutageWorld, startOutageWorld, TAKES_ALERTS } from '../../support/outages.ts';
import { expectSaidOnce } from '../../support/said.ts';
import { mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { says, type TestPerson, wordsOf } from '../../support/workspace.ts';

const NOT_STORED = 'cannot store anything right now, so nothing was done';
const NO_ROOM = expect.stringMatching(/^the database stores nothing: .*No space left on device/);

describe.each([
  ['its operator’s', 'database'],
  ['its own', 'bot'],
])('a disk that is full under %s PostgreSQL', (whose, folder) => {
  let disk: SmallDisk;
  let world: OutageWorld;
  let postgres: BotPostgres;
  let ana: TestPerson;
  let bo: TestPerson;
  let alarms = 0;
  let makeRoom = (): void => undefined;
  beforeAll(async () => {
    disk = mountSmallDisk('160m');
    const directory = path.join(disk.path, folder);
    const own = { DATABASE_URL: '', SLIPWAY_DATA: directory };
    world = await startOutageWorld({
      ...TAKES_ALERTS,
      ...(whose === 'its own' ? { env: { ...TAKES_ALERTS.env, ...own } } : { databaseDirectory: directory }),
    });
    postgres = botPostgres(directory);
    ana = world.workspace.person('ana');
    bo = world.workspace.person('bo');
  });
  afterEach(() => makeRoom());
  afterAll(async () => {
    await world?.stop();
    disk.remove();
  });

  const alarm = () => {
    alarms += 1;
    return tell(world.url(), alertmanagerPayload(`alarm-${alarms}`, [{ name: `Alarm${alarms}` }]));
  };
  /** What is asked for is there already: should it be stored, nothing comes of it. */
  const askForNothing = () => ana.ask('deploys', '/deploy api v1.0.0 staging').then(({ text }) => text);
  const fillHolesAndAsk = async () => {
    await fillHoles(postgres);
    return askForNothing();
  };
  const whenReady = () =>
    expect.poll(() => world.ready(), { timeout: 60_000 }).toEqual({ ok: true, missing: [] });

  /** Begins what is to go on by itself, and what somebody is to approve while there is no room. */
  async function begin() {
    const { version } = await world.workspace.serving('api', 'production');
    const other = version === 'v1.1.0' ? 'v1.2.0' : 'v1.1.0';
    await ana.command('deploys', `/deploy api ${other} production`);
    const title = 'Deploy api to production';
    const asked = await ana.see(
      'deploys',
      (message) => says(title, 'Waiting', other)(message) && message.reactions.length === 2,
    );
    await ana.command('deploys', `/deploy frontend ${other} staging`);
    const running = await ana.see('deploys', says('Deploy frontend to staging', 'Running', other));
    return { asked, running, version: other };
  }

  async function expectAllDone({ asked, running, version }: Awaited<ReturnType<typeof begin>>) {
    for (const { ts } of [running, asked]) {
      const shown = async () =>
        (await ana.messages('deploys')).filter((now) => now.ts === ts).map((now) => wordsOf(now));
      await expect.poll(shown, { timeout: 60_000 }).toEqual([expect.stringContaining('Done')]);
    }
    expect(await world.workspace.serving('api', 'production')).toMatchObject({ version });
    expect(await world.workspace.serving('frontend', 'staging')).toMatchObject({ version });
    for (const message of [running, asked]) {
      await expectSaidOnce(ana, 'deploys', /op-[0-9a-z]+/.exec(wordsOf(message))?.[0] ?? '');
    }
  }

  it('is told to people, senders and probes; with room again everything ends once', async () => {
    const begun = await begin();
    makeRoom = disk.fill();
    await bo.react('deploys', begun.asked.ts, 'white_check_mark');
    // What was rolled back leaves holes again, so that one more may be stored.
    await expect.poll(fillHolesAndAsk, { timeout: 60_000 }).toContain(NOT_STORED);
    await expect.poll(alarm, { timeout: 60_000 }).toBe(503);
    await expect.poll(() => world.ready()).toEqual({ ok: false, missing: [NO_ROOM] });
    makeRoom();
    await expectAllDone(begun);
    await whenReady();
    expect(await alarm()).toBe(200);
    await ana.see('incidents', says(`Alarm${alarms}`));
    expect(await world.workspace.serving('api', 'staging')).toMatchObject({ version: 'v1.0.0' });
  });

  it('may bring PostgreSQL down: it is started again, and everything ends once', async () => {
    const begun = await begin();
    makeRoom = disk.fill();
    await expect(fillLog(postgres)).rejects.toThrow();
    await bo.react('deploys', begun.asked.ts, 'white_check_mark');
    await expect.poll(() => world.ready()).toEqual({ ok: false, missing: ['the database does not answer'] });
    expect(await askForNothing()).toContain(NOT_STORED);
    makeRoom();
    if (whose !== 'its own') await world.postgres.start();
    await expectAllDone(begun);
    await whenReady();
  });
});

/** The files of the inbox have room for a row here and there: takes that, too. */
async function fillHoles(postgres: BotPostgres): Promise<void> {
  for (const size of [2_000, 200, 1]) {
    const filler = `insert into slipway.inbox (id, delivery, claimed_by, done_at)
      select gen_random_uuid()::text, to_jsonb(repeat('x', ${size})), 'filler', now()`;
    await expect(
      (async () => {
        for (;;) await postgres.query(filler);
      })(),
    ).rejects.toThrow('No space left on device');
  }
}

/** Writes into the log of changes until it needs a new file, for which there is no room. */
async function fillLog(postgres: BotPostgres): Promise<void> {
  for (;;) await postgres.query("select pg_logical_emit_message(true, 'filler', repeat('x', 1000000))");
}
