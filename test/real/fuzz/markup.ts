import fc from 'fast-check';
import { expect } from 'vitest';
import { maskSecrets } from '../../../integrations/mask.ts';
import { code, link, mention, plain, preformatted, prose } from '../../../src/slack/mrkdwn.ts';
import { fuzz } from './counting.ts';
import { mutatedText } from './mutation.ts';

const texts = fc.oneof(
  mutatedText(
    '<!channel> *bold* `code` <https://evil.example|click> @here :tada:',
    '```x```',
    '<@U0ANA000001>',
    '_a_ ~b~',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);

/** Whatever others say has no effect where people read it. */
export function fuzzMarkup(runs: number): void {
  fuzz('messages: foreign text in prose, code and plain text', runs, texts, (text) => {
    const said = prose(text);
    expect(said).not.toMatch(/[<>`\0\n]/);
    expect(said).not.toMatch(/(?<![\p{L}\p{N}\u200b])[*_~](?![\p{L}\p{N}\u200b])/u);
    const shown = code(text);
    expect(shown === '' || /^`[^`<>\n\0]+`$/.test(shown)).toBe(true);
    expect(plain(text, 50)).not.toMatch(/[\0\n]/);
    expect([...plain(text, 50)].length).toBeLessThanOrEqual(50);
  });
  fuzz('messages: foreign lines, addresses and names', runs, texts, (text) => {
    expect(preformatted(text).slice(4, -4)).not.toMatch(/[<>`\0]/);
    const linked = link(text, text);
    expect(/^<https?:\/\/[^<>|\s]+\|[^<>|]*>$/.test(linked) || !/[<>]/.test(linked)).toBe(true);
    const named = mention(text);
    expect(/^<(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+)>$/.test(named) || !/[<>]/.test(named)).toBe(true);
  });
  const secrets = fc.tuple(
    texts,
    fc.constantFrom('password=', 'Authorization: Bearer ', 'https://me:', 'token: "'),
    fc.stringMatching(/^[A-Za-z0-9]{12,24}$/),
    texts,
  );
  fuzz(
    'messages: secrets in the output of other programs',
    runs,
    secrets,
    ([before, opening, secret, after]) => {
      const end = opening.endsWith('"') ? '"' : opening.endsWith('me:') ? '@h' : '';
      expect(maskSecrets(`${before}\n${opening}${secret}${end} ${after}`)).not.toContain(secret);
    },
  );
}
