import type { KnownBlock } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { button } from '../../../src/slack/render/blocks.ts';
import { VERSION_ACTION } from '../../../src/slack/render/form.ts';
import { ANA, BO, DEPLOYS, errorOf, seedWith } from '../playground-slack/running-workspace.ts';
import { watch } from '../playground-slack/screen.ts';
import { startReceiving } from './receiving.ts';
import { eventuallySo, type Rig, startRig } from './rig.ts';

const DEPLOY = { channel: DEPLOYS, command: '/deploy', text: 'api v1.1.0 staging' };
const NOT_STORED =
  'Slipway cannot store anything right now, so nothing was done. Please try again in a moment.';

describe.each(['socket', 'http'] as const)('over %s, what people do', (kind) => {
  it('is a command: stored once however often it is delivered, then acknowledged', async () => {
    const rig = await connected(kind);
    await rig.slack.control('/duplicate', { copies: 3 });
    await rig.slack.as('ana').apiCall('chat.command', DEPLOY);
    await eventuallySo(() => expect(rig.receiving.accepted).toHaveLength(3));
    expect(await rig.receiving.stored()).toMatchObject([
      {
        kind: 'command',
        command: 'deploy',
        text: 'api v1.1.0 staging',
        origin: { userId: ANA, channelId: DEPLOYS },
      },
    ]);
  });

  it('is refused at once when it cannot be stored', async () => {
    const rig = await connected(kind);
    rig.receiving.failures = 1;
    await rig.slack.as('ana').apiCall('chat.command', DEPLOY);
    expect((await rig.shown()).map(({ text }) => text)).toEqual([NOT_STORED]);
    expect(await rig.receiving.stored()).toEqual([]);
  });

  it('is a mention in a thread: the text behind it', async () => {
    const rig = await connected(kind);
    const ana = rig.slack.as('ana');
    const { ts: thread_ts = '' } = await ana.chat.postMessage({ channel: DEPLOYS, text: 'ship it?' });
    await ana.chat.postMessage({ channel: DEPLOYS, thread_ts, text: 'yes @slipway deploy api <v1> & go' });
    await eventuallySo(async () =>
      expect(await rig.receiving.stored()).toMatchObject([
        { kind: 'mention', text: 'deploy api <v1> & go', origin: { userId: ANA, threadTs: thread_ts } },
      ]),
    );
  });

  it('is told again by Slack when it was an event and could not be stored', async () => {
    const rig = await connected(kind);
    rig.receiving.failures = 2;
    await rig.slack.as('ana').chat.postMessage({ channel: DEPLOYS, text: '@slipway status' });
    await eventuallySo(async () => expect(await rig.receiving.stored()).toHaveLength(1));
    expect(rig.receiving.failures).toBe(0);
  });

  it('is a reaction on a message of the bot that means something; all others are not stored', async () => {
    const rig = await connected(kind);
    const ana = rig.slack.as('ana');
    const bo = rig.slack.as('bo');
    const { ts: own = '' } = await ana.chat.postMessage({ channel: DEPLOYS, text: 'mine' });
    const { ts: ours = '' } = await rig.slack.bot.chat.postMessage({ channel: DEPLOYS, text: 'approve?' });
    await rig.slack.bot.reactions.add({ channel: DEPLOYS, timestamp: ours, name: 'white_check_mark' });
    await bo.reactions.add({ channel: DEPLOYS, timestamp: own, name: 'white_check_mark' });
    await bo.reactions.add({ channel: DEPLOYS, timestamp: ours, name: 'tada' });
    await bo.reactions.add({ channel: DEPLOYS, timestamp: ours, name: 'white_check_mark' });
    await bo.reactions.remove({ channel: DEPLOYS, timestamp: ours, name: 'white_check_mark' });
    const reaction = {
      kind: 'reaction',
      reaction: 'white_check_mark',
      userId: BO,
      channelId: DEPLOYS,
      messageTs: ours,
    };
    await eventuallySo(async () => expect(await rig.receiving.stored()).toHaveLength(2));
    expect(await rig.receiving.stored()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...reaction, change: 'added' }),
        expect.objectContaining({ ...reaction, change: 'removed' }),
      ]),
    );
  });

  it('is a click, with the plan that the person saw', async () => {
    const rig = await connected(kind);
    const ts = await postButtons(rig);
    await click(rig, ts);
    await eventuallySo(async () =>
      expect(await rig.receiving.stored()).toMatchObject([
        {
          kind: 'button',
          action: { do: 'approve', operationId: 'op_1', planDigest: 'sha256:1' },
          messageTs: ts,
          origin: { userId: BO, channelId: DEPLOYS },
        },
      ]),
    );
  });

  it('is answered when a click cannot be stored', async () => {
    const rig = await connected(kind);
    const ts = await postButtons(rig);
    rig.receiving.failures = 1;
    await click(rig, ts);
    await eventuallySo(async () => {
      const { messages = [] } = await rig.slack.as('bo').conversations.history({ channel: DEPLOYS });
      expect(messages.map(({ text }) => text)).toContain(NOT_STORED);
    });
  });

  it('is a form: opened at once, with versions to choose from, and stored when it is submitted', async () => {
    const rig = await connected(kind);
    const screen = await watch(rig.slack, 'ana');
    await rig.slack.as('ana').apiCall('chat.command', { ...DEPLOY, text: '' });
    const { view } = await screen.next('view_opened');
    const viewId = idOf(view);
    expect(await suggest(rig, viewId, '1.1')).toEqual(['1.1']);
    await rig.slack.as('ana').apiCall('blocks.actions', {
      view_id: viewId,
      actions: [
        { block_id: 'service', action_id: 'slipway-form:service', type: 'static_select', ...chosen('api') },
      ],
    });
    await screen.next('view_updated');
    expect(await suggest(rig, viewId, '1.1')).toEqual(['1.1', 'v1.1.0']);
    await rig.slack.as('ana').apiCall('views.submit', {
      view_id: viewId,
      state: {
        values: {
          service: { 'slipway-form:service': chosen('api') },
          environment: { 'slipway-form:environment': chosen('production') },
          version: { [VERSION_ACTION]: chosen('v1.1.0') },
          reason: { 'slipway-form:reason': { value: 'the fix' } },
        },
      },
    });
    await eventuallySo(async () =>
      expect(await rig.receiving.stored()).toMatchObject([
        {
          kind: 'form',
          service: 'api',
          environment: 'production',
          version: 'v1.1.0',
          reason: 'the fix',
          origin: { userId: ANA, channelId: DEPLOYS },
        },
      ]),
    );
  });

  it('is worked on as a command when its form cannot be opened', async () => {
    const rig = await connected(kind);
    await rig.slack.control('/faults', { method: 'views.open', kind: 'error' });
    await rig.slack.as('ana').apiCall('chat.command', { ...DEPLOY, text: '' });
    await eventuallySo(async () =>
      expect(await rig.receiving.stored()).toMatchObject([{ kind: 'command', text: '' }]),
    );
  });
});

describe('what comes from another workspace', () => {
  it('is neither stored nor answered', async () => {
    const rig = await startRig();
    const identity = { ...rig.identity, teamId: 'T0SOMEONEELSE' };
    const receiving = await startReceiving(rig, 'socket', { identity });
    await rig.slack.as('ana').apiCall('chat.command', DEPLOY);
    await rig.slack.as('ana').chat.postMessage({ channel: DEPLOYS, text: '@slipway status' });
    await eventuallySo(() => expect(rig.slack.workspace.store.pendingEvents.all()).toEqual([]));
    expect(await receiving.stored()).toEqual([]);
  });
});

describe('a click on something that is not ours to read', () => {
  it('fails for the person and is not stored', async () => {
    const rig = await connected('socket');
    const broken = {
      type: 'button',
      action_id: 'slipway:approve',
      text: plain('Approve'),
      value: '{}',
    } as const;
    const blocks: KnownBlock[] = [{ type: 'actions', block_id: 'buttons', elements: [broken] }];
    const { ts = '' } = await rig.slack.bot.chat.postMessage({ channel: DEPLOYS, text: '?', blocks });
    await errorOf(click(rig, ts));
    expect(await rig.receiving.stored()).toEqual([]);
  });
});

async function connected(kind: 'socket' | 'http') {
  const limits = { eventRetryMs: [50, 50, 50], acknowledgeMs: 1_000 };
  const rig = await startRig({ seed: seedWith(limits) });
  const receiving = await startReceiving(rig, kind);
  if (kind === 'http') {
    expect(await rig.slack.control('/delivery', { kind, url: receiving.url })).toEqual({ ok: true });
  }
  return { ...rig, receiving };
}

async function postButtons({ slack }: Rig): Promise<string> {
  const action = { do: 'approve', operationId: 'op_1', planDigest: 'sha256:1' } as const;
  const blocks: KnownBlock[] = [
    { type: 'actions', block_id: 'buttons', elements: [button({ action, label: 'Approve' })] },
  ];
  const { ts = '' } = await slack.bot.chat.postMessage({ channel: DEPLOYS, text: 'approve?', blocks });
  return ts;
}

async function click({ slack }: Rig, ts: string): Promise<void> {
  const actions = [{ block_id: 'buttons', action_id: 'slipway:approve', type: 'button' }];
  await slack.as('bo').apiCall('blocks.actions', { channel: DEPLOYS, message_ts: ts, actions });
}

async function suggest({ slack }: Rig, viewId: string, value: string): Promise<readonly unknown[]> {
  const answer = await slack.as('ana').apiCall('blocks.suggestions', {
    view_id: viewId,
    block_id: 'version',
    action_id: VERSION_ACTION,
    value,
  });
  return 'options' in answer && Array.isArray(answer.options)
    ? answer.options.map(({ value: one }) => one)
    : [];
}

function chosen(value: string) {
  return { selected_option: { text: { ...plain(value), emoji: true }, value } };
}

function plain(text: string) {
  return { type: 'plain_text', text } as const;
}

function idOf(view: unknown): string {
  if (typeof view === 'object' && view !== null && 'id' in view) return String(view.id);
  throw new Error('no view was opened');
}
