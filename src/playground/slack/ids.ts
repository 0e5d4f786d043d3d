import { randomBytes, randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** An ID as Slack makes them: a letter or two for the kind, then ten characters. `newId('F')` → `F09QX…`. */
export function newId(prefix: string): string {
  return prefix + Array.from({ length: 10 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** Something that cannot be guessed, for URLs and triggers. */
export function newSecret(): string {
  return randomBytes(16).toString('hex');
}

/** A `block_id` or `action_id` for those who gave none. */
export function newPartId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}
