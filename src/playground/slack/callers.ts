import { type Refusal, refuse } from './refusal.ts';
import type { Workspace } from './workspace.ts';

/** Who calls a method: the app by its bot token, the app by its app-level token, or a person. */
export interface Caller {
  readonly kind: 'bot' | 'app' | 'user';
  /** The person's ID; the bot's user ID for both kinds of app token. */
  readonly userId: string;
}

/** Who a token belongs to. */
export function identify(workspace: Workspace, token: string | undefined): Caller | Refusal {
  const { app } = workspace.seed;
  if (token === undefined || token === '') return refuse('not_authed');
  if (token === app.bot_token) return { kind: 'bot', userId: app.user_id };
  if (token === app.app_token) return { kind: 'app', userId: app.user_id };
  const person = workspace.store.users.all().find((user) => user.token === token);
  if (person === undefined) return refuse('invalid_auth');
  return person.deleted ? refuse('account_inactive') : { kind: 'user', userId: person.id };
}
