import type { TargetProblem } from '../../src/domain/refusal.ts';
import { maskSecrets } from '../mask.ts';
import { TargetError } from '../target.ts';

/** What Docker and compose complain of, by what a person would do next; the first that fits counts. */
const KINDS: readonly (readonly [RegExp, TargetProblem, string])[] = [
  [/no space left on device|disk quota exceeded/i, 'unhealthy', 'the disk is full'],
  [/permission denied|operation not permitted|read-only file system/i, 'permission', ''],
  [
    /cannot connect to the docker daemon|couldn't connect to docker daemon/i,
    'unavailable',
    'Docker does not run',
  ],
  [/toomanyrequests|too many requests|rate limit/i, 'quota', ''],
  [/unauthorized|authentication required|access to the resource is denied|no basic auth/i, 'permission', ''],
  [/manifest( for \S+)? (unknown|not found)|no such image|not found: manifest/i, 'not-found', ''],
  [
    /connection refused|i\/o timeout|no such host|tls handshake timeout|network is unreachable|connection reset|server misbehaving/i,
    'unavailable',
    '',
  ],
  [/no such (object|container)/i, 'conflict', 'a container went away meanwhile'],
];

/** An error of Docker on a host, as one of ours. `doing` continues “On web-1, …”. */
export function dockerError(host: string, doing: string, complaint: string): TargetError {
  const said = lastWords(complaint);
  const kind = KINDS.find(([pattern]) => pattern.test(complaint));
  const why = kind?.[2] || said || 'it did not say why';
  return new TargetError(kind?.[1] ?? 'invalid', `On ${host}, ${doing} failed: ${why}.`);
}

/** The line that says most: the last one about an error, else the last one. */
function lastWords(complaint: string): string {
  const lines = maskSecrets(complaint)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.findLast((one) => /error|denied|fail|cannot|invalid/i.test(one)) ?? lines.at(-1) ?? '';
  return line
    .replace(/^Error response from daemon: /i, '')
    .replace(/\.+$/, '')
    .slice(0, 300);
}
