import fc from 'fast-check';
import { COMMAND_NAMES, type Vocabulary } from '../../../commands/command.ts';
import { parseCommand } from '../../../commands/index.ts';
import { tokenize } from '../../../commands/tokenize.ts';
import { accountOfCommand, accountOfTokens, accounts, withoutPercentSign } from './account.ts';
import { anywhere, inDeploys } from './vocabulary.ts';

/** What somebody typed behind the name of a command, in a channel. */
export interface TypedText {
  readonly name: string;
  readonly text: string;
  readonly vocabulary: Vocabulary;
}

const services = ['api', 'backend', 'frontend', 'web', 'www', 'worker'];
const environments = ['staging', 'stg', 'production', 'prod'];
const versions = ['v1.2.0', 'main', 'feature/x', '1.0', `sha256:${'0a'.repeat(32)}`, '4f2c1ab'];
const quotes = [
  ['"', '"'],
  ['“', '”'],
  ['‘', '’'],
  ['„', '“'],
  ["'", "'"],
] as const;
export const junk = [
  '',
  'to',
  '@',
  ',',
  '--',
  '—',
  '"',
  '“',
  '?',
  '-h',
  '&amp;',
  '<@U1>',
  '\u200b',
  '..',
  '😀',
  'everything',
  '--force',
];

const vocabulary: fc.Arbitrary<Vocabulary> = fc.constantFrom(anywhere, inDeploys, {
  ...anywhere,
  defaults: { service: 'worker', environment: null },
});
const service = fc.constantFrom(...services);
const environment = fc.constantFrom(...environments);
const version = fc.constantFrom(...versions);
const quoted = fc
  .tuple(fc.constantFrom(...quotes), fc.constantFrom('site down', 'can’t log in', 'see #42 & weep'))
  .map(([[open, close], text]) => `${open}${text}${close}`);
const flag = fc.oneof(
  fc.constantFrom('--dry-run', '—dry-run'),
  fc
    .tuple(
      fc.constantFrom('--', '—', '–'),
      fc.constantFrom('reason', 'emergency'),
      fc.constantFrom(' ', '='),
      quoted,
    )
    .map(([dash, name, join, text]) => `${dash}${name}${join}${text}`),
);
const place = fc.tuple(fc.option(service), fc.option(environment)).map(texts);
const percents = ['10', '50%', '99 percent', '1 %', '0', '100', '101%', '-5', '12.5'] as const;
const opening = fc.constantFrom(...percents, 'auto');
const instruction = fc.constantFrom('promote', 'abort', 'status');
const backupId = fc.constantFrom(
  'bk-3k9x2m',
  'run-1700000000',
  'techassist-daily-20261122',
  'BK-1',
  '--',
  'api',
);
const scope = fc.oneof(place, fc.constant(['everything']));

/** Sentences of every shape, right or nearly so, as lists of pieces. */
const sentence: fc.Arbitrary<{ readonly name: string; readonly pieces: readonly string[] }> = fc.oneof(
  fc
    .tuple(
      fc.array(service, { maxLength: 2 }),
      fc.constantFrom(' ', '@'),
      version,
      fc.option(fc.constant('to')),
      fc.option(environment),
    )
    .map(([names, join, tag, to, env]) => ({
      name: 'deploy',
      pieces: [...`${names.join(',')}${names.length > 0 ? join : ''}${tag}`.split(' '), ...texts([to, env])],
    })),
  fc.option(service).map((name) => ({ name: 'deploy', pieces: texts(['history', name]) })),
  fc
    .tuple(scope, fc.option(quoted), fc.option(fc.constantFrom('for 2h', 'for 30m', 'for 2')))
    .map(([where, reason, end]) => ({ name: 'deploy', pieces: texts(['lock', ...where, reason, end]) })),
  place.map((where) => ({ name: 'deploy', pieces: ['stop', ...where] })),
  scope.map((where) => ({ name: 'deploy', pieces: ['unlock', ...where] })),
  fc
    .tuple(place, fc.option(version))
    .map(([where, to]) => ({ name: 'rollback', pieces: [...where, ...(to === null ? [] : ['to', to])] })),
  fc
    .tuple(fc.option(opening), fc.option(service), version, fc.option(environment))
    .map(([how, name, tag, env]) => ({ name: 'canary', pieces: texts([how, name, tag, env]) })),
  fc
    .tuple(fc.oneof(opening, instruction), place, fc.option(quoted))
    .map(([what, where, reason]) => ({ name: 'canary', pieces: texts([what, ...where, reason]) })),
  place.map((pieces) => ({ name: 'backup', pieces })),
  place.map((where) => ({ name: 'backup', pieces: ['list', ...where] })),
  fc
    .tuple(fc.constantFrom('verify', 'restore'), backupId, place)
    .map(([verb, id, where]) => ({ name: 'backup', pieces: [verb, id, ...where] })),
  place.map((pieces) => ({ name: 'status', pieces })),
  place.map((where) => ({ name: 'status', pieces: ['why', ...where] })),
);

type Mutation = (pieces: readonly string[]) => readonly string[];

const position = fc.nat({ max: 8 });
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.constant<Mutation>((pieces) => pieces),
  fc.tuple(position, flag).map(
    ([at, text]): Mutation =>
      (pieces) =>
        pieces.toSpliced(at, 0, text),
  ),
  fc
    .tuple(
      position,
      fc.oneof(
        fc.constantFrom(...services, ...environments, ...versions, ...junk),
        fc.string({ unit: 'grapheme', maxLength: 6 }),
      ),
    )
    .map(
      ([at, text]): Mutation =>
        (pieces) =>
          pieces.toSpliced(at, 0, text),
    ),
  position.map(
    (at): Mutation =>
      (pieces) =>
        pieces.toSpliced(at, 1),
  ),
  position.map(
    (at): Mutation =>
      (pieces) => [...pieces, pieces[at] ?? ''],
  ),
  fc.tuple(position, position, fc.string({ minLength: 1, maxLength: 1 })).map(
    ([at, letter, character]): Mutation =>
      (pieces) =>
        pieces.map((piece, index) =>
          index === at ? piece.slice(0, letter) + character + piece.slice(letter + 1) : piece,
        ),
  ),
  fc.tuple(position, position).map(
    ([from, to]): Mutation =>
      (pieces) =>
        pieces.toSpliced(from, 1).toSpliced(to, 0, pieces[from] ?? ''),
  ),
);

function texts(pieces: readonly (string | null)[]): readonly string[] {
  return pieces.filter((piece) => piece !== null);
}

/** Sentences of every shape with up to three mistakes. */
export const mutatedSentences: fc.Arbitrary<TypedText> = fc
  .tuple(sentence, fc.array(mutation, { maxLength: 3 }), vocabulary)
  .map(([{ name, pieces }, mutations, words]) => ({
    name,
    text: mutations.reduce((changed, mutate) => mutate(changed), pieces).join(' '),
    vocabulary: words,
  }));

const known = fc.oneof(
  fc.constantFrom(
    ...services,
    ...environments,
    ...versions,
    ...junk,
    'history',
    'lock',
    'unlock',
    'stop',
    'why',
    'for',
    '2h',
    ...percents,
    '%',
    'percent',
    'auto',
    'promote',
    'abort',
    'status',
    'list',
    'verify',
    'restore',
    'bk-3k9x2m',
  ),
  flag,
  quoted,
);

/** Words that mean something, in any order. */
export const heaps: fc.Arbitrary<TypedText> = fc
  .tuple(fc.constantFrom(...COMMAND_NAMES), fc.array(known, { maxLength: 6 }), vocabulary)
  .map(([name, pieces, words]) => ({ name, text: pieces.join(' '), vocabulary: words }));

export const randomTexts: fc.Arbitrary<TypedText> = fc
  .tuple(
    fc.constantFrom(...COMMAND_NAMES),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({ maxLength: 60 }),
    ),
    vocabulary,
  )
  .map(([name, text, words]) => ({ name, text, vocabulary: words }));

/** The whole of the promise: an answer always, and a command only when every word of the text is in it. */
export function expectAccounted(name: string, text: string, words: Vocabulary): 'command' | 'refusal' {
  const outcome = parseCommand(name, text, words);
  if (!outcome.ok) return 'refusal';
  const tokens = tokenize(text);
  if (outcome.value.name === 'help') return 'command';
  if (!tokens.ok) throw new Error(`a command came out of an unfinished quote: ${text}`);
  const account = accountOfTokens(tokens.value, words);
  const typed = name === 'canary' ? withoutPercentSign(account) : account;
  const understood = accountOfCommand(outcome.value);
  if (!accounts(typed, understood, words)) {
    throw new Error(`“/${name} ${text}” became ${JSON.stringify(outcome.value)}`);
  }
  return 'command';
}
