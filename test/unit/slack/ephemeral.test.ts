import { WebAPIPlatformError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { createEphemeral } from '../../../src/slack/ephemeral.ts';
import { TestClock } from './publisher-world.ts';

const ORIGIN = { userId: 'U1', channelId: 'C1', responseUrl: 'https://hooks.example/1' };
const CONTENT = { text: 'hello', blocks: [] };

describe('an answer to one person', () => {
  it('goes by the response_url while it can be used: five times, for half an hour', async () => {
    const { clock, ephemeral, sent } = setUp();
    for (let count = 0; count < 6; count += 1) await ephemeral(ORIGIN, CONTENT);
    expect(sent).toEqual(['url', 'url', 'url', 'url', 'url', 'C1 U1']);
    const other = { ...ORIGIN, responseUrl: 'https://hooks.example/2' };
    await ephemeral(other, CONTENT);
    await clock.advance(31 * 60_000);
    await ephemeral(other, CONTENT);
    expect(sent.slice(6)).toEqual(['url', 'C1 U1']);
  });

  it('goes by chat.postEphemeral, into its thread, where there is none', async () => {
    const { ephemeral, sent } = setUp();
    await ephemeral({ userId: 'U1', channelId: 'C1', threadTs: '1.1' }, CONTENT);
    expect(sent).toEqual(['C1 U1 1.1']);
  });

  it('goes the other way when the response_url is used up after all', async () => {
    const { ephemeral, sent } = setUp({
      answer: () => new Response('{"ok":false,"error":"used_url"}', { status: 404 }),
    });
    await ephemeral(ORIGIN, CONTENT);
    expect(sent).toEqual(['url', 'C1 U1']);
  });

  it('is tried again while Slack is in trouble', async () => {
    let failures = 2;
    const { clock, ephemeral, sent } = setUp({
      answer: () => (failures-- > 0 ? new Response('', { status: 500 }) : new Response('ok')),
    });
    const answered = ephemeral(ORIGIN, CONTENT);
    await clock.advance(10_000);
    await answered;
    expect(sent).toEqual(['url', 'url', 'url']);
  });

  it('that cannot be given is a line in the log with what to do', async () => {
    const { ephemeral, logged } = setUp({ refused: 'not_in_channel' });
    await ephemeral({ userId: 'U1', channelId: 'C1' }, CONTENT);
    expect(logged).toMatchObject([{ failure: 'not_in_channel', remedy: expect.stringContaining('invite') }]);
  });
});

describe('an answer to a command that was answered before', () => {
  it('takes its place, and nothing takes it away', async () => {
    const { ephemeral, bodies } = setUp();
    await ephemeral(ORIGIN, CONTENT);
    await ephemeral(ORIGIN, CONTENT, 'instead');
    await ephemeral(ORIGIN, null);
    expect(bodies).toEqual([
      { response_type: 'ephemeral', replace_original: false, text: 'hello' },
      { response_type: 'ephemeral', replace_original: true, text: 'hello' },
      { delete_original: true },
    ]);
  });

  it('stands beside it where Slack cannot replace it', async () => {
    const { ephemeral, sent } = setUp();
    const mentioned = { userId: 'U1', channelId: 'C1', threadTs: '1.1' };
    await ephemeral(mentioned, CONTENT, 'instead');
    await ephemeral(mentioned, null);
    expect(sent).toEqual(['C1 U1 1.1']);
  });
});

function setUp(changes: { answer?: () => Response; refused?: string } = {}) {
  const { answer = () => new Response('ok'), refused } = changes;
  const sent: string[] = [];
  const bodies: unknown[] = [];
  const logged: object[] = [];
  const clock = new TestClock();
  const unused = async () => ({ ok: true });
  const ephemeral = createEphemeral({
    client: {
      chat: {
        postMessage: unused,
        update: unused,
        postEphemeral: async (args) => {
          if (refused !== undefined) throw new WebAPIPlatformError({ ok: false, error: refused });
          const { channel, user, thread_ts } = args ?? { channel: '', user: '' };
          sent.push([channel, user, thread_ts].filter((part) => part !== undefined).join(' '));
          return { ok: true };
        },
      },
    },
    clock,
    log: { warn: (facts: object) => void logged.push(facts) },
    fetch: async (_url, init) => {
      sent.push('url');
      bodies.push(JSON.parse(String(init?.body)));
      return answer();
    },
  });
  return { clock, ephemeral, sent, bodies, logged };
}
