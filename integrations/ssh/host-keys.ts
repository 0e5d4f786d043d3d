import { readFile } from 'node:fs/promises';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { TargetError } from '../target.ts';
import type { HostConfig } from './config.ts';
import { fingerprintOf, knownKeys } from './known-hosts.ts';

/** What is known of a host's keys before it is asked. */
export interface TrustedKeys {
  /** The fingerprint of the key if it is none of the known ones; null when it is one. */
  stranger(key: Uint8Array): string | null;
  /** Kinds of key to ask for, so that a host with several shows one that is known; empty for any. */
  readonly algorithms: readonly ServerHostKeyAlgorithm[];
}

const ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** Reads what the config and its known_hosts file say of a host's keys. */
export async function trustedKeys(name: string, config: HostConfig): Promise<TrustedKeys> {
  const pinned = (config.fingerprints ?? []).map((fingerprint) => fingerprint.replace(/=$/, ''));
  const known = await readKnown(name, config);
  const revoked = known.filter((key) => key.revoked).map((key) => key.fingerprint);
  const trusted = [...pinned, ...known.map((key) => key.fingerprint)].filter((key) => !revoked.includes(key));
  const types = pinned.length > 0 ? [] : [...new Set(known.map((key) => key.type))];
  return {
    stranger(key) {
      const fingerprint = fingerprintOf(key);
      return trusted.includes(fingerprint) ? null : fingerprint;
    },
    algorithms: types.flatMap((type) => ALGORITHMS[type] ?? []),
  };
}

async function readKnown(name: string, { knownHostsFile, address, port }: HostConfig) {
  if (knownHostsFile === undefined) return [];
  const text = await readLocal(knownHostsFile, `the keys of ${name}`);
  return knownKeys(text, address, port);
}

/** A file on the bot's own machine. */
export async function readLocal(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new TargetError('invalid', `${file}, which has ${what}, cannot be read${why}.`, { cause });
  }
}
