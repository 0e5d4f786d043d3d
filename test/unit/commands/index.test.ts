import { describe, expect, it } from 'vitest';
import { COMMANDS, parseCommand, parseMention } from '../../../commands/index.ts';
import { anywhere } from './vocabulary.ts';

describe('a slash command', () => {
  it('is read by the grammar of its name', () => {
    expect(parseCommand('deploy', 'api v1.2.0 prod', anywhere)).toMatchObject({ value: { name: 'deploy' } });
    expect(parseCommand('rollback', 'api prod', anywhere)).toMatchObject({ value: { name: 'rollback' } });
    expect(parseCommand('status', '', anywhere)).toMatchObject({ value: { name: 'status' } });
  });

  it.each(['deplyo', 'constructor', 'Deploy', ''])('called “%s” is refused', (name) => {
    expect(parseCommand(name, 'api v1.2.0 prod', anywhere)).toMatchObject({
      refusal: {
        code: 'unknown-word',
        word: name,
        allowed: ['deploy', 'rollback', 'canary', 'backup', 'status'],
      },
    });
  });
});

describe('a mention', () => {
  it('is read like the command that its first word names', () => {
    expect(parseMention(' deploy api v1.2.0 prod', anywhere)).toEqual(
      parseCommand('deploy', 'api v1.2.0 prod', anywhere),
    );
    expect(parseMention('status', anywhere)).toEqual(parseCommand('status', '', anywhere));
    expect(parseMention('rollback\u00a0api prod', anywhere)).toMatchObject({ value: { name: 'rollback' } });
  });

  it('with an address that Slack made a link is read as it was typed', () => {
    expect(parseMention('deploy api <http://release.io|release.io> prod', anywhere)).toMatchObject({
      value: { version: 'release.io' },
    });
  });

  it.each(['', '  ', 'help', '?', '--help', '-h'])('that says “%s” asks what there is', (text) => {
    expect(parseMention(text, anywhere)).toEqual({ ok: true, value: { name: 'help', command: null } });
  });

  it('can ask about one command', () => {
    expect(parseMention('help rollback', anywhere)).toEqual({
      ok: true,
      value: { name: 'help', command: 'rollback' },
    });
    expect(parseMention('help me', anywhere)).toMatchObject({ refusal: { word: 'me' } });
  });

  it.each([
    'thanks!',
    'depoly api v1.2.0 prod',
    'hello deploy api v1.2.0 prod',
  ])('like “%s” is refused', (text) => {
    expect(parseMention(text, anywhere)).toMatchObject({ ok: false, refusal: { code: 'unknown-word' } });
  });
});

describe('the help of a command', () => {
  it.each(Object.values(COMMANDS))('shows only examples that are understood: /$name', (grammar) => {
    for (const { text } of grammar.examples) {
      const [, name = '', rest = ''] = /^\/(\S+)\s*(.*)$/.exec(text) ?? [];
      const vocabulary = { ...anywhere, defaults: { service: 'api', environment: 'production' } };
      expect(parseCommand(name, rest, vocabulary), text).toMatchObject({ ok: true });
      expect(name).toBe(grammar.name);
    }
  });
});
