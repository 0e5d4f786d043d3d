import { accept, refuse } from '../src/domain/refusal.ts';
import type { CommandGrammar } from './command.ts';
import { type FlagSpec, NO_FLAGS, optionsOf } from './flags.ts';
import { missingWord, unknownWord } from './refusals.ts';
import { readSentence, type Sentence } from './sentence.ts';
import { spelled, tokenize, type WordToken } from './tokenize.ts';
import { findTarget, isTaken, readPlace, refusalOfRest, targetOf } from './words.ts';

const USAGE = '/backup service environment';
/** No emergency among them: what leaves the target as it is asks nobody, and a restore always asks. */
const FLAGS: FlagSpec = { '--dry-run': 'switch', '--reason': 'text' };
const OTHER_BEGINNINGS = ['list', 'verify', 'restore', 'help'];
/** As providers name backups: ours, and those of the systems that keep them. */
const BACKUP_ID = /^[a-z0-9][a-z0-9._-]{0,127}$/;

/** `/backup`: copies of the data, and the way back to them. */
export const backup: CommandGrammar = {
  name: 'backup',
  description: 'Back up the data, and get it back',
  usageHint: 'service environment, or list, verify ID, restore ID, help',
  examples: [
    { text: '/backup api production', does: 'make a backup' },
    { text: '/backup', does: 'make one of what this channel is for' },
    { text: '/backup list', does: 'see all backups: size, age, SHA-256, when they were last verified' },
    { text: '/backup list api production', does: 'see those of one target' },
    { text: '/backup verify bk-3k9x2m', does: 'restore it into a scratch place and compare' },
    {
      text: '/backup restore bk-3k9x2m',
      does: 'put its data back, once approved; what is there is backed up first',
    },
    { text: '/backup restore bk-3k9x2m --dry-run', does: 'show the plan and change nothing' },
  ],
  parse(text, vocabulary) {
    const tokens = tokenize(text);
    if (!tokens.ok) return tokens;
    const [first] = tokens.value;
    const sentence = sentenceOf(first?.kind === 'word' ? first.text : '');
    return readSentence(sentence, { command: 'backup', tokens: tokens.value, vocabulary });
  },
};

function sentenceOf(first: string): Sentence {
  if (first === 'list') return list;
  if (first === 'verify' || first === 'restore') return ofOne(first);
  return make;
}

/** `[service] [environment]`, completed by the channel's defaults. */
const make: Sentence = {
  flags: FLAGS,
  read(said, vocabulary) {
    const place = readPlace(said.words, vocabulary);
    const refusal = refusalOfRest(place, vocabulary, OTHER_BEGINNINGS);
    if (refusal !== null) return refuse(refusal);
    const target = targetOf(place, vocabulary, USAGE);
    return target.ok ? accept({ name: 'backup', target: target.value, ...optionsOf(said) }) : target;
  },
};

/** `list [service] [environment]`; what is not said is not narrowed, whatever the channel's defaults. */
const list: Sentence = {
  flags: NO_FLAGS,
  read({ words }, vocabulary) {
    const place = readPlace(words.slice(1), vocabulary);
    const refusal = refusalOfRest(place, vocabulary);
    if (refusal !== null) return refuse(refusal);
    const { service, environment } = place;
    if (service !== null && environment !== null) {
      const target = findTarget({ service, environment }, vocabulary);
      if (!target.ok) return target;
    }
    return accept({ name: 'backup-list', service, environment });
  },
};

/** `verify ID [service] [environment]`, and the same for `restore`: the id says which target is meant. */
function ofOne(verb: 'verify' | 'restore'): Sentence {
  return {
    flags: FLAGS,
    read(said, vocabulary) {
      const [, id, ...rest] = said.words;
      const usage = `/backup ${verb} ID`;
      if (id === undefined) return refuse(missingWord({ role: 'backup', usage, understood: [verb] }));
      if (!isBackupId(id) || isTaken(id.text, vocabulary)) {
        return refuse(unknownWord({ role: 'backup', word: spelled(id), understood: [verb] }));
      }
      const place = readPlace(rest, vocabulary);
      const refusal = refusalOfRest(place, vocabulary);
      if (refusal !== null) {
        const understood = [verb, `backup ${id.text}`, ...refusal.understood];
        return refuse({ ...refusal, understood });
      }
      const { service, environment } = place;
      if (service !== null && environment !== null) {
        const target = findTarget({ service, environment }, vocabulary);
        if (!target.ok) return target;
      }
      const name = verb === 'verify' ? 'backup-verify' : 'backup-restore';
      return accept({ name, backup: id.text, service, environment, ...optionsOf(said) });
    },
  };
}

function isBackupId({ kind, text }: WordToken): boolean {
  return kind === 'word' && BACKUP_ID.test(text);
}
