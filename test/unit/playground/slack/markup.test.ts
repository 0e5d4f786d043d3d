import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCommandText, encodeTyped } from '../../../../src/playground/slack/markup.ts';

const DIRECTORY = {
  users: new Map([
    ['ana', 'U1'],
    ['slipway', 'U2'],
  ]),
  channels: new Map([['deploys', 'C1']]),
  groups: new Map([['release-managers', 'S1']]),
};

test.for([
  ['@ana', '<@U1>'],
  ['@Ana, please', '<@U1>, please'],
  ['@slipway deploy api', '<@U2> deploy api'],
  ['ask @release-managers.', 'ask <!subteam^S1|@release-managers>.'],
  ['@here and @nobody', '<!here> and @nobody'],
  ['in #deploys!', 'in <#C1|deploys>!'],
  ['#42 of #nowhere', '#42 of #nowhere'],
  ['mail ana@ana.example', 'mail ana@ana.example'],
  ['see https://a.example/x?y=1&z=2).', 'see <https://a.example/x?y=1&amp;z=2>).'],
  ['a < b && c > d', 'a &lt; b &amp;&amp; c &gt; d'],
  ['`@ana <b>` @ana', '`@ana &lt;b&gt;` <@U1>'],
  ['```\n@ana\n``` #deploys', '```\n@ana\n``` <#C1|deploys>'],
  ['<@U1> and <#C1|deploys> and <https://a.example|a>', '<@U1> and <#C1|deploys> and <https://a.example|a>'],
  ['<script>', '&lt;script&gt;'],
] as const)('what a person types is encoded: %s', ([typed, encoded]) => {
  expect(encodeTyped(typed, DIRECTORY)).toBe(encoded);
});

test('command text is encoded with labels, and nothing else in it is touched', () => {
  const text = 'api to @ana in #deploys & https://a.example <now>';
  expect(encodeCommandText(text, DIRECTORY)).toBe(
    'api to <@U1|ana> in <#C1|deploys> & <https://a.example> <now>',
  );
});

test('encoding never fails and leaves no unescaped sign outside markup', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const outside = encodeTyped(text, DIRECTORY).replace(/<[^<>]*>/g, '');
      expect(outside).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
    }),
  );
});
