import { describe, expect, it } from 'vitest';
import { readReactions } from '../../../src/slack/catch-up.ts';

describe('catching up', () => {
  it('reads who decided while the bot was away, whatever their skin tone, and not the bot itself', async () => {
    const reactions = [
      { name: 'white_check_mark', users: ['U0BOT', 'U1'] },
      { name: 'white_check_mark::skin-tone-3', users: ['U2', 'U1'] },
      { name: 'no_entry', users: ['U0BOT'] },
      { name: 'tada', users: ['U3'] },
    ];
    const client = { reactions: { get: async () => ({ ok: true, message: { reactions } }) } };
    expect(
      await readReactions(client, {
        channelId: 'C1',
        ts: '1.1',
        approveReaction: 'white_check_mark',
        rejectReaction: 'no_entry',
        botUserId: 'U0BOT',
      }),
    ).toEqual({ approve: ['U1', 'U2'], reject: [] });
  });
});
