import { explainNoAnswer } from '../fetch-error.ts';
import { TargetError } from '../target.ts';
import type { HostConfig } from './config.ts';

/** What made a connection fail, in the words of this system. */
export function connectionError(name: string, config: HostConfig, error: unknown): TargetError {
  if (error instanceof TargetError) return error;
  const options = { cause: error };
  const level = levelOf(error);
  if (level === 'client-authentication') {
    const message = `${name} does not accept our key ${config.keyFile} for the account ${config.user}.`;
    return new TargetError('permission', message, options);
  }
  if (level === 'client-timeout' || (error instanceof Error && /handshake/i.test(error.message))) {
    return new TargetError('unavailable', `${name} did not greet in time.`, options);
  }
  if (error instanceof Error && /privateKey|passphrase|Unsupported key format/i.test(error.message)) {
    const message = `${config.keyFile} is not a private key that can be used: it must be in OpenSSH form, without a passphrase.`;
    return new TargetError('invalid', message, options);
  }
  const { what } = explainNoAnswer(error);
  return new TargetError('unavailable', `${name} (${config.address}:${config.port}) ${what}.`, options);
}

/** The host showed a key that nobody vouched for. */
export function strangerError(name: string, fingerprint: string): TargetError {
  return new TargetError(
    'permission',
    `${name} showed the key ${fingerprint}, which is not a known one. It was not logged in to. If the host really has a new key, an operator puts it into the config.`,
  );
}

export function brokenError(name: string, cause?: unknown): TargetError {
  return new TargetError('unavailable', `The connection to ${name} broke.`, { cause });
}

/** What a script of ours complained of, as an error. */
export function complaintError(name: string, doing: string, complaint: string): TargetError {
  const last = complaint.trim().split('\n').at(-1) ?? '';
  if (/no space left|disk quota exceeded/i.test(complaint)) {
    return new TargetError('unhealthy', `The disk of ${name} is full: ${doing} failed.`);
  }
  if (/permission denied|read-only file system|operation not permitted/i.test(complaint)) {
    return new TargetError('permission', `${name} does not let us: ${doing} failed (${last}).`);
  }
  return new TargetError('invalid', `On ${name}, ${doing} failed: ${last || 'it did not say why'}.`);
}

function levelOf(error: unknown): unknown {
  return error instanceof Error && 'level' in error ? error.level : null;
}
