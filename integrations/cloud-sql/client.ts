import { GoogleAuth } from 'google-auth-library';
import type { z } from 'zod';
import type { TargetProblem } from '../../src/domain/refusal.ts';
import { explainNoAnswer } from '../fetch-error.ts';
import { isLoopback } from '../loopback.ts';
import { TargetError } from '../target.ts';
import type { CloudSqlBackupConfig } from './config.ts';
import {
  type BackupRun,
  databases,
  type Instance,
  instance,
  operation,
  operationPage,
  refusal,
  runPage,
  type SqlOperation,
} from './messages.ts';

/**
 * The calls of the Cloud SQL Admin API (v1) that Slipway makes. They do not retry. Failures are TargetErrors;
 * an aborted signal rejects with its own reason. `name` is an instance's.
 */
export interface CloudSqlApi {
  /** All that are kept, newest first. */
  listRuns(signal?: AbortSignal): Promise<readonly BackupRun[]>;
  insertRun(description: string, signal: AbortSignal): Promise<void>;
  /** One that is gone already is deleted. */
  deleteRun(id: string, signal: AbortSignal): Promise<void>;
  /** Restores a run of the configured instance into that one. It throws where nobody knows whether it was begun. */
  restore(name: string, runId: string, signal: AbortSignal): Promise<RestoreReply>;
  /** Of an instance, newest first. */
  listOperations(name: string, signal: AbortSignal): Promise<readonly SqlOperation[]>;
  /** Null when it is not remembered any more. */
  findOperation(operation: string, signal: AbortSignal): Promise<SqlOperation | null>;
  /** Null when there is no such instance. */
  findInstance(name: string, signal?: AbortSignal): Promise<Instance | null>;
  insertInstance(description: object, signal: AbortSignal): Promise<void>;
  deleteInstance(name: string, signal: AbortSignal): Promise<void>;
  listDatabases(name: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** The name of the operation that restores, or that surely none was begun. */
export type RestoreReply = { readonly begun: string } | { readonly refused: TargetError };

/** What Cloud SQL answered: it was heard, and nothing was begun. */
class Refused extends TargetError {}

/** Milliseconds for one call. */
const CALL_LIMIT = 20_000;
const PAGE = '200';

type Token = () => Promise<string | null>;

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly signal: AbortSignal | undefined;
}

/** Speaks with the Admin API as the process's own Google identity; with one on this machine as nobody. */
export function connectCloudSql(config: CloudSqlBackupConfig): CloudSqlApi {
  const project = `/v1/projects/${encodeURIComponent(config.project)}`;
  const at = (name: string) => `${project}/instances/${encodeURIComponent(name)}`;
  const runs = `${at(config.instance)}/backupRuns`;
  const ask = caller(config);
  return {
    listRuns: async (signal) => {
      const found: BackupRun[] = [];
      for (let token: string | undefined = ''; token !== undefined; ) {
        const query = new URLSearchParams({
          maxResults: PAGE,
          ...(token === '' ? {} : { pageToken: token }),
        });
        const page: z.output<typeof runPage> = runPage.parse(
          await ask({ method: 'GET', path: `${runs}?${query}`, signal }),
        );
        found.push(...page.items);
        token = page.nextPageToken;
      }
      return found;
    },
    insertRun: async (description, signal) =>
      void (await ask({ method: 'POST', path: runs, body: { description }, signal })),
    deleteRun: async (id, signal) =>
      void (await unlessAbsent(ask({ method: 'DELETE', path: `${runs}/${encodeURIComponent(id)}`, signal }))),
    restore: async (name, runId, signal) => {
      const { instance: instanceId, project: from } = config;
      const body = { restoreBackupContext: { backupRunId: runId, instanceId, project: from } };
      try {
        const reply = await ask({ method: 'POST', path: `${at(name)}/restoreBackup`, body, signal });
        return { begun: operation.parse(reply).name };
      } catch (error) {
        if (error instanceof Refused) return { refused: error };
        throw error;
      }
    },
    listOperations: async (name, signal) => {
      const path = `${project}/operations?${new URLSearchParams({ instance: name })}`;
      return operationPage.parse(await ask({ method: 'GET', path, signal })).items;
    },
    findOperation: async (name, signal) => {
      const path = `${project}/operations/${encodeURIComponent(name)}`;
      const found = await unlessAbsent(ask({ method: 'GET', path, signal }));
      return found === null ? null : operation.parse(found);
    },
    findInstance: async (name, signal) => {
      const found = await unlessAbsent(ask({ method: 'GET', path: at(name), signal }));
      return found === null ? null : instance.parse(found);
    },
    insertInstance: async (body, signal) =>
      void (await ask({ method: 'POST', path: `${project}/instances`, body, signal })),
    deleteInstance: async (name, signal) =>
      void (await unlessAbsent(ask({ method: 'DELETE', path: at(name), signal }))),
    listDatabases: async (name, signal) =>
      databases
        .parse(await ask({ method: 'GET', path: `${at(name)}/databases`, signal }))
        .items.map((database) => database.name),
  };
}

function caller(config: CloudSqlBackupConfig): (call: Call) => Promise<unknown> {
  const token = isLoopback(new URL(config.endpoint).host) ? async () => null : googleToken();
  const subject = `the Cloud SQL instance ${config.instance}`;
  return async ({ method, path, body, signal }) => {
    const headers = await headersOf(token);
    const limit = AbortSignal.timeout(CALL_LIMIT);
    let response: Response;
    try {
      response = await fetch(new URL(path, config.endpoint), {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      const { kind, what } = explainNoAnswer(cause);
      const problem = kind === 'timeout' ? 'timeout' : 'unavailable';
      throw new TargetError(problem, `The Cloud SQL Admin API ${what}.`, { cause });
    }
    if (response.ok) return response.json();
    throw await refused(response, subject);
  };
}

async function headersOf(token: Token): Promise<Record<string, string>> {
  const shown = await token();
  return shown === null ? {} : { authorization: `Bearer ${shown}` };
}

function googleToken(): Token {
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  return async () => {
    try {
      return (await auth.getAccessToken()) ?? null;
    } catch (cause) {
      const message =
        'Google Cloud does not know who Slipway is. Set GOOGLE_APPLICATION_CREDENTIALS, or run it under a service account.';
      throw new TargetError('permission', message, { cause });
    }
  };
}

const PROBLEMS: ReadonlyMap<number, TargetProblem> = new Map([
  [400, 'invalid'],
  [401, 'permission'],
  [403, 'permission'],
  [404, 'not-found'],
  [409, 'conflict'],
  [412, 'conflict'],
  [429, 'quota'],
  [504, 'timeout'],
]);

async function refused(response: Response, subject: string): Promise<TargetError> {
  const text = await response.text();
  const parsed = refusal.safeParse(json(text));
  const said = parsed.success ? parsed.data.error.message : `status ${response.status}`;
  const reasons = parsed.success ? parsed.data.error.errors.map(({ reason }) => reason) : [];
  // One instance does one thing at a time: that passes.
  const problem = reasons.includes('operationInProgress')
    ? 'unavailable'
    : (PROBLEMS.get(response.status) ?? 'unavailable');
  const advice = problem === 'permission' ? ' Grant its service account roles/cloudsql.admin.' : '';
  const sentence = /[.!?]$/.test(said) ? said : `${said}.`;
  const message = `Cloud SQL refused what was asked of ${subject}: ${sentence}${advice}`;
  return response.status < 500 ? new Refused(problem, message) : new TargetError(problem, message);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function unlessAbsent(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof TargetError && error.problem === 'not-found') return null;
    throw error;
  }
}
