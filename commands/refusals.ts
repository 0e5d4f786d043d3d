import { nearest } from '../src/domain/nearest.ts';
import type { Refusal, WordRole } from '../src/domain/refusal.ts';

/** What a grammar refuses: a word that means nothing, or one that is missing. */
export type WordRefusal = Extract<Refusal, { readonly code: 'unknown-word' | 'missing-word' }>;

/** As much of a word as is worth repeating to its typist. */
const LONGEST_ECHO = 80;

/** A word that was typed means nothing here. */
export function unknownWord(request: {
  readonly role: WordRole;
  readonly word: string;
  readonly understood?: readonly string[];
  /** Every spelling that would have been taken, aliases too; the nearest are picked from these. */
  readonly spellings?: readonly string[];
  /** What to write instead, where that is known better than by likeness. */
  readonly instead?: string;
  /** What is listed as allowed. */
  readonly allowed?: readonly string[];
}): WordRefusal {
  const { role, word, understood = [], spellings = [], instead, allowed = [] } = request;
  const suggestions = instead === undefined ? nearest(word, spellings) : [instead];
  return { code: 'unknown-word', role, word: clip(word), understood, nearest: suggestions, allowed };
}

/** Something that the command needs was not said. */
export function missingWord(request: {
  readonly role: WordRole;
  readonly usage: string;
  readonly understood?: readonly string[];
  readonly allowed?: readonly string[];
}): WordRefusal {
  const { role, usage, understood = [], allowed = [] } = request;
  return { code: 'missing-word', role, understood, allowed, usage };
}

/** A quoted text without its end; with the end added it would have been right. */
export function unclosedQuote(rest: string): WordRefusal {
  return unknownWord({ role: 'text', word: rest, instead: `"${clip(rest.slice(1).trim())}"` });
}

/** True for what a grammar refuses; other refusals have no word in them. */
export function isWordRefusal(refusal: { readonly code: string }): refusal is WordRefusal {
  return refusal.code === 'unknown-word' || refusal.code === 'missing-word';
}

function clip(text: string): string {
  return text.length <= LONGEST_ECHO ? text : `${text.slice(0, LONGEST_ECHO - 1).toWellFormed()}…`;
}
