import type { Config, EnvironmentConfig } from '../config/schema.ts';
import type { Presence } from '../domain/channel.ts';
import type { Person } from '../domain/person.ts';
import type { OperationKind } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import { holdersOf, holdsRole } from './roles.ts';

/** What an environment's config allows roles to do. */
export type Action = keyof EnvironmentConfig['allow'];

/**
 * What somebody must be allowed in order to ask for an operation: whoever may make backups may verify them,
 * and whoever may run canaries may ask to take them farther.
 */
export function actionFor(kind: OperationKind): Action {
  if (kind === 'canary-extension') return 'canary';
  return kind === 'verification' ? 'backup' : kind;
}

/** A channel by both of its names: the config may use either. */
export interface ChannelRef {
  readonly id: string;
  /** Without `#`; null when it has none, or the look-up failed. */
  readonly name: string | null;
  /** Where the bot stands to it, where that was asked too. */
  readonly presence?: Presence;
}

/** Why this account may do nothing at all, or null. Nobody knows → no. */
export function refuseAccount(person: Person | null): Refusal | null {
  if (person === null) return { code: 'barred-account', why: 'unknown' };
  return person.barred === null ? null : { code: 'barred-account', why: person.barred };
}

/** Why the person may not do this in that environment from that channel, or null if they may. */
export function refuseAction(
  request: {
    readonly person: Person | null;
    readonly action: Action;
    readonly environment: string;
    readonly channel: ChannelRef;
  },
  config: Config,
): Refusal | null {
  const { person, action, environment } = request;
  const account = refuseAccount(person);
  if (person === null || account !== null) return account;
  const rules = config.environments[environment];
  const wanted = rules?.allow[action] ?? [];
  if (!holdsRole(person, wanted, config)) {
    return {
      code: 'missing-role',
      wanted,
      who: holdersOf(wanted, config),
      action,
      environment,
    };
  }
  const channels = rules?.channels ?? [];
  if (channels.length > 0 && !channels.some((name) => isChannel(request.channel, name))) {
    const { name, presence = 'unknown' } = request.channel;
    const unsaid = name === null && presence === 'unknown';
    return { code: 'wrong-channel', environment, channels, ...(unsaid ? { nameless: true } : {}) };
  }
  return null;
}

/** True if the config's spelling of a channel (`#deploys`, `deploys`, `C012AB3CD`) means this one. */
export function isChannel(channel: ChannelRef, spelling: string): boolean {
  return spelling === channel.id || (channel.name !== null && spelling.replace(/^#/, '') === channel.name);
}
