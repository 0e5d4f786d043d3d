import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { approval, type DemoConfig, quick } from '../../support/demo-config.ts';
import {
  checkOut,
  commitBeforeNewestMigration,
  type EarlierRelease,
  presentMigrations,
  previousCommit,
} from '../../support/earlier-release.ts';
import { type OutageWorld, startOutageWorld } from '../../support/outages.ts';
import { expectSaidOnce } from '../../support/said.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../../support/workspace.ts';

/** Long enough for an upgrade in the middle of it on a busy machine. */
const PAUSE = '60s';
const PATIENCE = 180_000;

const releases = [...new Set([previousCommit(), commitBeforeNewestMigration()])].map(checkOut);
afterAll(() => {
  for (const release of releases) release.remove();
});

describe.each(releases)('an upgrade from $commit', (release) => {
  it('changes no migration that may have run', () => {
    expect(presentMigrations()).toMatchObject(release.migrations);
  });

  it.concurrent.each([
    ['that stops in order', (world: OutageWorld) => world.bot().stop()],
    ['that is killed', (world: OutageWorld) => world.bot().kill()],
  ])('%s loses neither a pending approval nor a canary in its pause', async (_how, end) => {
    await using work = await underWay(release);
    const { world } = work;
    await end(world);
    await delay(2_000);
    await world.startBot();
    await work.expectPauseKept();
    await work.approvePending();
    await work.expectAllDone();
  });

  it.concurrent('with both side by side for a while works on everything once', async () => {
    await using work = await underWay(release);
    const { world } = work;
    const old = world.bot();
    await world.startBot();
    const ana = world.workspace.person('ana');
    for (const version of ['v1.1.0', 'v1.2.0', 'v1.1.0']) {
      await ana.command('deploys', `/deploy api ${version} staging`);
      const done = await ana.see('deploys', says('Deploy api to staging', 'Done', `→ ${version}`), PATIENCE);
      await expectSaidOnce(ana, 'deploys', idOf(done));
    }
    await work.approvePending();
    await old.stop();
    await work.expectPauseKept();
    await work.expectAllDone();
  });
});

/** An earlier release with an operation that has one approval of two, and a canary in its first pause. */
async function underWay(release: EarlierRelease) {
  await using stack = new AsyncDisposableStack();
  const world = await startOutageWorld({ release, configure });
  stack.defer(() => world.stop());
  const { workspace } = world;
  const ana = workspace.person('ana');
  const bo = workspace.person('bo');
  const chen = workspace.person('chen');
  const question = async (text: string, title: string) => {
    await ana.command('deploys', text);
    const asked = (message: SeenMessage) => says(title, 'Waiting')(message) && message.reactions.length === 2;
    return ana.see('deploys', asked, PATIENCE);
  };
  const approve = async (who: TestPerson, { ts }: SeenMessage) => {
    await who.react('deploys', ts, 'white_check_mark');
    await ana.see('deploys', (message) => message.ts === ts && !says('Approvals: 0')(message), PATIENCE);
  };
  const done = ({ ts }: SeenMessage) =>
    ana.see('deploys', (message) => message.ts === ts && says('Done')(message), PATIENCE);
  const pauses = () => world.postgres.query(PAUSES);

  const pending = await question('/deploy frontend v1.1.0 production', 'Deploy frontend to production');
  await approve(bo, pending);
  const calls = (await workspace.cloudCalls()).length;
  const canary = await question('/canary auto api v1.1.0 production', 'Canary of api in production');
  await Promise.all([approve(bo, canary), approve(chen, canary)]);
  while ((await pauses()).length === 0) await delay(100);
  const before = await pauses();
  const owned = stack.move();
  return {
    world,
    /** The canary has the share and the time left that it had. */
    expectPauseKept: async () => {
      expect(await pauses()).toEqual(before);
      expect(before).toMatchObject([{ percent: 10 }]);
      expect(await workspace.shares('api', 'production')).toEqual({ 'v1.0.0': 90, 'v1.1.0': 10 });
    },
    approvePending: async () => {
      await chen.react('deploys', pending.ts, 'white_check_mark');
      await done(pending);
      expect(await workspace.serving('frontend', 'production')).toMatchObject({ version: 'v1.1.0' });
    },
    expectAllDone: async () => {
      await done(canary);
      expect(await workspace.serving('api', 'production')).toMatchObject({ version: 'v1.1.0' });
      const moves = await world.postgres.query(
        'select percent, at from slipway.canary_moves order by number',
      );
      expect(moves.map(({ percent }) => percent)).toEqual([10, 100]);
      expect(Number(moves[1]?.at)).toBeGreaterThanOrEqual(Number(before[0]?.endsAt));
      for (const message of [pending, canary]) await expectSaidOnce(ana, 'deploys', idOf(message));
      const production = (await workspace.changesSince(calls))
        .filter(({ resource }) => resource.includes('production'))
        .map((call) => JSON.stringify([call.resource, call.changed, call.trafficAfter]));
      expect(production).toEqual([...new Set(production)]);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const PAUSES = `
  select percent, pause_ends_at as "endsAt" from slipway.canaries c
  join slipway.operations o on o.id = c.operation_id
  where o.state = 'running' and pause_ends_at is not null`;

function configure(config: DemoConfig): void {
  quick(config);
  approval(config, { required: 2 });
  const api = config.services.api?.environments.production;
  if (api !== undefined) api.canary = { ...api.canary, steps: [10, 100], pause: PAUSE };
}

function idOf(message: SeenMessage): string {
  return /op-[0-9a-z]+/.exec(wordsOf(message))?.[0] ?? '';
}
