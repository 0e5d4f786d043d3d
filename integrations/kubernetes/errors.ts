import { z } from 'zod';
import type { TargetProblem } from '../../src/domain/refusal.ts';
import { explainNoAnswer } from '../fetch-error.ts';
import { TargetError } from '../target.ts';
import { type Place, placeText } from './resources.ts';

/** What a call was for: the words of its error, and of the role that would allow it. */
export interface Call {
  /** As RBAC spells it: `get`, `list`, `watch`, `create`, `patch`, `delete`. */
  readonly verb: string;
  readonly place: Place;
}

/** The body of every refusal of the API server (meta/v1 Status). */
const statusBody = z.object({ message: z.string().optional(), reason: z.string().optional() });

/** What each HTTP status of the API server means to a person. Others are faults of the server. */
const PROBLEMS: ReadonlyMap<number, TargetProblem> = new Map([
  [400, 'invalid'],
  [401, 'permission'],
  [403, 'permission'],
  [404, 'not-found'],
  [405, 'invalid'],
  [408, 'timeout'],
  [409, 'conflict'],
  [410, 'conflict'],
  [413, 'invalid'],
  [415, 'invalid'],
  [422, 'invalid'],
  [429, 'quota'],
  [504, 'timeout'],
]);

/** A refusal of the API server, as a sentence and a class. */
export function classifyAnswer(status: number, body: string, call: Call): TargetError {
  const problem = PROBLEMS.get(status) ?? 'unavailable';
  const words = messageIn(body) ?? `it answered ${status}`;
  const message = wordsFor(status, { problem, words, call, body });
  return new TargetError(problem, message, { cause: { status, body: body.slice(0, 2_000) } });
}

function wordsFor(
  status: number,
  of: {
    readonly problem: TargetProblem;
    readonly words: string;
    readonly call: Call;
    readonly body: string;
  },
): string {
  const { problem, words, call, body } = of;
  if (status === 401) return unknownIdentity();
  if (status === 404 && UNKNOWN_KIND.has((messageIn(body) ?? body).trim())) return unknownKind(call);
  return sentence(problem, words, call);
}

/** What the API server answers where nobody has defined the group, or the version, or the kind in it. */
const UNKNOWN_KIND: ReadonlySet<string> = new Set([
  '404 page not found',
  'the server could not find the requested resource',
]);

function unknownKind({ place: { resource, namespace, name } }: Call): string {
  const { group, version, plural, kind } = resource;
  const about = placeText({ resource, namespace, name });
  return `The cluster does not know the kind ${kind} (${plural}, ${group === '' ? '' : `${group}/`}${version}), so there is not ${about} either: what defines it is not installed there, or not in this version.`;
}

/** A call that got no answer, as a sentence and a class. */
export function classifyFailure(error: unknown, call: Call, server: string): TargetError {
  if (error instanceof TargetError) return error;
  const { kind, what } = explainNoAnswer(error);
  const host = URL.canParse(server) ? new URL(server).host : server;
  return new TargetError(
    kind === 'timeout' ? 'timeout' : 'unavailable',
    `The Kubernetes API at ${host} ${what}. It was asked about ${placeText(call.place)}.`,
    { cause: error },
  );
}

function sentence(problem: TargetProblem, words: string, call: Call): string {
  const place = placeText(call.place);
  switch (problem) {
    case 'permission':
      return missingRight(call, words);
    case 'not-found':
      return `There is no such thing as ${place}, or it has been deleted: ${ended(words)}`;
    case 'conflict':
      return `Somebody else changed ${place} at the same moment: ${ended(words)}`;
    case 'quota':
      return `The Kubernetes API takes no more requests for now (about ${place}): ${ended(words)}`;
    case 'timeout':
      return `The Kubernetes API did not answer in time about ${place}: ${ended(words)}`;
    case 'unavailable':
      return `The Kubernetes API is in trouble (about ${place}): ${ended(words)}`;
    default:
      return `The Kubernetes API does not accept what was asked of ${place}: ${ended(words)}`;
  }
}

/** Names what the role lacks; admission that forbids (a quota, a policy) speaks for itself. */
function missingRight({ verb, place }: Call, words: string): string {
  const byRole = /cannot \w+ resource/.test(words);
  if (!byRole) return `The cluster forbids this to ${placeText(place)}: ${ended(words)}`;
  const what = rightText({ verb, place });
  return `Slipway may not ${what}. Add that to the role of its service account.`;
}

/** “patch deployments.apps in namespace shop”, as a role has it. */
export function rightText({ verb, place: { resource, namespace, subresource } }: Call): string {
  const group = resource.group === '' ? '' : `.${resource.group}`;
  const plural = `${resource.plural}${subresource === undefined ? '' : `/${subresource}`}${group}`;
  return namespace === null ? `${verb} ${plural}` : `${verb} ${plural} in namespace ${namespace}`;
}

function unknownIdentity(): string {
  return 'The Kubernetes API does not know who Slipway is: its token or certificate is not valid (any more). Renew the kubeconfig, or the service account.';
}

function messageIn(body: string): string | null {
  try {
    return statusBody.parse(JSON.parse(body)).message ?? null;
  } catch {
    return null;
  }
}

function ended(words: string): string {
  const trimmed = words.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
