import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import {
  type OperationWatch,
  type WatchedOperation,
  watchOperations,
} from '../../support/watched-operations.ts';
import { type CloudCall, type SeenMessage, type TestPerson, wordsOf } from '../../support/workspace.ts';

/** Kills at random moments, beside those at every boundary. Those of one of several bots are in test/real/replicas. */
const RANDOM_KILLS = 9;
const ENDED = new Set(['succeeded', 'failed', 'undone', 'undo-failed', 'voided', 'refused', 'expired']);

/** One seed for the run, printed, so that a failure can be repeated. */
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

// What is lost or done twice once is a fault, however it goes the next time: nothing here is tried again.
describe(`kill -9 at any moment (CRASH_SEED=${seed})`, () => {
  let running: RunningBot;
  let watch: OperationWatch;
  let ana: TestPerson;
  let bo: TestPerson;
  let kills = 0;
  let started = 0;
  let endedRight = 0;
  beforeAll(async () => {
    running = await startBotWithPlayground();
    watch = await watchOperations(`${running.directory}/bot`);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
  });
  afterAll(async () => {
    console.log(`${kills} kills; operations: ${started} started, ${endedRight} ended right and once`);
    await watch.close();
    await running.stop();
  });

  async function killAndRestart(): Promise<void> {
    await running.killBot();
    kills += 1;
    await running.startBot();
  }

  /** Types a command and, if asked, lets it be approved; returns once the operation is stored. */
  async function begin(text: string): Promise<string> {
    started += 1;
    const before = await watch.count();
    await ana.command('deploys', text);
    await expect.poll(() => watch.count(), { timeout: 20_000, interval: 5 }).toBe(before + 1);
    return (await watch.newest())?.id ?? '';
  }

  async function messageOf(id: string): Promise<SeenMessage> {
    return ana.see('deploys', (message) => message.is_ephemeral !== true && wordsOf(message).includes(id));
  }

  async function approve(id: string): Promise<void> {
    const { ts } = await messageOf(id);
    await bo.react('deploys', ts, 'white_check_mark');
  }

  /** Looks every few milliseconds until the operation is as wanted, or has ended. */
  async function until(wanted: (operation: WatchedOperation) => boolean): Promise<WatchedOperation> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const newest = await watch.newest();
      if (newest !== null && (wanted(newest) || ENDED.has(newest.state))) return newest;
      if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(newest)}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async function expectRight(
    id: string,
    expected: { version: string; environment: string; callsBefore: number },
  ): Promise<void> {
    const { state } = await until(({ state }) => ENDED.has(state));
    expect(state).toBe('succeeded');
    expect(await running.workspace.serving('api', expected.environment)).toMatchObject({
      version: expected.version,
    });
    await ana.see('deploys', (message) => wordsOf(message).includes(id) && wordsOf(message).includes('Done'));
    const about = (await ana.messages('deploys')).filter(
      (message) => wordsOf(message).includes(id) && !message.is_ephemeral,
    );
    expect(about).toHaveLength(1);
    const calls = (await running.workspace.cloudCalls()).slice(expected.callsBefore);
    expectNothingTwice(calls);
    endedRight += 1;
  }

  /** Every change of traffic happened once; a repeated call may only have found its work done. */
  function expectNothingTwice(calls: readonly CloudCall[]): void {
    const effects = calls
      .filter((call) => call.effect === 'changed')
      .map((call) => JSON.stringify([call.resource, call.changed, call.trafficAfter]));
    expect(effects).toEqual([...new Set(effects)]);
  }

  const kinds = [
    {
      name: 'a deploy',
      environment: 'staging',
      text: (version: string) => `/deploy api ${version} staging`,
      approved: false,
    },
    {
      name: 'an approved deploy',
      environment: 'production',
      text: (version: string) => `/deploy api ${version} production`,
      approved: true,
    },
    {
      name: 'an approved rollback',
      environment: 'production',
      text: (version: string) => `/rollback api production to ${version}`,
      approved: true,
    },
  ] as const;
  /** Killed around every change of its share, and in every pause: those are its boundaries too. */
  const canary = {
    name: 'a canary that walks by itself',
    environment: 'production',
    text: (version: string) => `/canary auto api ${version} production`,
    approved: true,
  } as const;

  it.each([...kinds, canary])('$name survives a kill at every boundary between its steps', async ({
    environment,
    text,
    approved,
  }) => {
    const { version: serving } = await running.workspace.serving('api', environment);
    const version = serving === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0';
    const callsBefore = (await running.workspace.cloudCalls()).length;
    const id = await begin(text(version));
    await killAndRestart();
    if (approved) await approve(id);
    const killedAt = new Set<string>();
    for (;;) {
      const now = await until((operation) => !killedAt.has(boundaryOf(operation)));
      if (ENDED.has(now.state)) break;
      killedAt.add(boundaryOf(now));
      await killAndRestart();
    }
    console.log(`killed at ${killedAt.size} boundaries: ${[...killedAt].join(' | ')}`);
    expect(killedAt.size).toBeGreaterThan(3);
    await expectRight(id, { version, environment, callsBefore });
  });

  it('a canary killed in each pause has the time left that it had, and the share', async () => {
    const { environment } = canary;
    const { version: serving } = await running.workspace.serving('api', environment);
    const version = serving === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0';
    const callsBefore = (await running.workspace.cloudCalls()).length;
    const id = await begin(canary.text(version));
    await approve(id);
    const ends: Date[] = [];
    for (const percent of [10, 50]) {
      await expect.poll(() => watch.pause(), { timeout: 60_000, interval: 20 }).toMatchObject({ percent });
      const before = await watch.pause();
      if (before === null) throw new Error('the step was over at once');
      await running.killBot();
      kills += 1;
      // Time goes by while nobody is there; it counts.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await running.startBot();
      expect(await watch.pause()).toEqual(before);
      const end = `<!date^${Math.floor(before.endsAt.getTime() / 1_000)}^`;
      await ana.see('deploys', (message) => [id, end].every((part) => wordsOf(message).includes(part)));
      expect(await running.workspace.shares('api', environment)).toEqual({
        [serving]: 100 - percent,
        [version]: percent,
      });
      ends.push(before.endsAt);
    }
    await expectRight(id, { version, environment, callsBefore });
    const moves = await watch.moves();
    expect(moves.map(({ percent }) => percent)).toEqual([10, 50, 100]);
    for (const [index, end] of ends.entries()) {
      expect(moves[index + 1]?.at.getTime()).toBeGreaterThanOrEqual(end.getTime());
    }
  });

  function boundaryOf({ state, steps }: WatchedOperation): string {
    return [state, ...steps.filter((step) => !step.endsWith('pending'))].join(', ');
  }

  it(`survives ${RANDOM_KILLS} kills at random moments`, async () => {
    const random = randomFrom(seed);
    for (let n = 0; n < RANDOM_KILLS; n += 1) {
      const kind = kinds[n % kinds.length] ?? kinds[0];
      const { version: serving } = await running.workspace.serving('api', kind.environment);
      const version = serving === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0';
      const callsBefore = (await running.workspace.cloudCalls()).length;
      const id = await begin(kind.text(version));
      if (kind.approved) await approve(id);
      await new Promise((resolve) => setTimeout(resolve, random() * 3_500));
      await killAndRestart();
      await expectRight(id, { version, environment: kind.environment, callsBefore });
    }
    expect(kills).toBeGreaterThanOrEqual(50);
  });
});

/** mulberry32: small, and the same numbers for the same seed. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
