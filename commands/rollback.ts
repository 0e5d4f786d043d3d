import { accept, type Outcome, refuse } from '../src/domain/refusal.ts';
import type { CommandGrammar, Vocabulary } from './command.ts';
import { OPERATION_FLAGS, optionsOf } from './flags.ts';
import { missingWord, unknownWord } from './refusals.ts';
import { readSentence, type Sentence } from './sentence.ts';
import { spelled, tokenize, type WordToken } from './tokenize.ts';
import { isTaken, isVersion, readPlace, refusalOfRest, targetOf } from './words.ts';

const USAGE = '/rollback service environment to version';

/** `/rollback`: go back to the last good revision, or to a named one. */
export const rollback: CommandGrammar = {
  name: 'rollback',
  description: 'Go back to what ran well before',
  usageHint: 'service environment [to version], or help',
  examples: [
    { text: '/rollback api production', does: 'go back to the last good revision' },
    { text: '/rollback api production to v1.0.0', does: 'go back to that version' },
    { text: '/rollback', does: 'roll back what this channel is for' },
    { text: '/rollback api production --dry-run', does: 'show the plan and change nothing' },
    { text: '/rollback api production --emergency "site down"', does: 'skip approval, loudly' },
  ],
  parse(text, vocabulary) {
    const tokens = tokenize(text);
    if (!tokens.ok) return tokens;
    return readSentence(wayBack, { command: 'rollback', tokens: tokens.value, vocabulary });
  },
};

/** `[service] [environment] [to version]`, completed by the channel's defaults. */
const wayBack: Sentence = {
  flags: OPERATION_FLAGS,
  read(said, vocabulary) {
    const at = said.words.findIndex(({ kind, text }) => kind === 'word' && text === 'to');
    const place = readPlace(at < 0 ? said.words : said.words.slice(0, at), vocabulary);
    const [stray] = place.rest;
    if (stray !== undefined && place.environment !== null && isVersionHere(stray, vocabulary)) {
      const instead = `to ${stray.text}`;
      return refuse(unknownWord({ role: 'word', word: stray.text, understood: place.understood, instead }));
    }
    const refusal = refusalOfRest(place, vocabulary);
    if (refusal !== null) return refuse(refusal);
    const to = at < 0 ? accept(null) : readVersion(said.words.slice(at + 1), vocabulary, place.understood);
    if (!to.ok) return to;
    const target = targetOf(place, vocabulary, USAGE);
    return target.ok
      ? accept({ name: 'rollback', target: target.value, to: to.value, ...optionsOf(said) })
      : target;
  },
};

/** Exactly one version or revision behind `to`. */
function readVersion(
  words: readonly WordToken[],
  vocabulary: Vocabulary,
  understood: readonly string[],
): Outcome<string> {
  const [token, extra] = words;
  if (token === undefined) return refuse(missingWord({ role: 'version', usage: USAGE, understood }));
  if (!isVersionHere(token, vocabulary)) {
    return refuse(unknownWord({ role: 'version', word: spelled(token), understood }));
  }
  if (extra === undefined) return accept(token.text);
  const known = [...understood, `version ${token.text}`];
  return refuse(unknownWord({ role: 'word', word: spelled(extra), understood: known }));
}

function isVersionHere({ kind, text }: WordToken, vocabulary: Vocabulary): boolean {
  return kind === 'word' && isVersion(text) && !isTaken(text, vocabulary);
}
