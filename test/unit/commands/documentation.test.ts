import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS, parseCommand, parseMention } from '../../../commands/index.ts';
import { blocksOf, slackExchanges } from '../../support/documentation.ts';
import { anywhere, inDeploys } from './vocabulary.ts';

/** What is described in words; what its conversations hold is typed by test/acceptance/documented-commands.test.ts. */
const described = readFileSync('docs/commands.md', 'utf8').replace(/^```slack$[\s\S]*?^```$/gm, '');
/** The last conversation of the page, but for its last line, which is refused to its typist alone. */
const refused = slackExchanges(blocksOf('docs/commands.md').at(-1)?.text ?? '')
  .filter(({ typed }) => typed.startsWith('ana '))
  .map(({ typed }) => typed.replace(/^.*?: /, ''));

/** What stands in code marks and is a command: `/deploy api v1.2.0 production`. */
function commandsIn(text: string): readonly string[] {
  return [...text.matchAll(/`([/@](?:deploy|rollback|canary|backup|status|slipway)[^`]*)`/g)].map(
    ([, command = '']) => command,
  );
}

function parse(command: string, vocabulary = inDeploys) {
  const [, name = '', rest = ''] = /^\/(\S+)\s*(.*)$/.exec(command) ?? [];
  if (command.startsWith('@slipway')) return parseMention(command.slice('@slipway'.length), vocabulary);
  return parseCommand(name, rest, vocabulary);
}

describe('docs/commands.md', () => {
  it('shows every example that the commands’ help shows', () => {
    const examples = Object.values(COMMANDS).flatMap((grammar) => grammar.examples.map(({ text }) => text));
    expect(examples.filter((example) => !commandsIn(described).includes(example))).toEqual([]);
  });

  it('describes only what is understood', () => {
    const asked = ['/deploy api staging'];
    const wrong = commandsIn(described).filter((command) => !parse(command).ok);
    expect(wrong).toEqual(asked);
  });

  it('calls refused only what is refused', () => {
    const published = refused.filter((command) => !command.includes('v9.9.9'));
    expect(published.length).toBeGreaterThan(4);
    expect(published.filter((command) => parse(command, anywhere).ok)).toEqual([]);
  });
});
