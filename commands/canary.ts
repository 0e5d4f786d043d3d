import { nearest } from '../src/domain/nearest.ts';
import { accept, type Refusal, refuse } from '../src/domain/refusal.ts';
import { abort, instructed, status } from './canary-instruction.ts';
import { type CanaryOpening, isPercent, notPercent, readOpening } from './canary-opening.ts';
import type { CommandGrammar, Vocabulary } from './command.ts';
import { optionsOf, readFlags, SHIPPING_FLAGS } from './flags.ts';
import { isWordRefusal, missingWord, unknownWord, type WordRefusal } from './refusals.ts';
import { readSentence, type Sentence } from './sentence.ts';
import { readShipment } from './shipment.ts';
import { tokenize, type WordToken } from './tokenize.ts';
import { environmentNames, environmentSpellings, findService, readPlace, serviceSpellings } from './words.ts';

const USAGE = '/canary 10 service version environment';
/** What the command may begin with beside a percent and a service. */
const OTHER_BEGINNINGS = ['promote', 'abort', 'auto', 'status', 'help'];

/** `/canary`: try a version on a share of the traffic, and say how it goes on. */
export const canary: CommandGrammar = {
  name: 'canary',
  description: 'Try a version on a share of the traffic first',
  usageHint: 'percent service version environment, or percent, promote, abort, auto, status, help',
  examples: [
    { text: '/canary 10 api v1.2.0 production', does: 'start with 10 % of the traffic' },
    { text: '/canary api v1.2.0 production', does: 'start with the first step of the config' },
    { text: '/canary auto api v1.2.0 production', does: 'start, and walk through the steps by itself' },
    { text: '/canary 10 api v1.2.0 production --dry-run', does: 'show the plan and change nothing' },
    { text: '/canary 50', does: 'give the canary of this channel 50 %' },
    { text: '/canary 50 api production', does: 'give that canary 50 %' },
    { text: '/canary auto', does: 'let it walk through the rest of its steps by itself' },
    { text: '/canary promote', does: 'give it everything' },
    { text: '/canary abort "too slow"', does: 'take it back: traffic as it was before' },
    { text: '/canary status', does: 'see its share, time and verdicts' },
  ],
  parse(text, vocabulary) {
    const tokens = tokenize(text);
    if (!tokens.ok) return tokens;
    if (tokens.value.length === 0) return accept({ name: 'help', command: 'canary' });
    const { words } = readFlags(tokens.value, SHIPPING_FLAGS, vocabulary);
    const sentence = sentenceOf(words, vocabulary);
    return readSentence(sentence, { command: 'canary', tokens: tokens.value, vocabulary });
  },
};

/** Which sentence it is: a start names a version, an instruction at most a place. */
function sentenceOf(words: readonly WordToken[], vocabulary: Vocabulary): Sentence {
  const [first, ...rest] = words;
  if (first?.kind === 'word') {
    if (first.text === 'status') return status;
    if (first.text === 'promote') return instructed({ kind: 'promote' }, rest);
    if (first.text === 'abort') return abort;
  }
  const opening = readOpening(words);
  if (!opening.ok) return refused(opening.refusal);
  const { percent, auto, rest: behind } = opening.value;
  const said = behind.filter(({ kind }) => kind === 'word');
  const onlyPlace = readPlace(said, vocabulary).rest.length === 0;
  if (onlyPlace && percent !== null) return instructed({ kind: 'move', percent }, behind);
  if (onlyPlace && auto) return instructed({ kind: 'auto' }, behind);
  return start(opening.value);
}

function refused(refusal: WordRefusal): Sentence {
  return { flags: SHIPPING_FLAGS, read: () => refuse(refusal) };
}

/** `[percent | auto] service version environment`, as after `/deploy`, but one service. */
function start(opening: CanaryOpening): Sentence {
  return {
    flags: SHIPPING_FLAGS,
    read(said, vocabulary) {
      const { percent, auto, rest } = opening;
      const stray = strayBeginning(opening, vocabulary);
      if (stray !== null) return refuse(stray);
      const read = readShipment({ words: rest, vocabulary, usage: USAGE, otherBeginnings: OTHER_BEGINNINGS });
      if (!read.ok) return refuse(knowing(opening, read.refusal));
      const [target, extra] = read.value.targets;
      if (target === undefined) return refuse(missingWord({ role: 'service', usage: USAGE }));
      if (extra === undefined) {
        const { version } = read.value;
        return accept({ name: 'canary', target, version, percent, auto, ...optionsOf(said) });
      }
      const understood = [...opening.understood, `service ${target.service}`];
      return refuse(unknownWord({ role: 'word', word: extra.service, understood }));
    },
  };
}

/** The refusal, with what the opening said among what was understood. */
function knowing({ understood }: CanaryOpening, refusal: Refusal): Refusal {
  if (!isWordRefusal(refusal)) return refusal;
  return { ...refusal, understood: [...understood, ...refusal.understood] };
}

/** A word in front of the shipment that can only be a mistake. */
function strayBeginning(
  { percent, auto, rest, understood }: CanaryOpening,
  vocabulary: Vocabulary,
): WordRefusal | null {
  const [first, second] = rest;
  if (first?.kind !== 'word') return null;
  const begun = percent !== null || auto;
  if (begun && (isPercent(first.text) || OTHER_BEGINNINGS.includes(first.text))) {
    return unknownWord({ role: 'word', word: first.text, understood });
  }
  if (!begun && isNotPercent(first, second, vocabulary)) {
    const spellings = [...OTHER_BEGINNINGS, ...serviceSpellings(vocabulary)];
    return notPercent(first.text, spellings);
  }
  return strayEnvironment(rest, vocabulary, understood);
}

/** `abc` alone, or before a service: it stands where the percent does, and looks like nothing else. */
function isNotPercent({ text }: WordToken, second: WordToken | undefined, vocabulary: Vocabulary): boolean {
  const isPlace = readPlace([{ kind: 'word', text }], vocabulary).rest.length === 0;
  if (isPlace || /[@,]|^(v?\d|sha256:)/.test(text)) return false;
  if (second === undefined) return true;
  return second.kind === 'word' && findService(second.text, vocabulary) !== null;
}

/** In `50 api prodution` no version was meant, although one could be called so. */
function strayEnvironment(
  rest: readonly WordToken[],
  vocabulary: Vocabulary,
  understood: readonly string[],
): WordRefusal | null {
  const place = readPlace(rest, vocabulary);
  const [word, extra] = place.rest;
  const spellings = environmentSpellings(vocabulary);
  if (word?.kind !== 'word' || extra !== undefined || place.environment !== null) return null;
  if (nearest(word.text, spellings).length === 0) return null;
  const known = [...understood, ...place.understood];
  const allowed = environmentNames(vocabulary);
  return unknownWord({ role: 'environment', word: word.text, understood: known, spellings, allowed });
}
