import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { People, Person } from '../domain/person.ts';
import type { Clock } from './clock.ts';
import type { Groups, SlackGroup } from './groups.ts';
import { Remembered } from './remembered.ts';

/** So that a person who was removed may do nothing after ten seconds. */
const PERSON_KEPT = 10_000;

/** The Web API methods that the directory uses. */
export interface DirectoryClient {
  readonly users: Pick<WebClient['users'], 'info'>;
}

const slackUser = z.object({
  id: z.string(),
  team_id: z.string().optional(),
  name: z.string().default(''),
  real_name: z.string().optional(),
  deleted: z.boolean().default(false),
  is_bot: z.boolean().default(false),
  is_workflow_bot: z.boolean().default(false),
  is_restricted: z.boolean().default(false),
  is_ultra_restricted: z.boolean().default(false),
  is_stranger: z.boolean().default(false),
  /** In an organisation, people of one workspace can be members of others too. */
  enterprise_user: z.object({ teams: z.array(z.string()).default([]) }).optional(),
  profile: z.object({ display_name: z.string().optional(), email: z.string().optional() }).default({}),
});
type SlackUser = z.output<typeof slackUser>;

/** Who people are, as Slack knows them now. */
export function createDirectory(settings: {
  readonly client: DirectoryClient;
  readonly groups: Groups;
  readonly teamId: string;
  /** Whether any role names user groups: only then are they asked for, which takes a scope and a paid plan. */
  readonly usesGroups: boolean;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}): People {
  const { client, groups, teamId, usesGroups, clock, log } = settings;
  const people = new Remembered<SlackUser>(clock, PERSON_KEPT);
  return {
    person: async (id) => {
      try {
        const [user, all] = await Promise.all([
          people.get(id, () => readUser(client, id)),
          usesGroups ? groups() : [],
        ]);
        return user === null ? null : toPerson(user, all, teamId);
      } catch (err) {
        log.warn({ err, userId: id }, 'Slack did not say who somebody is, so they may do nothing');
        return null;
      }
    },
  };
}

async function readUser(client: DirectoryClient, id: string): Promise<SlackUser> {
  const { user } = await client.users.info({ user: id });
  return slackUser.parse(user);
}

function toPerson(user: SlackUser, groups: readonly SlackGroup[], teamId: string): Person {
  const { display_name, email } = user.profile;
  return {
    id: user.id,
    name: display_name || user.real_name || user.name || user.id,
    email: email ?? null,
    barred: whyBarred(user, teamId),
    groups: groups.filter(({ users }) => users.includes(user.id)).flatMap(({ id, handle }) => [id, handle]),
  };
}

/** An account that does not say which workspace it belongs to is not taken for one of ours. */
function whyBarred(user: SlackUser, teamId: string): Person['barred'] {
  if (user.deleted) return 'deactivated';
  if (user.is_bot || user.is_workflow_bot || user.id === 'USLACKBOT') return 'bot';
  const isMember = user.team_id === teamId || user.enterprise_user?.teams.includes(teamId);
  if (user.is_stranger || !isMember) return 'other-workspace';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : null;
}
