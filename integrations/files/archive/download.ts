import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { explainNoAnswer } from '../../fetch-error.ts';
import { TargetError } from '../../target.ts';
import { badArchive } from './archive.ts';

/** A file that came from the network. It has no name on the disk any more: closing it, or dying, removes it. */
export interface Download {
  readonly handle: FileHandle;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** What the server calls this state of the file; null where it does not say. */
  readonly etag: string | null;
}

export interface WebSource {
  readonly fetch: typeof globalThis.fetch;
  /** Sent with every request; never to another host that a redirect leads to. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds without anything coming. */
  readonly timeLimit: number;
}

/** Asks for an address. Null when there is nothing; throws TargetError when that cannot be known. */
export async function ask(
  source: WebSource,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response | null> {
  const { host } = new URL(url);
  const answer = await get(source, url, headers).catch((error: unknown) => {
    const { kind, what } = explainNoAnswer(error);
    const problem = kind === 'timeout' ? 'timeout' : 'unavailable';
    throw new TargetError(problem, `Releases cannot be looked up: ${host} ${what}.`, { cause: error });
  });
  if (answer.ok || answer.status === 304) return answer;
  await answer.body?.cancel();
  if (answer.status === 404 || answer.status === 410) return null;
  throw refused(answer, host);
}

function get(source: WebSource, url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  return source.fetch(url, {
    headers: { 'user-agent': 'slipway', ...source.headers, ...headers },
    signal: AbortSignal.timeout(source.timeLimit),
  });
}

function refused({ status, headers }: Response, host: string): TargetError {
  if (status === 429 || (status === 403 && headers.get('x-ratelimit-remaining') === '0')) {
    return new TargetError('quota', `${host} allows no more requests for now (${status}).`);
  }
  if (status === 401 || status === 403) {
    return new TargetError('permission', `${host} does not let Slipway read the releases (${status}).`);
  }
  const problem = status >= 500 ? 'unavailable' : 'invalid';
  return new TargetError(problem, `Releases cannot be looked up: ${host} answered ${status}.`);
}

/** Saves an answer's body, and hashes it on the way. */
export async function save(answer: Response, limit: number): Promise<Download> {
  const handle = await namelessFile();
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const part of answer.body ?? []) {
      size += part.length;
      if (size > limit) throw badArchive('is larger than a release may be');
      hash.update(part);
      await handle.write(part);
    }
  } catch (error) {
    await handle.close();
    if (error instanceof TargetError) throw error;
    const { what } = explainNoAnswer(error);
    throw new TargetError('unavailable', `The archive did not come whole: the server ${what}.`, {
      cause: error,
    });
  }
  return { handle, sha256: hash.digest('hex'), etag: answer.headers.get('etag') };
}

async function namelessFile(): Promise<FileHandle> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-release-'));
  try {
    return await open(path.join(directory, 'archive'), 'w+', 0o600);
  } finally {
    await rm(directory, { recursive: true });
  }
}
