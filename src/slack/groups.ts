import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { Remembered } from './remembered.ts';

/** Slack lets all groups be listed about twenty times a minute, by all replicas together. */
const KEPT = 15_000;

const slackGroups = z.array(
  z.object({ id: z.string(), handle: z.string(), users: z.array(z.string()).default([]) }),
);

/** A user group, and the IDs of its members. */
export type SlackGroup = z.output<typeof slackGroups>[number];

export interface GroupsClient {
  readonly usergroups: Pick<WebClient['usergroups'], 'list'>;
}

/** All user groups as of fifteen seconds ago at most. Rejects when Slack cannot be asked. */
export type Groups = () => Promise<readonly SlackGroup[]>;

/** One listing for whoever asks about groups: for pings and for who may do what. */
export function createGroups(client: GroupsClient, clock: Clock): Groups {
  const groups = new Remembered<readonly SlackGroup[]>(clock, KEPT);
  return async () => (await groups.get('all', () => listed(client))) ?? [];
}

async function listed(client: GroupsClient): Promise<readonly SlackGroup[]> {
  const { usergroups } = await client.usergroups.list({ include_users: true });
  return slackGroups.parse(usergroups ?? []);
}
