import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, link, mention, moment, prose } from '../../../src/slack/mrkdwn.ts';

describe('foreign text in mrkdwn', () => {
  it('keeps what people said readable', () => {
    expect(prose('Fix the login page (#42) at 12:30')).toBe('Fix the login page (#42) at 12:30');
    expect(prose('release_2024_01 & more')).toBe('release_2024_01 &amp; more');
    expect(prose(`run api@sha256:${'ab'.repeat(32)} now`)).toBe('run api@sha256:abababababab… now');
    expect(code('v1.2.0_rc1')).toBe('`v1.2.0_rc1`');
  });

  it('pings nobody and links nothing', () => {
    expect(prose('<!channel> <@U123> <http://evil|good>')).toBe(
      '&lt;!channel&gt; &lt;@U123&gt; &lt;http://evil|good&gt;',
    );
  });

  it('formats nothing: markers at the edge of a word are wrapped in nothing', () => {
    expect(prose('*bold*')).toBe('\u200b*\u200bbold\u200b*\u200b');
    expect(prose('`code`')).toBe('ˋcodeˋ');
    expect(code('a`b')).toBe('`aˋb`');
    expect(prose(':white_check_mark:')).toBe(':\u200bwhite_check_mark:');
  });

  it('stays on its line and cannot reverse or hide what stands beside it', () => {
    expect(prose('one\n> two\r\n\tthree')).toBe('one &gt; two three');
    expect(prose('safe\u202Eexe.gnp')).toBe('safe exe.gnp');
  });

  it('never lets a control sequence of Slack through, whatever it is', () => {
    const hostile = fc.string({ unit: fc.constantFrom('<', '>', '!', '@', '&', '|', '`', '*', 'a', '\n') });
    fc.assert(
      fc.property(hostile, (text) => {
        expect(prose(text)).not.toMatch(/[<>`\n]/);
        expect(code(text)).toMatch(/^(`[^<>`\n]+`)?$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is cut where it is too long', () => {
    expect(prose('x'.repeat(400), 10)).toBe(`${'x'.repeat(9)}…`);
  });
});

describe('mentions, moments and links', () => {
  it('mention people and groups by their IDs and name everybody else', () => {
    expect(mention('U012AB3CD')).toBe('<@U012AB3CD>');
    expect(mention('S012AB3CDE')).toBe('<!subteam^S012AB3CDE>');
    expect(mention('bo@example.com')).toBe('bo@example.com');
  });

  it('show a moment in the reader’s time zone', () => {
    expect(moment(new Date('2026-08-01T10:30:00Z'))).toBe('<!date^1785580200^{time}|2026-08-01 10:30 UTC>');
  });

  it('link only to the web', () => {
    expect(link('https://api.example/?a=1&b=2', 'api')).toBe('<https://api.example/?a=1&amp;b=2|api>');
    expect(link('javascript:alert(1)', 'api')).toBe('api');
    expect(link('https://a>|<!channel', 'api')).toBe('api');
  });
});
