import { isDigest } from '../src/domain/artifact.ts';
import { accept, type Outcome, refuse } from '../src/domain/refusal.ts';
import type { TargetRef } from '../src/domain/target.ts';
import type { Vocabulary } from './command.ts';
import { missingWord, unknownWord, type WordRefusal } from './refusals.ts';
import { spelled, type WordToken } from './tokenize.ts';
import { place } from './understood.ts';

/**
 * Words that mean something in a command's grammar, now or soon. The config refuses services and
 * environments with such a name, so that no text can be read in two ways.
 */
export const RESERVED_WORDS: readonly string[] = [
  'abort',
  'auto',
  'everything',
  'for',
  'help',
  'history',
  'incidents',
  'list',
  'lock',
  'percent',
  'promote',
  'restore',
  'status',
  'stop',
  'to',
  'unlock',
  'until',
  'verify',
  'why',
];

/** A tag, branch, commit or revision as registries and git allow them; `..` is allowed by neither. */
const VERSION = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/+-]{0,127}$/;

/** The service that a word names, by its own name or an alias; null for any other word. */
export function findService(word: string, vocabulary: Vocabulary): string | null {
  const found = vocabulary.services.find(({ name, aliases }) => name === word || aliases.includes(word));
  return found?.name ?? null;
}

/** The environment that a word names, by its own name or an alias; null for any other word. */
export function findEnvironment(word: string, vocabulary: Vocabulary): string | null {
  const found = vocabulary.environments.find(({ name, aliases }) => name === word || aliases.includes(word));
  return found?.name ?? null;
}

export function serviceNames(vocabulary: Vocabulary): readonly string[] {
  return vocabulary.services.map(({ name }) => name);
}

export function environmentNames(vocabulary: Vocabulary): readonly string[] {
  return vocabulary.environments.map(({ name }) => name);
}

/** Every spelling of every service. */
export function serviceSpellings(vocabulary: Vocabulary): readonly string[] {
  return vocabulary.services.flatMap(({ name, aliases }) => [name, ...aliases]);
}

/** Every spelling of every environment. */
export function environmentSpellings(vocabulary: Vocabulary): readonly string[] {
  return vocabulary.environments.flatMap(({ name, aliases }) => [name, ...aliases]);
}

/** Could this be published somewhere as a version? Whether it is, only its registry knows. */
export function isVersion(word: string): boolean {
  return VERSION.test(word) || isDigest(word);
}

/**
 * True for a word that already means something else here. It is not taken for a version where a person
 * may have left the version out: `/deploy api staging` must not ship a tag called `staging`.
 */
export function isTaken(word: string, vocabulary: Vocabulary): boolean {
  return (
    RESERVED_WORDS.includes(word) ||
    findService(word, vocabulary) !== null ||
    findEnvironment(word, vocabulary) !== null
  );
}

/** The target of a service and an environment, if the service runs there. */
export function findTarget(target: TargetRef, vocabulary: Vocabulary): Outcome<TargetRef> {
  const environments = vocabulary.services.find(({ name }) => name === target.service)?.environments ?? [];
  if (environments.includes(target.environment)) return accept(target);
  return refuse({ code: 'no-such-target', target, environments });
}

/** What the leading words said of a place: a service, an environment, both in this order, or neither. */
export interface Place {
  readonly service: string | null;
  readonly environment: string | null;
  readonly understood: readonly string[];
  /** The words behind the place. */
  readonly rest: readonly WordToken[];
}

/** Reads `[service] [environment]`, as far as the words name them. */
export function readPlace(words: readonly WordToken[], vocabulary: Vocabulary): Place {
  const service = named(words[0], (word) => findService(word, vocabulary));
  const afterService = service === null ? words : words.slice(1);
  const environment = named(afterService[0], (word) => findEnvironment(word, vocabulary));
  return {
    service,
    environment,
    understood: place({ service, environment }),
    rest: environment === null ? afterService : afterService.slice(1),
  };
}

function named(token: WordToken | undefined, find: (word: string) => string | null): string | null {
  return token?.kind === 'word' ? find(token.text) : null;
}

/**
 * Why the word at which {@link readPlace} stopped can't stand there; null when no word is left. `others`
 * are words that the command could have begun with instead.
 */
export function refusalOfRest(
  place: Place,
  vocabulary: Vocabulary,
  others: readonly string[] = [],
): WordRefusal | null {
  const [token] = place.rest;
  if (token === undefined) return null;
  const said = { word: spelled(token), understood: place.understood };
  if (place.environment !== null || token.kind === 'text') return unknownWord({ ...said, role: 'word' });
  const environments = environmentSpellings(vocabulary);
  if (place.service !== null) {
    const allowed = environmentNames(vocabulary);
    return unknownWord({ ...said, role: 'environment', spellings: environments, allowed });
  }
  const spellings = [...serviceSpellings(vocabulary), ...environments, ...others];
  return unknownWord({ ...said, role: 'service', spellings, allowed: serviceNames(vocabulary) });
}

/** The target that a place and the channel's defaults name together, or what is missing. */
export function targetOf(place: Place, vocabulary: Vocabulary, usage: string): Outcome<TargetRef> {
  const service = place.service ?? vocabulary.defaults.service;
  const environment = place.environment ?? vocabulary.defaults.environment;
  const { understood } = place;
  if (service === null) {
    return refuse(missingWord({ role: 'service', usage, understood, allowed: serviceNames(vocabulary) }));
  }
  if (environment === null) {
    const allowed = environmentNames(vocabulary);
    return refuse(missingWord({ role: 'environment', usage, understood, allowed }));
  }
  return findTarget({ service, environment }, vocabulary);
}
