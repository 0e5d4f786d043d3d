import { z } from 'zod';
import type { Caller } from '../callers.ts';
import type { Payload, User } from '../entities.ts';
import { isRefusal, refuse } from '../refusal.ts';
import type { Workspace } from '../workspace.ts';
import { flag, method } from './method.ts';
import { page, pageArguments } from './page.ts';

export const usersInfo = method(z.object({ user: z.string() }), ({ workspace, caller, args }) => {
  const user = workspace.store.users.get(args.user);
  return user === undefined
    ? refuse('user_not_found')
    : { ok: true, user: userJson(workspace, caller, user) };
});

export const usersList = method(z.object(pageArguments), ({ workspace, caller, args }) => {
  const found = page(workspace.store.users.all(), args);
  if (isRefusal(found)) return found;
  const members = found.items.map((user) => userJson(workspace, caller, user));
  const cache_ts = Math.floor(workspace.clock.now() / 1000);
  return { ok: true, members, cache_ts, response_metadata: { next_cursor: found.next_cursor } };
});

export const lookupByEmail = method(z.object({ email: z.string() }), ({ workspace, caller, args }) => {
  const email = args.email.toLowerCase();
  const user = workspace.store.users.all().find((known) => known.email?.toLowerCase() === email);
  if (user === undefined || user.deleted) return refuse('users_not_found');
  return { ok: true, user: userJson(workspace, caller, user) };
});

export const userGroupsList = method(
  z.object({ include_users: flag.default(false) }),
  ({ workspace, args }) => {
    const usergroups = workspace.store.userGroups.all().map(({ users, ...group }) => ({
      ...group,
      team_id: workspace.seed.team.id,
      is_usergroup: true,
      is_external: false,
      description: '',
      date_delete: 0,
      user_count: users.length,
      ...(args.include_users ? { users } : {}),
    }));
    return { ok: true, usergroups };
  },
);

export const userGroupUsers = method(z.object({ usergroup: z.string() }), ({ workspace, args }) => {
  const group = workspace.store.userGroups.get(args.usergroup);
  return group === undefined ? refuse('no_such_subteam') : { ok: true, users: group.users };
});

/** A person as Slack shows them. Their e-mail address needs a scope of its own. */
function userJson(workspace: Workspace, caller: Caller, user: User): Payload {
  const { team, app } = workspace.seed;
  const seesEmail = caller.kind === 'user' || app.scopes.includes('users:read.email');
  return {
    id: user.id,
    team_id: team.id,
    name: user.name,
    real_name: user.real_name,
    deleted: user.deleted,
    is_bot: user.is_bot,
    is_app_user: false,
    tz: 'Etc/UTC',
    tz_offset: 0,
    updated: 0,
    profile: {
      real_name: user.real_name,
      display_name: user.name,
      real_name_normalized: user.real_name,
      display_name_normalized: user.name,
      team: team.id,
      ...(seesEmail && user.email !== null ? { email: user.email } : {}),
      ...(user.is_bot ? { bot_id: app.bot_id, api_app_id: app.app_id } : {}),
    },
    ...(user.deleted ? {} : membership(user)),
  };
}

function membership(user: User): Payload {
  const { is_admin, is_restricted, is_ultra_restricted } = user;
  return { is_admin, is_owner: false, is_primary_owner: false, is_restricted, is_ultra_restricted };
}
