import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { quick } from '../support/demo-config.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type OperationWatch, watchOperations } from '../support/watched-operations.ts';
import { type SeenMessage, says, type TestPerson } from '../support/workspace.ts';

/** How often a reaction is put and taken back while the operation may begin. */
const REPETITIONS = 15;

describe('what is said twice', () => {
  let running: RunningBot;
  let watch: OperationWatch;
  let ana: TestPerson;
  let bo: TestPerson;
  let chen: TestPerson;
  beforeAll(async () => {
    running = await startBotWithPlayground({}, quick);
    watch = await watchOperations(`${running.directory}/bot`);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
    chen = running.workspace.person('chen');
  });
  afterEach(async () => {
    await running.workspace.lever('duplicate', { copies: 1 });
    await running.workspace.clearFaults();
  });
  afterAll(async () => {
    await watch.close();
    await running.stop();
  });

  const isAbout = (id: string) => (message: SeenMessage) => !message.is_ephemeral && says(id)(message);

  async function otherVersion(environment: string): Promise<string> {
    const { version } = await running.workspace.serving('api', environment);
    return version === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0';
  }

  /** Asks for production and returns the question once it can be seen. */
  async function question(): Promise<SeenMessage> {
    const version = await otherVersion('production');
    const id = await watch.begun(() => ana.command('deploys', `/deploy api ${version} production`));
    return ana.see('deploys', isAbout(id));
  }

  async function expectOneOutcome(id: string, callsBefore: number): Promise<void> {
    await ana.see('deploys', (message) => isAbout(id)(message) && says('Done')(message));
    expect((await ana.messages('deploys')).filter(isAbout(id))).toHaveLength(1);
    const changes = (await running.workspace.changesSince(callsBefore)).map((call) =>
      JSON.stringify([call.method, call.resource, call.changed, call.trafficAfter]),
    );
    expect(changes).not.toEqual([]);
    expect(changes).toEqual([...new Set(changes)]);
  }

  it('takes a command that Slack delivers three times as one', async () => {
    await running.workspace.lever('duplicate', { copies: 3 });
    const callsBefore = (await running.workspace.cloudCalls()).length;
    const before = await watch.count();
    const version = await otherVersion('staging');
    const id = await watch.begun(() => ana.command('deploys', `/deploy api ${version} staging`));
    await watch.until('succeeded');
    await expectOneOutcome(id, callsBefore);
    expect(await watch.count()).toBe(before + 1);
  });

  it('takes ten clicks at once by two people, each delivered twice, as two approvals of one operation', async () => {
    const asked = await question();
    const { id = '' } = (await watch.newest()) ?? {};
    const callsBefore = (await running.workspace.cloudCalls()).length;
    await running.workspace.lever('duplicate', { copies: 2 });
    const clicks = Array.from({ length: 10 }, (_, n) =>
      (n % 2 === 0 ? bo : chen).click('deploys', asked, 'Approve'),
    );
    await Promise.allSettled(clicks);
    await watch.until('succeeded');
    await expectOneOutcome(id, callsBefore);
    const approvals = (await ana.thread('deploys', asked.ts)).filter(says('approved ('));
    expect(new Set(approvals.map(({ text }) => text)).size).toBe(approvals.length);
    expect(approvals.length).toBeLessThanOrEqual(2);
  });

  it('runs once for two approvers who react at the same moment', async () => {
    const asked = await question();
    const { id = '' } = (await watch.newest()) ?? {};
    const callsBefore = (await running.workspace.cloudCalls()).length;
    await Promise.all([bo, chen].map((one) => one.react('deploys', asked.ts, 'white_check_mark')));
    await watch.until('succeeded');
    await expectOneOutcome(id, callsBefore);
  });

  it('runs one of two deploys of one target that are approved at once, and voids or refuses the other', async () => {
    const first = await question();
    const id = await watch.begun(() => ana.command('deploys', '/deploy api v1.2.0 production'));
    const second = await ana.see('deploys', isAbout(id));
    await Promise.all([first, second].map(({ ts }) => bo.react('deploys', ts, 'white_check_mark')));
    await expect
      .poll(async () => [...(await watch.states()).slice(-2)].sort(), { timeout: 45_000 })
      .toSatisfy(
        (states: readonly string[]) =>
          states.includes('succeeded') && states.some((state) => ['voided', 'refused'].includes(state)),
      );
    for (const { ts } of [first, second]) {
      expect((await ana.messages('deploys')).filter((message) => message.ts === ts)).toHaveLength(1);
    }
  });

  it(`ends in one way when an approval is put and taken back ${REPETITIONS} times while it may begin`, async () => {
    const asked = await question();
    const { id = '' } = (await watch.newest()) ?? {};
    const callsBefore = (await running.workspace.cloudCalls()).length;
    for (let n = 0; n < REPETITIONS; n += 1) {
      await bo.react('deploys', asked.ts, 'white_check_mark');
      await bo.unreact('deploys', asked.ts, 'white_check_mark');
    }
    await chen.react('deploys', asked.ts, 'no_entry');
    await expect
      .poll(async () => (await watch.newest())?.state, { timeout: 45_000 })
      .toSatisfy((state: string) => ['rejected', 'succeeded'].includes(state));
    if ((await watch.newest())?.state === 'succeeded') await expectOneOutcome(id, callsBefore);
    else expect(await running.workspace.changesSince(callsBefore)).toEqual([]);
  });

  it('posts one message when Slack loses the answer to posting it', async () => {
    await running.workspace.lever('faults', { method: 'chat.postMessage', kind: 'lose', calls: 1 });
    const callsBefore = (await running.workspace.cloudCalls()).length;
    const version = await otherVersion('staging');
    const id = await watch.begun(() => ana.command('deploys', `/deploy api ${version} staging`));
    await watch.until('succeeded');
    await expectOneOutcome(id, callsBefore);
  });
});
