import { WebAPIRequestError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { identify } from '../../../src/slack/identity.ts';

describe('who the bot is', () => {
  it('cannot be told while Slack does not answer, which is said with what to do', async () => {
    const test = () => Promise.reject(new WebAPIRequestError(new Error('fetch failed')));
    await expect(identify({ auth: { test } })).rejects.toThrow(
      /^Slack does not answer: .*fetch failed\. Check the network .*start Slipway again\.$/,
    );
  });

  it('is not told by a token that is no bot’s', async () => {
    const test = async () => ({ ok: true, team_id: 'T1', user_id: 'U1' });
    await expect(identify({ auth: { test } })).rejects.toThrow('is not the token of a bot');
  });
});
