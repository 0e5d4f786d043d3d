import { distance } from 'fastest-levenshtein';
import { nearest } from '../src/domain/nearest.ts';
import { accept, type Outcome, refuse } from '../src/domain/refusal.ts';
import type { TargetRef } from '../src/domain/target.ts';
import type { Vocabulary } from './command.ts';
import { missingWord, unknownWord, type WordRefusal } from './refusals.ts';
import { spelled, type WordToken } from './tokenize.ts';
import {
  environmentNames,
  environmentSpellings,
  findEnvironment,
  findService,
  findTarget,
  isTaken,
  isVersion,
  serviceNames,
  serviceSpellings,
} from './words.ts';

/** The words to read, and the command that they belong to. */
export interface ShipmentRequest {
  readonly words: readonly WordToken[];
  readonly vocabulary: Vocabulary;
  /** How it is written: `/deploy service version environment`. */
  readonly usage: string;
  /** What else the command may begin with. */
  readonly otherBeginnings: readonly string[];
}

/** What `service version environment` said. */
export interface Shipment {
  readonly targets: readonly TargetRef[];
  readonly version: string;
}

/** The words by the part that each must play. */
interface Parts {
  /** `api` or `api,frontend`; null when no service was said. */
  readonly services: string | null;
  readonly version: string | undefined;
  /** `service@version`: this is a version whatever else it may mean. */
  readonly joined: boolean;
  readonly rest: readonly string[];
}

/**
 * Reads `[service[,service]] version [to] [environment]`, or `service@version [to] [environment]`. A word
 * that names a service or an environment is never taken for a version, unless it stands behind an `@` and
 * the environment is said too.
 */
export function readShipment(request: ShipmentRequest): Outcome<Shipment> {
  const { vocabulary } = request;
  const parts = partWords(joinLists(request.words.map(spelled)), request);
  const services = readServices(parts, request);
  if (!services.ok) return services;
  const understood = services.value.map((service) => `service ${service}`);
  const version = readVersion(parts, request, understood);
  if (!version.ok) return version;
  understood.push(`version ${version.value}`);
  const environment = readDestination(parts.rest, request, understood);
  if (!environment.ok) return environment;
  const targets = services.value.map((service) => ({ service, environment: environment.value }));
  const missing = targets.map((target) => findTarget(target, vocabulary)).find(({ ok }) => !ok);
  return missing === undefined || missing.ok ? accept({ targets, version: version.value }) : missing;
}

/** `api, frontend` is one list. */
function joinLists(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const word of words) {
    const previous = joined.at(-1);
    if (previous?.endsWith(',') || (previous !== undefined && word.startsWith(','))) {
      joined[joined.length - 1] = previous + word;
    } else {
      joined.push(word);
    }
  }
  return joined;
}

function partWords(words: readonly string[], request: ShipmentRequest): Parts {
  const [first = '', second] = words;
  const at = first.indexOf('@');
  if (at > 0) {
    const [services, version] = [first.slice(0, at), first.slice(at + 1)];
    return { services, version, joined: true, rest: words.slice(1) };
  }
  if (beginsWithVersion(words, request)) {
    return { services: null, version: words[0], joined: false, rest: words.slice(1) };
  }
  return { services: first, version: second, joined: false, rest: words.slice(2) };
}

/**
 * Was the service left out? Not if the first word is one, and not if it might be one with a typing
 * error: the channel's service is only meant when nothing else can be.
 */
function beginsWithVersion(
  words: readonly string[],
  { vocabulary, otherBeginnings }: ShipmentRequest,
): boolean {
  const [first, second] = words;
  if (first === undefined) return true;
  if (first.includes(',') || findService(first, vocabulary) !== null) return false;
  if (/^(v?\d|sha256:)/.test(first) || isTaken(first, vocabulary)) return true;
  const names = [...serviceSpellings(vocabulary), ...otherBeginnings];
  if (vocabulary.defaults.service === null || isTypingErrorOf(first, names)) return false;
  return (
    second === undefined || second === 'to' || nearest(second, environmentSpellings(vocabulary)).length > 0
  );
}

/** One letter off, two in a long word, or the right letters in another order. */
function isTypingErrorOf(word: string, names: readonly string[]): boolean {
  return names.some(
    (name) =>
      distance(word, name) <= (name.length > 5 ? 2 : 1) || sortedLetters(word) === sortedLetters(name),
  );
}

function sortedLetters(word: string): string {
  return [...word].sort().join('');
}

function readServices(
  parts: Parts,
  { vocabulary, usage, otherBeginnings }: ShipmentRequest,
): Outcome<readonly string[]> {
  const allowed = serviceNames(vocabulary);
  if (parts.services === null) {
    const { service } = vocabulary.defaults;
    return service === null ? refuse(missingWord({ role: 'service', usage, allowed })) : accept([service]);
  }
  const services: string[] = [];
  for (const word of parts.services.split(',')) {
    const service = findService(word, vocabulary);
    const understood = services.map((name) => `service ${name}`);
    if (service === null) {
      const spellings = [...serviceSpellings(vocabulary), ...otherBeginnings];
      return refuse(unknownWord({ role: 'service', word, understood, spellings, allowed }));
    }
    if (services.includes(service)) return refuse(unknownWord({ role: 'word', word, understood }));
    services.push(service);
  }
  return accept(services);
}

function readVersion(parts: Parts, request: ShipmentRequest, understood: readonly string[]): Outcome<string> {
  const { version, joined, rest } = parts;
  if (version === undefined || version === '' || version === 'to') {
    return refuse(missingWord({ role: 'version', usage: request.usage, understood }));
  }
  if (isTaken(version, request.vocabulary) && !(joined && rest.length > 0)) {
    return refuse(takenVersion(version, parts, request, understood));
  }
  if (isVersion(version)) return accept(version);
  return refuse(unknownWord({ role: 'version', word: version, understood }));
}

/** The version's place is held by a word that means something else. */
function takenVersion(
  version: string,
  { services, joined, rest }: Parts,
  { vocabulary, usage }: ShipmentRequest,
  understood: readonly string[],
): WordRefusal {
  const environment = findEnvironment(version, vocabulary);
  if (joined) {
    const known = [...understood, `version ${version}`];
    const allowed = environmentNames(vocabulary);
    return missingWord({ role: 'environment', usage, understood: known, allowed });
  }
  if (environment !== null && rest.length === 0) {
    const known = [...understood, `environment ${environment}`];
    return missingWord({ role: 'version', usage, understood: known });
  }
  const join = findService(version, vocabulary) === null ? '@' : ',';
  const instead = services === null ? {} : { instead: `${services}${join}${version}` };
  return unknownWord({ role: 'version', word: version, understood, ...instead });
}

function readDestination(
  rest: readonly string[],
  { vocabulary, usage }: ShipmentRequest,
  understood: readonly string[],
): Outcome<string> {
  const [word, extra] = rest[0] === 'to' ? rest.slice(1) : rest;
  const allowed = environmentNames(vocabulary);
  if (word === undefined) {
    const environment = rest.length === 0 ? vocabulary.defaults.environment : null;
    if (environment !== null) return accept(environment);
    return refuse(missingWord({ role: 'environment', usage, understood, allowed }));
  }
  const environment = findEnvironment(word, vocabulary);
  if (environment === null) {
    const spellings = environmentSpellings(vocabulary);
    return refuse(unknownWord({ role: 'environment', word, understood, spellings, allowed }));
  }
  if (extra === undefined) return accept(environment);
  const known = [...understood, `environment ${environment}`];
  return refuse(unknownWord({ role: 'word', word: extra, understood: known }));
}
