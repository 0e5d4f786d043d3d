import { type Outcome, refuse } from '../src/domain/refusal.ts';
import type { RequestOptions } from '../src/domain/request.ts';
import type { Command, Vocabulary } from './command.ts';
import { isWordRefusal, missingWord, unknownWord, type WordRefusal } from './refusals.ts';
import { type FlagToken, spelled, type Token, type WordToken } from './tokenize.ts';
import { understoodOf } from './understood.ts';
import { isTaken } from './words.ts';

/** A flag either stands alone, or takes a text, or a word that need not stand in quotes whatever else it may mean. */
export type FlagSpec = Readonly<Record<string, 'switch' | 'text' | 'word'>>;

/** The flags of commands that become operations. */
export const OPERATION_FLAGS: FlagSpec = { '--dry-run': 'switch', '--emergency': 'text', '--reason': 'text' };
/** The flags of commands that ship something. */
export const SHIPPING_FLAGS: FlagSpec = { ...OPERATION_FLAGS, '--during-incident': 'text' };
/** Those of a deploy, which may be of a part. */
export const DEPLOY_FLAGS: FlagSpec = { ...SHIPPING_FLAGS, '--only': 'word' };
export const NO_FLAGS: FlagSpec = {};

/** A flag with the text that belongs to it: behind its `=`, or the token after it. */
interface Flag {
  readonly token: FlagToken;
  readonly text: string | null;
  /** The text is the next word, without quotes. */
  readonly bare: boolean;
}

/** What was said, parted into words and flags. */
export interface Said {
  /** Words and quoted texts that belong to no flag, in order. */
  readonly words: readonly WordToken[];
  /** By name; null for flags that stand alone. Only flags that are right. */
  readonly flags: ReadonlyMap<string, string | null>;
  /** Somebody asked how this works; then nothing else counts. */
  readonly help: boolean;
  /** The first thing wrong with the flags. */
  readonly problem: WordRefusal | null;
}

/** True for every spelling of a question for help. */
export function asksForHelp(token: Token): boolean {
  if (token.kind === 'word') return token.text === 'help' || token.text === '?';
  return token.kind === 'flag' && token.value === null && ['--help', '-h'].includes(token.name);
}

/** Takes the flags out of what was typed, wherever they stand. */
export function readFlags(tokens: readonly Token[], spec: FlagSpec, vocabulary: Vocabulary): Said {
  const { words, flags, help } = partFlags(tokens, spec);
  const read = new Map<string, string | null>();
  const problems: WordRefusal[] = [];
  for (const flag of flags) {
    const problem = read.has(flag.token.name) ? repeated(flag) : problemOf(flag, spec, vocabulary);
    if (problem === null) read.set(flag.token.name, flag.text);
    else problems.push(problem);
  }
  return { words, flags: read, help, problem: problems[0] ?? null };
}

/** The flags of an operation as its options. */
export function optionsOf(said: Said): { readonly dryRun: boolean; readonly options: RequestOptions } {
  const { flags } = said;
  const duringIncident = flags.get('--during-incident') ?? null;
  const options = {
    emergency: flags.get('--emergency') ?? null,
    reason: flags.get('--reason') ?? null,
    ...(duringIncident === null ? {} : { duringIncident }),
  };
  return { dryRun: flags.has('--dry-run'), options };
}

/** Joins what the words meant with the flags: one wrong flag refuses the whole, saying what was clear. */
export function withFlags(said: Said, outcome: Outcome<Command>): Outcome<Command> {
  const flags = [...said.flags].map(([name, text]) => (text === null ? name : `${name} "${text}"`));
  if (said.problem !== null) {
    const words = outcome.ok ? understoodOf(outcome.value) : [];
    return refuse({ ...said.problem, understood: [...words, ...flags] });
  }
  if (outcome.ok || !isWordRefusal(outcome.refusal)) return outcome;
  return refuse({ ...outcome.refusal, understood: [...outcome.refusal.understood, ...flags] });
}

function partFlags(tokens: readonly Token[], spec: FlagSpec) {
  const words: WordToken[] = [];
  const flags: Flag[] = [];
  let help = false;
  let taken = false;
  for (const [index, token] of tokens.entries()) {
    if (taken) {
      taken = false;
    } else if (asksForHelp(token)) {
      help = true;
    } else if (token.kind !== 'flag') {
      words.push(token);
    } else {
      const next = token.value === null ? textAfter(token, tokens[index + 1], spec) : null;
      flags.push({ token, text: token.value ?? next?.text ?? null, bare: next?.kind === 'word' });
      taken = next !== null;
    }
  }
  return { words, flags, help };
}

/** A quoted text behind a flag belongs to it, and a word does if the flag takes a text. */
function textAfter(flag: FlagToken, next: Token | undefined, spec: FlagSpec): WordToken | null {
  if (next?.kind === 'text') return next;
  const takes = spec[flag.name];
  return next?.kind === 'word' && (takes === 'text' || takes === 'word') ? next : null;
}

function problemOf({ token, text, bare }: Flag, spec: FlagSpec, vocabulary: Vocabulary): WordRefusal | null {
  const takes = spec[token.name];
  if (takes === undefined) {
    const allowed = Object.keys(spec);
    return unknownWord({ role: 'flag', word: spelled(token), spellings: allowed, allowed });
  }
  if (takes === 'switch') {
    return text === null ? null : unknownWord({ role: 'text', word: text, instead: token.name });
  }
  if (!saysSomething(text)) {
    const usage = takes === 'word' ? `${token.name} service` : `${token.name} "text"`;
    return missingWord({ role: takes === 'word' ? 'service' : 'text', usage });
  }
  if (takes === 'word' || !bare || !belongsToSentence(text, vocabulary)) return null;
  return unknownWord({ role: 'text', word: text, instead: `${token.name} "${text}"` });
}

/**
 * In `--emergency api v1.2.0` the text was forgotten, and `api` is not it. A bare word that has a place in
 * the sentence is a reason only in quotes.
 */
function belongsToSentence(word: string, vocabulary: Vocabulary): boolean {
  return isTaken(word, vocabulary) || /[@,]/.test(word) || /^v?\d/.test(word);
}

function repeated({ token, text }: Flag): WordRefusal {
  return unknownWord({ role: 'word', word: text === null ? token.name : `${token.name} "${text}"` });
}

/** A reason has at least one letter or digit in it. */
export function saysSomething(text: string | null): text is string {
  return text !== null && /[\p{L}\p{N}]/u.test(text);
}
