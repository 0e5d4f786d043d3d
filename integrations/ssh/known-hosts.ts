import { createHash, createHmac } from 'node:crypto';

/** A key that a known_hosts file gives for a host. */
export interface KnownKey {
  /** `ssh-ed25519`. */
  readonly type: string;
  readonly fingerprint: string;
  /** The file says that this key must not be trusted any more. */
  readonly revoked: boolean;
}

/** `SHA256:…` of a key as it is sent, as `ssh-keygen -l` shows it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The keys that the text of a known_hosts file (sshd(8)) has for an address and port. */
export function knownKeys(text: string, address: string, port: number): readonly KnownKey[] {
  const name = port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`;
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift() : null;
    const [patterns = '', type = '', key = ''] = fields;
    if (patterns === '' || patterns.startsWith('#') || marker === '@cert-authority') return [];
    if (key === '' || !namesHost(patterns, name)) return [];
    const fingerprint = fingerprintOf(Buffer.from(key, 'base64'));
    return [{ type, fingerprint, revoked: marker === '@revoked' }];
  });
}

function namesHost(patterns: string, name: string): boolean {
  if (patterns.startsWith('|1|')) return isHashOf(patterns, name);
  const all = patterns.toLowerCase().split(',');
  const matches = (pattern: string) => wildcard(pattern).test(name);
  if (all.some((pattern) => pattern.startsWith('!') && matches(pattern.slice(1)))) return false;
  return all.some((pattern) => matches(pattern));
}

function isHashOf(hashed: string, name: string): boolean {
  const [, , salt = '', hash = ''] = hashed.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
