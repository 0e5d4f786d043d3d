import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Authentication } from '../domain/authentication.ts';

/** True if the header bears the secret, as bearer token or as password. */
export function bearsSecret({ authorization = '' }: IncomingHttpHeaders, secret: string): boolean {
  const [, scheme = '', credentials = ''] = /^(\S+) +(\S+) *$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return isSame(credentials, secret);
    case 'basic': {
      const decoded = Buffer.from(credentials, 'base64').toString('utf8');
      return decoded.includes(':') && isSame(decoded.slice(decoded.indexOf(':') + 1), secret);
    }
    default:
      return false;
  }
}

/** True if the header holds the body's signature. */
export function isSigned(
  request: { readonly headers: IncomingHttpHeaders; readonly body: Uint8Array },
  { header, prefix }: Extract<Authentication, { kind: 'signature' }>,
  secret: string,
): boolean {
  const given = request.headers[header.toLowerCase()];
  if (typeof given !== 'string' || !given.startsWith(prefix)) return false;
  const signature = createHmac('sha256', secret).update(request.body).digest('hex');
  return isSame(given.slice(prefix.length).toLowerCase(), signature);
}

/** Compares in a time that says nothing about where the texts differ, nor how long the secret is. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
