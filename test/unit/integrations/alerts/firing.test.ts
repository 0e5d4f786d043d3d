import { describe, expect, it } from 'vitest';
import { askWhatFires } from '../../../../integrations/alerts/firing.ts';

const MEMBERS = ['http://one:9093', 'http://two:9093/'];

/** Members that answer so, by host. */
function members(answers: Readonly<Record<string, { alerts: unknown; uptime: string } | number>>) {
  return async (input: string | URL | Request): Promise<Response> => {
    const { hostname, pathname } = new URL(String(input));
    const answer = answers[hostname];
    if (answer === undefined || typeof answer === 'number')
      return new Response('', { status: answer ?? 404 });
    return Response.json(pathname.endsWith('/alerts') ? answer.alerts : { uptime: answer.uptime });
  };
}

describe('what a cluster knows to fire', () => {
  const two = { alerts: [{ fingerprint: 'b' }], uptime: '2026-11-22T03:00:00.123456Z' };

  it('is what any member knows, since its youngest was started', async () => {
    const one = { alerts: [{ fingerprint: 'a' }], uptime: '2026-11-22T02:00:00Z' };
    expect(await askWhatFires(MEMBERS, members({ one, two }))).toEqual({
      fingerprints: new Set(['a', 'b']),
      startedAt: new Date('2026-11-22T03:00:00.123Z'),
    });
  });

  it.each([
    ['answers an error', 503],
    ['answers something else', { alerts: { status: 'ok' }, uptime: '2026-11-22T02:00:00Z' }],
  ])('is not known while a member %s', async (_what, one) => {
    await expect(askWhatFires(MEMBERS, members({ one, two }))).rejects.toThrow();
  });
});
