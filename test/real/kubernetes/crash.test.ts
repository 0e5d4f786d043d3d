/**
 * kill -9 of the bot at every boundary between the steps of what it does on Kubernetes.
 */
import { describe, expect, test } from 'vitest';
import { eventually, noCluster } from '../../support/kubernetes/cluster.ts';
import type { WatchedOperation } from '../../support/watched-operations.ts';
import { says, wordsOf } from '../../support/workspace.ts';
import { type BotOnCluster, botOnCluster } from './bot-on-cluster.ts';

const OPEN = new Set(['awaiting-approval', 'running']);

describe.skipIf(noCluster)('kill -9 at every boundary', () => {
  test('of an approved deploy: it goes on, and makes one change', async () => {
    const bot = await botOnCluster({ startsIn: '1s' });
    const { id, killedAt } = await killedThroughout(bot, '/deploy api v1.1.0 production');
    await expectEnd(bot, id, { state: 'succeeded', says: 'Done' });
    expect(killedAt.length).toBeGreaterThan(3);
    expect(await imageOf(bot)).toContain(await bot.digestOf('v1.1.0'));
    expect(bot.proxy.changes()).toBe(1);
  });

  test('of an approved rollback: it goes on, and makes one change', async () => {
    const bot = await botOnCluster({ startsIn: '1s' });
    const first = await killedThroughout(bot, '/deploy api v1.1.0 production', 0);
    await expectEnd(bot, first.id, { state: 'succeeded', says: 'Done' });
    expect(bot.proxy.changes()).toBe(1);
    const { id, killedAt } = await killedThroughout(bot, '/rollback api production');
    await expectEnd(bot, id, { state: 'succeeded', says: 'Done' });
    expect(killedAt.length).toBeGreaterThan(3);
    expect(await imageOf(bot)).toContain(await bot.digestOf('v1.0.0'));
    expect(bot.proxy.changes()).toBe(2);
  });

  test('of a deploy that fails: it is undone once, to the template that was found', async () => {
    const bot = await botOnCluster();
    const before = (await bot.workload('production')).spec.template;
    const { id, killedAt } = await killedThroughout(bot, '/deploy api v1.3.0-broken production');
    await expectEnd(bot, id, { state: 'undone', says: 'Undone' });
    expect(killedAt.length).toBeGreaterThan(3);
    expect((await bot.workload('production')).spec.template).toEqual(before);
    expect(bot.proxy.changes()).toBe(2);
  });

  test('when the change was made and nobody heard of it: the next one finds it', async () => {
    const bot = await botOnCluster({ startsIn: '1s' });
    bot.proxy.loseNextReply();
    const id = await bot.watch.begun(() => bot.ana.command('deploys', '/deploy api v1.1.0 staging'));
    await eventually(async () => bot.proxy.changes() === 1);
    await bot.running.killBot();
    await bot.running.startBot();
    await expectEnd(bot, id, { state: 'succeeded', says: 'Done', environment: 'staging' });
    expect(await imageOf(bot, 'staging')).toContain(await bot.digestOf('v1.1.0'));
    expect(bot.proxy.changes()).toBe(1);
  });
});

/** Types a command, has it approved, and kills the bot once in every state that its operation is seen in. */
async function killedThroughout(bot: BotOnCluster, text: string, most = Number.POSITIVE_INFINITY) {
  const { ana, bo, watch, running } = bot;
  const id = await watch.begun(() => ana.command('deploys', text));
  const killedAt: string[] = [];
  const strike = async (boundary: string) => {
    if (killedAt.length >= most) return;
    killedAt.push(boundary);
    await running.killBot();
    await running.startBot();
  };
  await strike('awaiting-approval');
  const { ts } = await ana.see('deploys', (message) => !message.is_ephemeral && says(id)(message));
  await bo.react('deploys', ts, 'white_check_mark');
  for (;;) {
    const now = await eventually(async () => {
      const newest = await watch.newest();
      return newest !== null && !killedAt.includes(boundaryOf(newest)) && newest;
    });
    if (!OPEN.has(now.state) || killedAt.length >= most) break;
    if (now.state === 'running') await strike(boundaryOf(now));
  }
  console.log(`${text}: killed at ${killedAt.join(' | ')}`);
  return { id, killedAt };
}

function boundaryOf({ state, steps }: WatchedOperation): string {
  return [state, ...steps.filter((step) => !step.endsWith('pending'))].join(', ');
}

/** It ended so, its one message says so, and what serves is whole. */
async function expectEnd(
  { ana, watch, workload }: BotOnCluster,
  id: string,
  end: { readonly state: string; readonly says: string; readonly environment?: string },
): Promise<void> {
  await watch.until(end.state);
  await ana.see('deploys', says(id, end.says));
  const messages = await ana.messages('deploys');
  expect(messages.filter((one) => !one.is_ephemeral && wordsOf(one).includes(id))).toHaveLength(1);
  await eventually(
    async () => (await workload(end.environment ?? 'production')).status.unavailableReplicas === undefined,
  );
}

async function imageOf({ workload }: BotOnCluster, environment = 'production'): Promise<string> {
  return (await workload(environment)).spec.template.spec.containers[0].image;
}
