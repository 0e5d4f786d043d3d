/** What takes the place of a secret. */
const MASK = '‹secret›';

const ASSIGNED =
  /\b([\w.-]*(?:password|passwd|secret|token|api[_-]?key|private[_-]?key)[\w.-]*\s*[=:]\s*)("[^"]*"|'[^']*'|\S+)/gi;
const IN_ADDRESS = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi;
const BEARER = /\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi;

/** Text of other programs as people may read it: known secrets, and what looks like one, are masked. */
export function maskSecrets(text: string, known: readonly string[] = []): string {
  const masked = known
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
  return masked.replace(IN_ADDRESS, `$1${MASK}@`).replace(BEARER, `$1${MASK}`).replace(ASSIGNED, `$1${MASK}`);
}
