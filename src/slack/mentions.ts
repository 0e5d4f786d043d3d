import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Groups } from './groups.ts';

/** The Web API method by which people are found by the e-mail that the config gives them. */
export interface MentionsClient {
  readonly users: Pick<WebClient['users'], 'lookupByEmail'>;
}

/** Slack's IDs for people and groups that the config names by e-mail or handle, so that they are pinged. */
export interface Mentions {
  /** Looks all of them up. What cannot be found keeps its name. Never rejects. */
  refresh(names: readonly string[]): Promise<void>;
  /** The ID of a name, or the name itself while no ID is known. */
  of(name: string): string;
  /** The ID of whoever has this e-mail; null when nobody has. Rejects when Slack cannot be asked. */
  idOfEmail(email: string): Promise<string | null>;
}

export function createMentions(client: MentionsClient, groups: Groups, log: Pick<Logger, 'warn'>): Mentions {
  const ids = new Map<string, string>();
  const learn = async (what: string, look: () => Promise<void>): Promise<void> => {
    try {
      await look();
    } catch (err) {
      log.warn({ err }, `${what} cannot be looked up, so messages name them without pinging`);
    }
  };
  return {
    refresh: async (names) => {
      if (names.some(isGroup)) await learn('user groups', () => learnGroups(groups, ids));
      for (const email of names.filter(isEmail)) await learn(email, () => learnEmail(client, ids, email));
    },
    of: (name) => ids.get(name) ?? name,
    idOfEmail: (email) => idOfEmail(client, email),
  };
}

async function idOfEmail(client: MentionsClient, email: string): Promise<string | null> {
  try {
    return (await client.users.lookupByEmail({ email })).user?.id ?? null;
  } catch (error) {
    if (error instanceof WebAPIPlatformError && error.data.error === 'users_not_found') return null;
    throw error;
  }
}

function isGroup(name: string): boolean {
  return name.startsWith('@');
}

function isEmail(name: string): boolean {
  return name.indexOf('@') > 0;
}

async function learnGroups(groups: Groups, ids: Map<string, string>): Promise<void> {
  for (const { handle, id } of await groups()) ids.set(`@${handle}`, id).set(`@${id}`, id);
}

async function learnEmail(client: MentionsClient, ids: Map<string, string>, email: string): Promise<void> {
  const { user } = await client.users.lookupByEmail({ email });
  if (user?.id !== undefined) ids.set(email, user.id);
}
