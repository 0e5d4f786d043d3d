import type { CanaryInstruction } from '../src/domain/canary.ts';
import { nearest } from '../src/domain/nearest.ts';
import { accept, type Outcome, refuse } from '../src/domain/refusal.ts';
import type { TargetRef } from '../src/domain/target.ts';
import type { Vocabulary } from './command.ts';
import { NO_FLAGS, saysSomething } from './flags.ts';
import { missingWord, unknownWord, type WordRefusal } from './refusals.ts';
import type { Sentence } from './sentence.ts';
import { spelled, type WordToken } from './tokenize.ts';
import { environmentSpellings, readPlace, refusalOfRest, serviceSpellings, targetOf } from './words.ts';

const ABORT_USAGE = '/canary abort service environment "reason"';

/** `[service] [environment]` behind what the canary is told; no words mean the one of this channel. */
export function instructed(
  instruction: Exclude<CanaryInstruction, { readonly kind: 'abort' }>,
  words: readonly WordToken[],
): Sentence {
  return {
    flags: NO_FLAGS,
    read(_said, vocabulary) {
      const said = instruction.kind === 'move' ? `${instruction.percent}` : instruction.kind;
      const target = readTarget(words, vocabulary, `/canary ${said} service environment`);
      return target.ok ? accept({ name: 'canary-instruction', target: target.value, instruction }) : target;
    },
  };
}

/** `status [service] [environment]` */
export const status: Sentence = {
  flags: NO_FLAGS,
  read({ words }, vocabulary) {
    const target = readTarget(words.slice(1), vocabulary, '/canary status service environment');
    return target.ok ? accept({ name: 'canary-status', target: target.value }) : target;
  },
};

/** `abort [service] [environment] ["reason"]`, the reason on either side of the place; also `--reason "text"`. */
export const abort: Sentence = {
  flags: { '--reason': 'text' },
  read(said, vocabulary) {
    const behind = said.words.slice(1);
    const words = behind.filter(({ kind }) => kind === 'word');
    const stray = strayReason(words, vocabulary);
    if (stray !== null) return refuse(stray);
    const target = readTarget(words, vocabulary, ABORT_USAGE);
    if (!target.ok) return target;
    const texts = behind.filter(({ kind }) => kind === 'text');
    const reason = readReason(texts, said.flags.get('--reason') ?? null);
    if (!reason.ok) return reason;
    const instruction = { kind: 'abort', reason: reason.value } as const;
    return accept({ name: 'canary-instruction', target: target.value, instruction });
  },
};

/** Null when no words are left: which canary is meant shows where it was said. */
function readTarget(
  words: readonly WordToken[],
  vocabulary: Vocabulary,
  usage: string,
): Outcome<TargetRef | null> {
  if (words.length === 0) return accept(null);
  const place = readPlace(words, vocabulary);
  const refusal = refusalOfRest(place, vocabulary);
  return refusal === null ? targetOf(place, vocabulary, usage) : refuse(refusal);
}

/** Bare words that are no place, nor one with a typing error, are a reason without its quotes. */
function strayReason(words: readonly WordToken[], vocabulary: Vocabulary): WordRefusal | null {
  const { rest, service, understood } = readPlace(words, vocabulary);
  const [first] = rest;
  if (first === undefined) return null;
  const environments = environmentSpellings(vocabulary);
  const spellings = service === null ? [...serviceSpellings(vocabulary), ...environments] : environments;
  if (nearest(first.text, spellings).length > 0) return null;
  const instead = `"${rest.map(({ text }) => text).join(' ')}"`;
  return unknownWord({ role: 'word', word: first.text, understood, instead });
}

/** At most one, from either place. */
function readReason(texts: readonly WordToken[], flagged: string | null): Outcome<string | null> {
  const [token, extra] = flagged === null ? texts : [undefined, ...texts];
  if (extra !== undefined) return refuse(unknownWord({ role: 'word', word: spelled(extra) }));
  const reason = flagged ?? token?.text ?? null;
  if (reason === null || saysSomething(reason)) return accept(reason);
  return refuse(missingWord({ role: 'text', usage: ABORT_USAGE }));
}
