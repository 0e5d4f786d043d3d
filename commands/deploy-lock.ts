import { parseDuration } from '../src/config/duration.ts';
import type { LockScope } from '../src/domain/lock.ts';
import { nearest } from '../src/domain/nearest.ts';
import { accept, type Outcome, refuse } from '../src/domain/refusal.ts';
import type { Vocabulary } from './command.ts';
import { NO_FLAGS, saysSomething } from './flags.ts';
import { missingWord, unknownWord, type WordRefusal } from './refusals.ts';
import type { Sentence } from './sentence.ts';
import { spelled, type WordToken } from './tokenize.ts';
import {
  environmentNames,
  environmentSpellings,
  findTarget,
  readPlace,
  serviceNames,
  serviceSpellings,
} from './words.ts';

const LOCK_USAGE = '/deploy lock service environment "reason" for 2h';
const UNLOCK_USAGE = '/deploy unlock service environment';

/** `lock (service [environment] | environment | everything) "reason" [for 2h]`; also `--reason "text"`. */
export const lock: Sentence = {
  flags: { '--reason': 'text' },
  read(said, vocabulary) {
    const read = readScope(said.words, vocabulary, LOCK_USAGE);
    if (!read.ok) return read;
    const { scope, understood, rest } = read.value;
    const stray = strayWord(read.value, vocabulary);
    if (stray !== null) return refuse(stray);
    const duration = readDuration(rest, understood);
    if (!duration.ok) return duration;
    const { milliseconds, others } = duration.value;
    const reason = readReason(others, said.flags.get('--reason') ?? null, understood);
    return reason.ok ? accept({ name: 'lock', scope, reason: reason.value, duration: milliseconds }) : reason;
  },
};

/** `unlock (service [environment] | environment | everything)` */
export const unlock: Sentence = {
  flags: NO_FLAGS,
  read(said, vocabulary) {
    const read = readScope(said.words, vocabulary, UNLOCK_USAGE);
    if (!read.ok) return read;
    const { scope, understood, rest } = read.value;
    const [extra] = rest;
    if (extra === undefined) return accept({ name: 'unlock', scope });
    return refuse(unknownWord({ role: 'word', word: spelled(extra), understood }));
  },
};

/** A scope, the words that named it and those behind it. */
interface ReadScope {
  readonly scope: LockScope;
  readonly understood: readonly string[];
  readonly rest: readonly WordToken[];
}

/** The channel's defaults do not count here: what is locked must be said. */
function readScope(words: readonly WordToken[], vocabulary: Vocabulary, usage: string): Outcome<ReadScope> {
  const [first, ...others] = words;
  if (first?.kind === 'word' && first.text === 'everything') {
    return accept({ scope: { kind: 'everything' }, understood: ['everything'], rest: others });
  }
  const { service, environment, understood, rest } = readPlace(words, vocabulary);
  if (service !== null && environment !== null) {
    const target = findTarget({ service, environment }, vocabulary);
    return target.ok ? accept({ scope: { kind: 'target', ...target.value }, understood, rest }) : target;
  }
  if (service !== null) return accept({ scope: { kind: 'service', service }, understood, rest });
  if (environment !== null) return accept({ scope: { kind: 'environment', environment }, understood, rest });
  const allowed = [...serviceNames(vocabulary), ...environmentNames(vocabulary), 'everything'];
  if (first?.kind !== 'word') return refuse(missingWord({ role: 'service', usage, allowed }));
  const spellings = [...serviceSpellings(vocabulary), ...environmentSpellings(vocabulary), 'everything'];
  return refuse(unknownWord({ role: 'service', word: first.text, spellings, allowed }));
}

/** A bare word behind the scope: an environment with a typing error, or a reason without its quotes. */
function strayWord({ scope, understood, rest }: ReadScope, vocabulary: Vocabulary): WordRefusal | null {
  const [first] = rest;
  if (first?.kind !== 'word' || first.text === 'for') return null;
  const spellings = scope.kind === 'service' ? environmentSpellings(vocabulary) : [];
  const stray = { word: first.text, understood };
  if (nearest(first.text, spellings).length > 0) {
    return unknownWord({ ...stray, role: 'environment', spellings, allowed: environmentNames(vocabulary) });
  }
  return unknownWord({ ...stray, role: 'word', instead: `"${rest.map(({ text }) => text).join(' ')}"` });
}

interface ReadDuration {
  /** Null for a lock without an end. */
  readonly milliseconds: number | null;
  /** The words around `for 2h`. */
  readonly others: readonly WordToken[];
}

function readDuration(rest: readonly WordToken[], understood: readonly string[]): Outcome<ReadDuration> {
  const at = rest.findIndex(({ kind, text }) => kind === 'word' && text === 'for');
  if (at < 0) return accept({ milliseconds: null, others: rest });
  const token = rest[at + 1];
  const allowed = ['90s', '30m', '2h', '7d'];
  if (token === undefined) {
    return refuse(missingWord({ role: 'duration', usage: LOCK_USAGE, understood, allowed }));
  }
  const milliseconds = token.kind === 'word' ? parseDuration(token.text) : null;
  if (milliseconds !== null && milliseconds > 0) {
    return accept({ milliseconds, others: rest.toSpliced(at, 2) });
  }
  return refuse(unknownWord({ role: 'duration', word: spelled(token), understood, allowed }));
}

/** The one text that is left, unless a flag gave the reason already. */
function readReason(
  texts: readonly WordToken[],
  flagged: string | null,
  understood: readonly string[],
): Outcome<string> {
  const [token, extra] = flagged === null ? texts : [undefined, ...texts];
  if (extra !== undefined) return refuse(unknownWord({ role: 'word', word: spelled(extra), understood }));
  if (token !== undefined && token.kind !== 'text') {
    return refuse(
      unknownWord({ role: 'word', word: spelled(token), understood, instead: `"${token.text}"` }),
    );
  }
  const reason = flagged ?? token?.text ?? null;
  if (saysSomething(reason)) return accept(reason);
  return refuse(missingWord({ role: 'text', usage: LOCK_USAGE, understood }));
}
