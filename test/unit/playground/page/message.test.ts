import { describe, expect, test } from 'vitest';
import { readMessage } from '../../../../src/playground/page/model/message.ts';

describe('a message', () => {
  test('of a bot is told from one of a person', () => {
    expect(readMessage({ ts: '1.0', user: 'U1', bot_id: 'B1' }).isBot).toBe(true);
    expect(readMessage({ ts: '1.0', user: 'U1' }).isBot).toBe(false);
  });

  test('names whom its text, blocks and attachments name', () => {
    const message = readMessage({
      text: '<@U1>',
      blocks: [{ type: 'rich_text', elements: [{ type: 'user', user_id: 'U2' }] }],
      attachments: [{ text: '<!subteam^S1|@x> <@U1|ana>' }],
    });
    expect(message.mentions).toEqual(['U1', 'U2', 'S1']);
  });

  test.each([
    ['good', 'var(--good)'],
    ['danger', 'var(--bad)'],
    ['#c03328', '#c03328'],
    ['c03328', '#c03328'],
    ['red; background: url(//evil)', 'var(--line-strong)'],
    ['constructor', 'var(--line-strong)'],
    ['', 'var(--line-strong)'],
  ])('with an attachment of colour %j has a bar of %s', (color, shown) => {
    expect(readMessage({ attachments: [{ color }] }).attachments[0]?.color).toBe(shown);
  });

  test('with an unsafe title link keeps the title only', () => {
    const [attachment] = readMessage({
      attachments: [{ title: 'T', title_link: 'javascript:x' }],
    }).attachments;
    expect(attachment).toMatchObject({ titleLink: undefined, title: [{ text: 'T' }] });
  });

  test('with a picture has its description', () => {
    const files = [{ id: 'F1', name: 'a.png', mimetype: 'image/png', url_private: '/f', alt_txt: 'A chart' }];
    expect(readMessage({ files }).files).toEqual([
      { id: 'F1', title: 'a.png', address: '/f', alt: 'A chart', isImage: true },
    ]);
  });

  test.each([
    [undefined],
    [null],
    ['x'],
    [{ blocks: 1, attachments: {}, files: [null], reactions: 'x' }],
  ])('that is none does no harm: %j', (json) => {
    expect(readMessage(json)).toMatchObject({
      ts: '',
      blocks: [],
      attachments: [],
      files: [],
      reactions: [],
    });
  });
});
