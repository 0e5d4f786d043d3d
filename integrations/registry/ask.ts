import { boundedFetch } from '../bounded-fetch.ts';
import { explainNoAnswer } from '../fetch-error.ts';
import { isLoopback } from '../loopback.ts';
import { TargetError } from '../target.ts';

/** Milliseconds for one request, redirects included. */
const TIME_LIMIT = 10_000;
/** Bytes of an answer: a manifest has four million at most, a page of tags less. */
const LARGEST_ANSWER = 8 * 1024 * 1024;
/** Registries with a storage behind them redirect once or twice. */
const MOST_REDIRECTS = 3;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** One request to a registry or to what it names. */
export interface Asked {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Asks, and follows redirects. What a registry answers must not make the bot ask just anybody: it leads to places
 * with TLS only, to this machine only where the registry itself is on it, and who signs in is shown to nobody else.
 */
export async function ask(
  url: URL,
  asked: Asked,
  { host, fetch }: { readonly host: string; readonly fetch: typeof globalThis.fetch },
): Promise<Response> {
  const signal = AbortSignal.timeout(TIME_LIMIT);
  let at = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const headers = at.origin === url.origin ? asked.headers : anonymous(asked.headers);
    const answer = await askOnce(at, { ...asked, headers, signal }, fetch);
    if (!REDIRECTS.includes(answer.status)) return answer;
    const next = URL.parse(answer.headers.get('location') ?? '', at.href);
    if (next === null || !mayLeadTo(next, host)) throw astray(host, next);
    at = next;
  }
  throw new TargetError('invalid', `The registry ${host} redirects more than ${MOST_REDIRECTS} times.`);
}

/** Whether a registry may send us there: with TLS, or on this machine, where it is itself. */
export function mayLeadTo(url: URL, registryHost: string): boolean {
  return isLoopback(url.host) ? isLoopback(registryHost) : url.protocol === 'https:';
}

/**
 * Whether a password for a registry may be shown to that token service: it is the registry itself, or under its
 * domain, as `auth.docker.io` is to `registry-1.docker.io`, or the one that the config names.
 */
export function mayKnowPassword(realm: URL, registryHost: string, tokenService: string | null): boolean {
  const { hostname } = new URL(`https://${registryHost}`);
  const domain = hostname.slice(hostname.indexOf('.') + 1);
  const isUnderDomain = domain.includes('.') && `.${realm.hostname}`.endsWith(`.${domain}`);
  return realm.hostname === hostname || isUnderDomain || realm.host === tokenService;
}

function anonymous(headers: Asked['headers']): Asked['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'authorization'));
}

/** With its body, so that what goes wrong in the middle of it is explained too. */
async function askOnce(url: URL, init: RequestInit, fetch: typeof globalThis.fetch): Promise<Response> {
  try {
    const answer = await boundedFetch(fetch, LARGEST_ANSWER)(url, { ...init, redirect: 'manual' });
    return answer.body === null ? answer : new Response(await answer.arrayBuffer(), answer);
  } catch (cause) {
    const { kind, what } = explainNoAnswer(cause);
    throw new TargetError(
      kind === 'timeout' ? 'timeout' : 'unavailable',
      `The registry ${url.host} ${what}. Is it running, and reachable from Slipway?`,
      { cause },
    );
  }
}

function astray(host: string, to: URL | null): TargetError {
  const where =
    to === null ? 'to no address' : `to ${to.protocol}//${to.host}, without TLS or on this machine`;
  return new TargetError('invalid', `The registry ${host} redirects ${where}.`);
}
