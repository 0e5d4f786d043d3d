/** @module What the stand-in's channels hold when it starts: one of everything that the page has to draw. */
import { ANA, BO, BOT, CHEN, DEPLOYS, INCIDENTS } from './workspace.ts';

export type Json = Record<string, unknown>;

const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const plain = (text: string) => ({ type: 'plain_text', text, emoji: true });
const bot = (ts: string, text: string, rest: Json): Json => ({
  type: 'message',
  ts,
  user: BOT,
  bot_id: 'B0SLIPWAY',
  text,
  ...rest,
});

const button = (action_id: string, text: string, style?: string): Json => ({
  type: 'button',
  action_id,
  value: 'op-17',
  text: plain(text),
  ...(style === undefined ? {} : { style }),
});

const cancelButton: Json = {
  ...button('cancel', 'Cancel', 'danger'),
  confirm: {
    title: plain('Cancel this deploy?'),
    text: mrkdwn('Nothing was changed yet.'),
    confirm: plain('Cancel it'),
    deny: plain('Keep it'),
    style: 'danger',
  },
};

/** Seconds, so that the messages are of today and in order. */
export function seconds(base: number, minutes: number): string {
  return (base + minutes * 60).toFixed(6);
}

function operation(base: number): Json {
  return bot(seconds(base, 4), 'Deploy api v1.1.0 to production waits for approval', {
    edited: { user: BOT, ts: seconds(base, 5) },
    thread_ts: seconds(base, 4),
    reply_count: 2,
    reply_users: [BOT, CHEN],
    latest_reply: seconds(base, 6),
    reactions: [
      { name: 'white_check_mark', users: [BOT], count: 1 },
      { name: 'no_entry', users: [BOT], count: 1 },
      { name: 'eyes', users: [CHEN, ANA], count: 2 },
    ],
    blocks: [
      { type: 'header', text: plain(':rocket: Deploy api to production') },
      {
        type: 'section',
        block_id: 'facts',
        fields: [
          mrkdwn('*Version*\n`v1.0.0` → `v1.1.0`'),
          mrkdwn('*Digest*\n`3f9a1c72` → `b07de551`'),
          mrkdwn(`*Asked by*\n<@${ANA}>`),
          mrkdwn(`*Approval*\n0 of 1, by <!subteam^S0RELEASE|@release-managers>`),
        ],
      },
      {
        type: 'section',
        text: mrkdwn(
          [
            ':white_check_mark: Resolve `v1.1.0` at the registry · 0.2 s',
            ':white_check_mark: Plan the change · 0.1 s',
            `:hourglass_flowing_sand: *Wait for approval* by <@${BO}> or <@${CHEN}>`,
            ':white_circle: Create the revision, without traffic',
            ':white_circle: Verify on its own URL',
            ':white_circle: Move traffic, then verify again',
          ].join('\n'),
        ),
        accessory: {
          type: 'overflow',
          action_id: 'more',
          options: [
            { text: plain('Show the plan'), value: 'plan' },
            { text: plain('Copy the digest'), value: 'digest' },
          ],
        },
      },
      {
        type: 'actions',
        block_id: 'decide',
        elements: [button('approve', 'Approve', 'primary'), button('plan', 'Show plan'), cancelButton],
      },
      {
        type: 'context',
        elements: [
          mrkdwn(
            `React :white_check_mark: to approve, :no_entry: to refuse · expires <!date^${Math.round(base + 1800)}^{time}|in 30 minutes> · <https://example.com/compare?a=1&amp;b=2|what changed>`,
          ),
        ],
      },
    ],
  });
}

function failed(base: number): Json {
  return bot(seconds(base, 9), 'Deploy api v1.3.0-broken to staging failed', {
    blocks: [
      { type: 'header', text: plain(':x: Deploy api to staging failed') },
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_section',
            elements: [
              { type: 'text', text: 'The revision never became ready. ' },
              { type: 'text', text: 'Traffic stayed where it was', style: { bold: true } },
              { type: 'text', text: ': ' },
              { type: 'text', text: 'v1.0.0', style: { code: true } },
              { type: 'text', text: ' serves 100 %.' },
            ],
          },
          {
            type: 'rich_text_list',
            style: 'bullet',
            elements: [
              { type: 'rich_text_section', elements: [{ type: 'text', text: 'Waited 60 s for Ready' }] },
              {
                type: 'rich_text_section',
                elements: [
                  { type: 'text', text: 'Ask ' },
                  { type: 'user', user_id: CHEN },
                  { type: 'text', text: ' if it should listen on another port' },
                ],
              },
            ],
          },
          {
            type: 'rich_text_preformatted',
            elements: [
              {
                type: 'text',
                text: 'HealthCheckContainerError: the container did not listen on $PORT=8080\n<script>alert("not markup")</script>',
              },
            ],
          },
        ],
      },
      {
        type: 'actions',
        block_id: 'after',
        elements: [
          {
            type: 'static_select',
            action_id: 'retry_with',
            placeholder: plain('Try another version'),
            options: ['v1.1.0', 'v1.2.0'].map((version) => ({ text: plain(version), value: version })),
          },
          button('form', 'Open the form'),
        ],
      },
    ],
  });
}

function status(base: number): Json {
  const cell = (text: string) => ({ type: 'raw_text', text });
  return bot(seconds(base, 12), 'What runs where', {
    blocks: [
      {
        type: 'table',
        column_settings: [{}, {}, { align: 'right' }],
        rows: [
          [cell('Target'), cell('Serving'), cell('Traffic')],
          [cell('api staging'), cell('v1.1.0 · 3f9a1c72'), cell('100 %')],
          [cell('api production'), cell('v1.0.0 · 8c11d0aa'), cell('90 %')],
        ],
      },
      {
        type: 'markdown',
        text: '**Since v1.0.0**: [3 commits](https://example.com), ~~none~~ one migration\n\n1. `add_index`\n2. _nothing_ else',
      },
    ],
  });
}

function alert(base: number): Json {
  return bot(seconds(base, 3), 'HighErrorRate firing', {
    attachments: [
      {
        color: '#c03328',
        blocks: [
          { type: 'section', text: mrkdwn(':rotating_light: *HighErrorRate* · critical · firing for 4 min') },
          {
            type: 'section',
            fields: [mrkdwn('*Service*\napi'), mrkdwn('*Error rate*\n7.3 % (threshold 1 %)')],
          },
          {
            type: 'actions',
            block_id: 'alert',
            elements: [
              button('ack', 'Acknowledge', 'primary'),
              button('silence', 'Silence 1 h'),
              button('rollback', 'Roll back', 'danger'),
            ],
          },
        ],
      },
      {
        color: 'good',
        title: 'DiskFilling resolved',
        title_link: 'javascript:alert(1)',
        text: 'Head-room is back at *41 %*',
        fields: [
          { title: 'Host', value: 'db-1', short: true },
          { title: 'Lasted', value: '12 min', short: true },
        ],
        footer: 'Prometheus',
      },
    ],
    files: [
      {
        id: 'F1',
        title: 'Error rate, last hour',
        mimetype: 'image/svg+xml',
        url_private: '/files/chart.svg',
        alt_txt: 'Error rate rising to 7 %',
      },
    ],
  });
}

/** Every channel's history, oldest first. `base` in seconds. */
export function history(base: number): Record<string, Json[]> {
  const thread = seconds(base, 4);
  return {
    [DEPLOYS]: [
      {
        type: 'message',
        ts: seconds(base, 0),
        user: ANA,
        text: 'Morning! `v1.1.0` is tagged. Shipping it after a look at *staging*, then production. :ship:',
      },
      {
        type: 'message',
        ts: seconds(base, 1),
        user: ANA,
        text: `<@${BO}> could you be around to approve? Notes: https://example.com/notes`,
      },
      {
        type: 'message',
        ts: seconds(base, 2),
        user: BO,
        text: '&gt; could you be around to approve?\nSure. No surprises in <script>alert(1)</script> &lt;b&gt;this one&lt;/b&gt;, I hope.',
      },
      operation(base),
      bot(seconds(base, 5), 'The plan: create `api-v1-1-0` from `b07de551`, verify, move 100 %.', {
        thread_ts: thread,
      }),
      { type: 'message', ts: seconds(base, 6), user: CHEN, text: 'Looking at it now', thread_ts: thread },
      failed(base),
      status(base),
    ],
    [INCIDENTS]: [alert(base)],
  };
}
