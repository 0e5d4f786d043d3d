import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES, type Vocabulary } from '../../../commands/command.ts';
import { parseCommand, parseMention } from '../../../commands/index.ts';
import { readable, tokenize } from '../../../commands/tokenize.ts';
import { accountOfCommand, accountOfTokens, accounts, withoutPercentSign } from './account.ts';
import { anywhere, inDeploys } from './vocabulary.ts';

const MUTATED_RUNS = 70_000;
const SHUFFLED_RUNS = 30_000;
const RANDOM_RUNS = 30_000;

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
const junk = [
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
  scope.map((where) => ({ name: 'deploy', pieces: ['unlock', ...where] })),
  place.map((where) => ({ name: 'deploy', pieces: ['stop', ...where] })),
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

/** The whole of the promise: an answer always, and a command only when every word of the text is in it. */
function expectAccounted(name: string, text: string, words: Vocabulary): 'command' | 'refusal' {
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

describe('the grammar of all commands', () => {
  it(`never throws and accounts for every word of ${MUTATED_RUNS} sentences with mistakes`, () => {
    const outcomes = { command: 0, refusal: 0 };
    const property = fc.property(
      sentence,
      fc.array(mutation, { maxLength: 3 }),
      vocabulary,
      ({ name, pieces }, mutations, words) => {
        const text = mutations.reduce((changed, mutate) => mutate(changed), pieces).join(' ');
        outcomes[expectAccounted(name, text, words)] += 1;
      },
    );
    fc.assert(property, { numRuns: MUTATED_RUNS });
    expect(outcomes.command).toBeGreaterThan(MUTATED_RUNS / 10);
    expect(outcomes.refusal).toBeGreaterThan(MUTATED_RUNS / 10);
  });

  it(`never throws and accounts for every word of ${SHUFFLED_RUNS} heaps of known words`, () => {
    const piece = fc.oneof(
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
    const property = fc.property(
      fc.constantFrom(...COMMAND_NAMES),
      fc.array(piece, { maxLength: 6 }),
      vocabulary,
      (name, pieces, words) => {
        expectAccounted(name, pieces.join(' '), words);
      },
    );
    fc.assert(property, { numRuns: SHUFFLED_RUNS });
  });

  it(`never throws and never acts on ${RANDOM_RUNS} random texts`, () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({ maxLength: 60 }),
    );
    const property = fc.property(
      fc.constantFrom(...COMMAND_NAMES),
      text,
      vocabulary,
      (name, typed, words) => {
        expectAccounted(name, typed, words);
        parseMention(typed, words);
      },
    );
    fc.assert(property, { numRuns: RANDOM_RUNS });
  });
});

describe('the tokenizer', () => {
  it('loses no letter and no digit, and invents none', () => {
    const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '');
    const property = fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom(...junk, '--reason="', '“', ' '),
          fc.string({ unit: 'grapheme', maxLength: 8 }),
        ),
        { maxLength: 8 },
      ),
      (pieces) => {
        const text = pieces.join('');
        const tokens = tokenize(text);
        if (!tokens.ok) return;
        const said = tokens.value.map((token) =>
          token.kind === 'flag' ? `${token.name}${token.value ?? ''}` : token.text,
        );
        expect(letters(said.join(''))).toBe(letters(readable(text)));
      },
    );
    fc.assert(property, { numRuns: 20_000 });
  });
});
