import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { alertmanagerPayload, tell } from '../../support/alerts.ts';
import { quick } from '../../support/demo-config.ts';
import { type OutageWorld, startOutageWorld, TAKES_ALERTS } from '../../support/outages.ts';
import { expectSaidOnce } from '../../support/said.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../../support/workspace.ts';

/** Real minutes; a smaller figure is for whoever works on these tests. */
const MINUTE = 60_000 * Number(process.env.OUTAGE_SCALE ?? 1);
/** How long the bot may take to bring everything up to date once Slack is back. */
const UP_TO_DATE = 120_000;
const RETRY_AFTER = 30;

describe.concurrent.each([
  {
    name: 'Slack that cannot be reached for ten minutes',
    minutes: 10,
    /** Five minutes nobody listens, and five somebody does and never answers. */
    outage: async ({ slack }: OutageWorld) => {
      await slack.refuse();
      await delay(5 * MINUTE);
      slack.silence();
      await delay(5 * MINUTE);
      slack.open();
    },
    ready: [['Slack is not connected']],
  },
  {
    name: 'Slack that limits every call for five minutes',
    minutes: 5,
    outage: async ({ workspace }: OutageWorld) => {
      const fault = { method: '*', kind: 'ratelimited', retryAfter: RETRY_AFTER, forMs: 5 * MINUTE };
      await workspace.lever('faults', fault);
      await delay(5 * MINUTE);
    },
    // Whoever loses the connection meanwhile, as on a busy machine, does not get another one either.
    ready: [[], ['Slack is not connected']],
  },
])('$name', ({ minutes, outage, ready }) => {
  let world: OutageWorld;
  let ana: TestPerson;
  let bo: TestPerson;
  let chen: TestPerson;
  beforeAll(async () => {
    world = await startOutageWorld(TAKES_ALERTS);
    ana = world.workspace.person('ana');
    bo = world.workspace.person('bo');
    chen = world.workspace.person('chen');
  });
  afterAll(() => world?.stop());

  const idOf = (message: SeenMessage) => /op-[0-9a-z]+/.exec(wordsOf(message))?.[0] ?? '';
  const now = ({ ts }: SeenMessage, ...words: readonly string[]) =>
    ana.see('deploys', (message) => message.ts === ts && says(...words)(message), UP_TO_DATE);

  async function ask(text: string, ...words: readonly string[]): Promise<SeenMessage> {
    await ana.command('deploys', text);
    return ana.see('deploys', says(...words));
  }

  async function question(text: string, title: string): Promise<SeenMessage> {
    const { ts } = await ask(text, title, 'Waiting for approval');
    return ana.see('deploys', (message) => message.ts === ts && message.reactions.length === 2);
  }

  it('is waited for: messages are brought up to date, decisions read back, and each thing said once', async ({
    expect,
  }) => {
    const { pid } = world.bot();
    const approved = await question('/deploy api v1.1.0 production', 'Deploy api to production');
    const doubted = await question('/deploy frontend v1.1.0 production', 'Deploy frontend to production');
    const calls = (await world.workspace.cloudCalls()).length;
    const running = await ask('/deploy frontend v1.1.0 staging', 'Deploy frontend to staging', 'Running');
    const over = outage(world);
    await delay(5_000);

    expect(await tell(world.url(), alertmanagerPayload('latency', [{ name: 'HighLatency' }]))).toBe(200);
    await chen.react('deploys', doubted.ts, 'white_check_mark');
    await delay(0.5 * MINUTE);
    await chen.unreact('deploys', doubted.ts, 'white_check_mark');
    await bo.react('deploys', approved.ts, 'white_check_mark');
    await delay(0.5 * minutes * MINUTE);
    expect(ready.map((missing) => ({ ok: missing.length === 0, missing }))).toContainEqual(
      await world.ready(),
    );
    expect((await fetch(`${world.url()}/healthz`)).status).toBe(200);
    // Work does not need Slack to go on.
    expect(await world.workspace.serving('frontend', 'staging')).toMatchObject({ version: 'v1.1.0' });
    const resolved = [{ name: 'HighLatency', status: 'resolved' as const }];
    expect(await tell(world.url(), alertmanagerPayload('latency', resolved))).toBe(200);
    await over;

    await now(running, 'Done');
    await now(approved, 'Done');
    await ana.see('incidents', says('HighLatency', 'Resolved'), UP_TO_DATE);
    await now(doubted, 'Waiting for approval', 'Approvals: 0 of 1');
    for (const message of [running, approved, doubted]) await expectSaidOnce(ana, 'deploys', idOf(message));
    await expectSaidOnce(ana, 'incidents', 'HighLatency');
    const changes = (await world.workspace.changesSince(calls)).map((call) =>
      JSON.stringify([call.resource, call.changed, call.trafficAfter]),
    );
    expect(changes).toEqual([...new Set(changes)]);
    await expect.poll(() => world.ready()).toEqual({ ok: true, missing: [] });
    expect(world.bot().pid).toBe(pid);
    expect((await ana.ask('deploys', '/status')).text).toContain('frontend/staging: v1.1.0');
  });
});

describe.concurrent('Socket Mode', () => {
  let world: OutageWorld;
  beforeAll(async () => {
    world = await startOutageWorld({ configure: quick });
  });
  afterAll(() => world?.stop());

  it('that dies without a word is noticed and replaced, and what people did meanwhile is done', async ({
    expect,
  }) => {
    const ana = world.workspace.person('ana');
    const bo = world.workspace.person('bo');
    await ana.command('deploys', '/deploy api v1.1.0 production');
    const asked = await ana.see(
      'deploys',
      (message) => says('Waiting')(message) && message.reactions.length === 2,
    );
    world.slack.silencePresent();
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await expect(ana.command('deploys', '/deploy frontend v1.1.0 staging')).rejects.toThrow(
      'operation_timeout',
    );
    await ana.see('deploys', (message) => message.ts === asked.ts && says('Done')(message), UP_TO_DATE);
    // Slack told her that nobody answered: nothing comes of it later.
    expect(await world.workspace.serving('frontend', 'staging')).toMatchObject({ version: 'v1.0.0' });
    await expectSaidOnce(ana, 'deploys', /op-[0-9a-z]+/.exec(wordsOf(asked))?.[0] ?? '');
    await expect
      .poll(() => ana.ask('deploys', '/status').then(({ text }) => text, String), { timeout: UP_TO_DATE })
      .toContain('api/production: v1.1.0');
  });
});
