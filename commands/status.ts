import { accept, refuse } from '../src/domain/refusal.ts';
import type { CommandGrammar } from './command.ts';
import { NO_FLAGS } from './flags.ts';
import { unknownWord } from './refusals.ts';
import { readSentence, type Sentence } from './sentence.ts';
import { spelled, tokenize } from './tokenize.ts';
import { findTarget, readPlace, refusalOfRest, targetOf } from './words.ts';

const WHY_USAGE = '/status why service environment';

/** `/status`: what runs where, what is going on, and what is in the way. */
export const status: CommandGrammar = {
  name: 'status',
  description: 'See what runs where, and what is in the way',
  usageHint: '[service] [environment], or incidents, why service environment, help',
  examples: [
    { text: '/status', does: 'show every target' },
    { text: '/status api', does: 'show api in all its environments' },
    { text: '/status production', does: 'show everything in production' },
    { text: '/status api production', does: 'show one target' },
    { text: '/status incidents', does: 'list the alerts that fire' },
    { text: '/status why api production', does: 'say what blocks it and who can clear that' },
  ],
  parse(text, vocabulary) {
    const tokens = tokenize(text);
    if (!tokens.ok) return tokens;
    const [first, ...rest] = tokens.value;
    const other = first?.kind === 'word' ? OTHER_SENTENCES.get(first.text) : undefined;
    return other === undefined
      ? readSentence(overview, { command: 'status', tokens: tokens.value, vocabulary })
      : readSentence(other, { command: 'status', tokens: rest, vocabulary });
  },
};

/** `[service] [environment]`; what is not said is not narrowed, whatever the channel's defaults. */
const overview: Sentence = {
  flags: NO_FLAGS,
  read({ words }, vocabulary) {
    const place = readPlace(words, vocabulary);
    const refusal = refusalOfRest(place, vocabulary, [...OTHER_SENTENCES.keys()]);
    if (refusal !== null) return refuse(refusal);
    const { service, environment } = place;
    if (service !== null && environment !== null) {
      const target = findTarget({ service, environment }, vocabulary);
      if (!target.ok) return target;
    }
    return accept({ name: 'status', service, environment });
  },
};

/** `why [service] [environment]`, completed by the channel's defaults. */
const why: Sentence = {
  flags: NO_FLAGS,
  read({ words }, vocabulary) {
    const place = readPlace(words, vocabulary);
    const refusal = refusalOfRest(place, vocabulary);
    if (refusal !== null) return refuse(refusal);
    const target = targetOf(place, vocabulary, WHY_USAGE);
    return target.ok ? accept({ name: 'status-why', target: target.value }) : target;
  },
};

/** `incidents`, and nothing behind it. */
const incidents: Sentence = {
  flags: NO_FLAGS,
  read({ words: [extra] }) {
    if (extra === undefined) return accept({ name: 'status-incidents' });
    return refuse(unknownWord({ role: 'word', word: spelled(extra), understood: ['incidents'] }));
  },
};

/** What `/status` can do beside showing targets, by its first word. */
const OTHER_SENTENCES: ReadonlyMap<string, Sentence> = new Map([
  ['why', why],
  ['incidents', incidents],
]);
