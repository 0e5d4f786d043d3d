import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BotPostgres, botPostgres } from '../support/bot-postgres.ts';
import { type DemoConfig, quick } from '../support/demo-config.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../support/workspace.ts';

/** Canaries in production go to 50 % with one approval, and stay there; Dana may roll back and nothing else. */
function patient(config: DemoConfig): void {
  quick(config);
  for (const { environments } of Object.values(config.services)) {
    for (const its of Object.values(environments)) {
      its.canary = { steps: [10, 50], pause: '1h', interval: '5s', analysis: [] };
    }
  }
  config.roles.firefighter = { emails: ['dana@playground.example'] };
  config.environments.production?.allow.rollback?.push('firefighter');
}

describe('a canary past what was approved', () => {
  let running: RunningBot;
  let postgres: BotPostgres;
  let ana: TestPerson;
  let bo: TestPerson;
  let dana: TestPerson;
  beforeAll(async () => {
    running = await startBotWithPlayground({}, patient);
    postgres = botPostgres(`${running.directory}/bot`);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
    dana = running.workspace.person('dana');
  });
  afterAll(() => running.stop());

  const shares = () => running.workspace.shares('api', 'production');
  const split = (percent: number) => ({ 'v1.0.0': 100 - percent, 'v1.1.0': percent });
  const message = (ts: string, ...parts: readonly string[]) =>
    ana.see('deploys', (seen) => seen.ts === ts && says(...parts)(seen));
  const approved = (ts: string) => bo.react('deploys', ts, 'white_check_mark');
  const waiting = (...parts: readonly string[]) =>
    ana.see('deploys', says('Extend the canary of api in production', 'Waiting for approval', ...parts));

  async function startCanary(): Promise<SeenMessage> {
    await ana.command('deploys', '/canary 10 api v1.1.0 production');
    const { ts } = await ana.see('deploys', says('Canary of api in production', 'Waiting for approval'));
    await approved(ts);
    const message = await ana.see('deploys', (seen) => seen.ts === ts && says('10 % of the traffic')(seen));
    await expect.poll(shares).toEqual(split(10));
    return message;
  }

  /** Clicks on the message as it is at this moment: each edit gives it new buttons. */
  async function click(person: TestPerson, ts: string, label: string): Promise<void> {
    const shown = await message(ts, label);
    await person.click('deploys', shown, label).catch(() => click(person, ts, label));
  }

  async function doubleClick(ts: string, label: string): Promise<void> {
    const shown = await message(ts, label);
    const clicks = await Promise.allSettled([1, 2].map(() => ana.click('deploys', shown, label)));
    if (clicks.every(({ status }) => status === 'rejected')) await doubleClick(ts, label);
  }

  /** How often the record says so. */
  const recorded = async (action: string) =>
    (await postgres.query(`select seq from slipway.audit where action = '${action}'`)).length;

  let canary: SeenMessage;

  it('asks first, and goes there when somebody else approves', async () => {
    canary = await startCanary();
    await ana.command('deploys', '/canary 75');
    const { ts } = await waiting('*From 10 % to 75 % of the traffic,*', '50 % was approved before');
    await ana.react('deploys', ts, 'white_check_mark');
    await ana.see('deploys', (seen) => seen.is_ephemeral === true && says('your own request')(seen));
    expect(await shares()).toEqual(split(10));
    await approved(ts);
    await expect.poll(shares, { timeout: 20_000 }).toEqual(split(75));
    await message(ts, '· Done');
    await message(canary.ts, '75 % of the traffic', 'Running');
    await expect
      .poll(() => ana.thread('deploys', canary.ts))
      .toContainEqual(
        expect.objectContaining({ text: expect.stringContaining('takes 75 % of the traffic now') }),
      );
  });

  it('moves freely up to there from then on', async () => {
    await ana.command('deploys', '/canary 60');
    await expect.poll(shares, { timeout: 20_000 }).toEqual(split(60));
    await ana.command('deploys', '/canary 75');
    await expect.poll(shares, { timeout: 20_000 }).toEqual(split(75));
  });

  it('is void, with the reason, once the canary has moved', async () => {
    await ana.command('deploys', '/canary promote');
    const { ts } = await waiting('*From 75 % to all of the traffic,*');
    await ana.command('deploys', '/canary 20');
    await expect.poll(shares, { timeout: 20_000 }).toEqual(split(20));
    const seen = await message(ts, 'Void', 'has 20 % of the traffic by now', 'from 75 % to 100 %');
    await approved(ts);
    await ana.click('deploys', seen, 'Plan again');
    const again = await waiting('*From 20 % to all of the traffic,*');
    expect(await shares()).toEqual(split(20));
    await ana.click('deploys', again, 'Cancel');
    await message(again.ts, 'Cancelled');
  });

  it('is handed over once, when the bot is killed right after the approval', {
    timeout: 90_000,
  }, async () => {
    await ana.command('deploys', '/canary 90');
    const { ts } = await waiting('*From 20 % to 90 % of the traffic,*');
    await approved(ts);
    await running.killBot();
    await running.startBot();
    await expect.poll(shares, { timeout: 30_000 }).toEqual(split(90));
    await message(ts, '· Done');
    const moves = async () =>
      (await ana.thread('deploys', canary.ts)).filter(says('takes 90 % of the traffic now')).length;
    await expect.poll(moves).toBe(1);
    expect(await recorded('canary.move')).toBe(5);
  });

  it('has buttons, which are refused to whoever lacks the role', async () => {
    for (const button of ['Promote', 'Abort']) {
      await click(dana, canary.ts, button);
      await dana.see('deploys', (seen) => seen.is_ephemeral === true && says('run a canary')(seen));
    }
    expect(await shares()).toEqual(split(90));
  });

  it('asks once for what two clicks on Promote want', async () => {
    await click(ana, canary.ts, 'Promote');
    await waiting('*From 90 % to all of the traffic,*');
    await click(ana, canary.ts, 'Promote');
    await ana.see('deploys', (seen) => seen.is_ephemeral === true && says('already under way')(seen));
  });

  it('is taken back once by two clicks on Abort, which voids what waits', async () => {
    const { ts } = await waiting('*From 90 % to all of the traffic,*');
    await doubleClick(canary.ts, 'Abort');
    await message(canary.ts, 'Undone');
    expect(await shares()).toEqual({ 'v1.0.0': 100 });
    await message(ts, 'Void', 'has ended in the meantime');
    expect(await recorded('canary.abort')).toBe(1);
  });

  it('is one on a target: a second is refused with the choices', async () => {
    canary = await startCanary();
    const refused = await ana.ask('deploys', '/canary 10 api v1.2.0 production');
    for (const part of ['already under way', '/canary promote', '/canary abort']) {
      expect(wordsOf(refused)).toContain(part);
    }
  });

  it.each([
    '/canary 50',
    '/canary promote',
    '/canary abort',
    '/canary auto',
  ])('is not told %s by whoever lacks the role', async (text) => {
    expect(wordsOf(await dana.ask('deploys', text))).toContain('You may not run a canary');
    expect(await shares()).toEqual(split(10));
  });

  it.each(['0', '101', 'abc', '-5'])('is not moved to %s', async (percent) => {
    expect(wordsOf(await ana.ask('deploys', `/canary ${percent}`))).toContain(`\`${percent}\``);
    expect(await shares()).toEqual(split(10));
  });

  it.each(['30%', '40 percent', '45 %'])('is moved to %s', async (text) => {
    await ana.command('deploys', `/canary ${text}`);
    await expect.poll(shares, { timeout: 20_000 }).toEqual(split(Number.parseInt(text, 10)));
  });

  it('is ended by the rollback of somebody who may roll back and not run canaries', async () => {
    await dana.command('deploys', '/rollback api production --reason "pages are slow"');
    await message(canary.ts, 'Undone', 'pages are slow');
    expect(await shares()).toEqual({ 'v1.0.0': 100 });
  });
});
