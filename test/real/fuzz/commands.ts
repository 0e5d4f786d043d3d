import fc from 'fast-check';
import { expect } from 'vitest';
import { COMMANDS, parseCommand, parseMention } from '../../../commands/index.ts';
import { renderReply } from '../../../src/slack/render/reply.ts';
import { en } from '../../../src/slack/words/en.ts';
import {
  expectAccounted,
  heaps,
  mutatedSentences,
  randomTexts,
  type TypedText,
} from '../../unit/commands/sentences.ts';
import { limitsBroken, wordsOf } from '../../unit/slack/block-limits.ts';
import { fuzz } from './counting.ts';
import { mutatedText } from './mutation.ts';

const shown = { words: en, now: new Date(0), grammars: Object.values(COMMANDS) };

/** What people type, and what they are answered. */
export function fuzzCommands(runs: number): void {
  const check = ({ name, text, vocabulary }: TypedText) => void expectAccounted(name, text, vocabulary);
  fuzz('commands: sentences with mistakes', runs * 2, mutatedSentences, check);
  fuzz('commands: heaps of known words', runs, heaps, check);
  fuzz('commands: random texts', runs, randomTexts, (typed) => {
    check(typed);
    parseMention(typed.text, typed.vocabulary);
  });
  const hostile = mutatedText(
    'api v1.2.0 <!channel> *x*',
    '`code` <https://evil.example|x>',
    '<@U0BO0000001> "a b',
  );
  const asked = fc.tuple(fc.oneof(mutatedSentences, randomTexts), hostile, fc.boolean());
  fuzz(
    'commands: answers to what is not understood',
    Math.round(runs / 4),
    asked,
    ([{ name, text, vocabulary }, more, both]) => {
      const outcome = parseCommand(name, both ? `${text} ${more}` : more, vocabulary);
      if (outcome.ok) return;
      const message = renderReply({ kind: 'refusal', refusals: [outcome.refusal] }, shown);
      expect(limitsBroken(message)).toEqual([]);
      expect(wordsOf(message)).not.toMatch(/<[!@#h]/);
    },
  );
}
