import { z } from 'zod';
import { botProfile } from '../message-json.ts';
import { refuse } from '../refusal.ts';
import { method } from './method.ts';

export const authTest = method(z.object({}), ({ workspace, caller }) => {
  const { team, app } = workspace.seed;
  if (caller.kind === 'app') return { ok: true, app_name: app.name, app_id: app.app_id };
  const name = workspace.store.users.get(caller.userId)?.name ?? app.name;
  return {
    ok: true,
    url: `${workspace.origin}/`,
    team: team.name,
    user: name,
    team_id: team.id,
    user_id: caller.userId,
    ...(caller.kind === 'bot' ? { bot_id: app.bot_id } : {}),
    is_enterprise_install: false,
  };
});

export const connectionsOpen = method(z.object({}), ({ workspace }) => {
  const url = workspace.app.socketMode.issueUrl();
  return url === null ? refuse('too_many_websockets') : { ok: true, url };
});

export const botsInfo = method(z.object({ bot: z.string() }), ({ workspace, args }) => {
  const { app } = workspace.seed;
  if (args.bot !== app.bot_id) return refuse('bot_not_found');
  return { ok: true, bot: { ...botProfile(workspace), user_id: app.user_id, updated: 0 } };
});

export const teamInfo = method(z.object({}), ({ workspace }) => {
  const { id, name, domain } = workspace.seed.team;
  return { ok: true, team: { id, name, domain, email_domain: '', icon: {}, url: `${workspace.origin}/` } };
});
