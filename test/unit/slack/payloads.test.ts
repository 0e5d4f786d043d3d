import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  readButton,
  readCommand,
  readFilledForm,
  readMention,
  readReaction,
  readTyping,
} from '../../../src/slack/payloads.ts';

const BOT = 'U0BOT';
const READERS = {
  readButton: (body: unknown) => readButton(body, 0),
  readCommand,
  readFilledForm,
  readMention: (body: unknown) => readMention(body, BOT),
  readReaction: (body: unknown) => readReaction(body, BOT),
  readTyping,
};

describe('a mention', () => {
  it.each([
    ['<@U0BOT> deploy api v1.2.0', 'deploy api v1.2.0'],
    ['please <@U0BOT|slipway> status', 'status'],
    [
      '<@U0BOT> deploy <http://api.example|api.example> <https://x.example/a>',
      'deploy api.example x.example/a',
    ],
    ['<@U0BOT> deploy a &lt;b&gt; &amp;amp;', 'deploy a <b> &amp;'],
    ['<@U0BOT>', ''],
  ])('%j asks %j', (text, asked) => {
    expect(mention({ text }).value).toMatchObject({ text: asked });
  });

  it('by a bot or in an edited message asks nothing', () => {
    expect(mention({ bot_id: 'B1' }).value).toBeNull();
    expect(mention({ edited: { ts: '2' } }).value).toBeNull();
  });
});

describe('a reaction', () => {
  it('has no skin tone', () => {
    expect(reaction({ reaction: '+1::skin-tone-4' }).value).toMatchObject({ reaction: '+1' });
  });

  it('of the bot, on a file, or on somebody else’s message is none of ours', () => {
    expect(reaction({ user: BOT }).value).toBeNull();
    expect(reaction({ item: { type: 'file', file: 'F1' } }).value).toBeNull();
    expect(reaction({ item_user: 'U2' }).value).toBeNull();
  });
});

describe('whatever else Slack sends', () => {
  it('is a value or a ZodError, never anything else', () => {
    const key = fc.constantFrom(
      'event',
      'user',
      'team',
      'view',
      'actions',
      'value',
      'text',
      'item',
      'container',
    );
    const body = fc.oneof(fc.anything(), fc.dictionary(key, fc.anything(), { maxKeys: 9 }));
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(READERS)), body, (read, given) => {
        try {
          read(given);
        } catch (error) {
          expect(error).toBeInstanceOf(z.ZodError);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

function mention(changes: object) {
  const event = { user: 'U1', text: '<@U0BOT> status', channel: 'C1', ...changes };
  return readMention({ team_id: 'T1', event_id: 'Ev1', event }, BOT);
}

function reaction(changes: object) {
  const item = { type: 'message', channel: 'C1', ts: '1.1' };
  const event = {
    type: 'reaction_added',
    user: 'U1',
    reaction: 'tada',
    item_user: BOT,
    event_ts: '1.2',
    item,
    ...changes,
  };
  return readReaction({ team_id: 'T1', event_id: 'Ev1', event }, BOT);
}
