import { status } from '@grpc/grpc-js';
import type { TargetProblem } from '../../src/domain/refusal.ts';
import { TargetError } from '../target.ts';

/** What each gRPC status of the Admin API means to a person (google.rpc.Code). Others are faults of the service. */
const PROBLEMS: ReadonlyMap<number, TargetProblem> = new Map([
  [status.PERMISSION_DENIED, 'permission'],
  [status.UNAUTHENTICATED, 'permission'],
  [status.RESOURCE_EXHAUSTED, 'quota'],
  [status.NOT_FOUND, 'not-found'],
  [status.ABORTED, 'conflict'],
  [status.ALREADY_EXISTS, 'conflict'],
  [status.INVALID_ARGUMENT, 'invalid'],
  [status.FAILED_PRECONDITION, 'invalid'],
  [status.OUT_OF_RANGE, 'invalid'],
  [status.UNIMPLEMENTED, 'invalid'],
  [status.DEADLINE_EXCEEDED, 'timeout'],
]);

/** A failed call as a sentence and a class. `subject` names what was called: `the service api in asia-east1`. */
export function classify(error: unknown, subject: string): TargetError {
  if (error instanceof TargetError) return error;
  const { code, words } = read(error);
  if (code === null && /default credentials/i.test(words)) {
    return new TargetError('permission', noCredentials(), { cause: error });
  }
  const problem = PROBLEMS.get(code ?? status.UNKNOWN) ?? 'unavailable';
  return new TargetError(problem, sentence({ problem, code, words, subject }), { cause: error });
}

function sentence(failed: {
  readonly problem: TargetProblem;
  readonly code: number | null;
  readonly words: string;
  readonly subject: string;
}): string {
  const { problem, code, words, subject } = failed;
  switch (problem) {
    case 'permission':
      return code === status.UNAUTHENTICATED ? noCredentials() : missingPermission(words, subject);
    case 'quota':
      return `Google Cloud’s quota is used up for ${subject}: ${ended(words)} Wait, or ask for a higher quota.`;
    case 'not-found':
      return `Cloud Run does not know ${subject}. Check project, region and name in the config: ${ended(words)}`;
    case 'conflict':
      return `${capital(subject)} was changed by somebody else at the same moment: ${ended(words)}`;
    case 'timeout':
      return `Cloud Run did not answer in time about ${subject}.`;
    case 'unavailable':
      return `Cloud Run cannot be reached about ${subject}: ${ended(words)}`;
    default:
      return `Cloud Run does not accept what was asked of ${subject}: ${ended(words)}`;
  }
}

function missingPermission(words: string, subject: string): string {
  const permission = /[Pp]ermission '?([\w.]+\.[\w.]+)'?/.exec(words)?.[1];
  const lacks = permission === undefined ? ended(words) : `it lacks ${permission}.`;
  return `Slipway may not do this to ${subject}: ${lacks} Grant its service account a role that has it, such as roles/run.developer.`;
}

function noCredentials(): string {
  return 'Google Cloud does not know who Slipway is. Set GOOGLE_APPLICATION_CREDENTIALS, or run it under a service account.';
}

function read(error: unknown): { code: number | null; words: string } {
  if (typeof error !== 'object' || error === null) return { code: null, words: String(error) };
  const code = 'code' in error && typeof error.code === 'number' ? error.code : null;
  if ('details' in error && typeof error.details === 'string' && error.details !== '') {
    return { code, words: error.details };
  }
  return { code, words: error instanceof Error ? error.message : String(error) };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Advice that Cloud Run adds to every failure of a container, and that says nothing about this one. */
const ADVICE = /\s*(This can happen when|The health check timeout can|Logs for this revision)[^.]*\./g;

/** The first paragraph without the advice, as whole sentences. */
export function ended(words: string): string {
  const first = (words.split('\n\n')[0] ?? '').replaceAll(ADVICE, '').trim();
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
