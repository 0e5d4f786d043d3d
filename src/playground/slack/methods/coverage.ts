import type { Caller } from '../callers.ts';
import type { Tier } from '../rate-limits.ts';

/** Who may call a method, and how often. */
export interface Access {
  readonly callers: readonly Caller['kind'][];
  /** The bot needs one of these; none means that any token will do. */
  readonly scopes: readonly string[];
  readonly tier: Tier;
}

const EITHER = ['bot', 'user'] as const;
const PEOPLE = ['user'] as const;
const BOT = ['bot'] as const;

/**
 * The Web API methods of this workspace. The last block is what Slack's own client calls on behalf of a
 * person: those are undocumented at Slack, and here the way for people and tests to act.
 */
export const COVERAGE = {
  'apps.connections.open': { callers: ['app'], scopes: [], tier: 'tier1' },
  'auth.test': { callers: ['bot', 'user', 'app'], scopes: [], tier: 'special' },
  'bots.info': { callers: EITHER, scopes: ['users:read'], tier: 'tier3' },
  'chat.delete': { callers: EITHER, scopes: ['chat:write'], tier: 'tier3' },
  'chat.getPermalink': { callers: EITHER, scopes: [], tier: 'special' },
  'chat.postEphemeral': { callers: EITHER, scopes: ['chat:write'], tier: 'tier4' },
  'chat.postMessage': { callers: EITHER, scopes: ['chat:write'], tier: 'posting' },
  'chat.update': { callers: EITHER, scopes: ['chat:write'], tier: 'tier3' },
  'conversations.history': { callers: EITHER, scopes: ['channels:history', 'im:history'], tier: 'tier3' },
  'conversations.info': { callers: EITHER, scopes: ['channels:read', 'im:read'], tier: 'tier3' },
  'conversations.join': { callers: EITHER, scopes: ['channels:join'], tier: 'tier3' },
  'conversations.list': { callers: EITHER, scopes: ['channels:read', 'im:read'], tier: 'tier2' },
  'conversations.members': { callers: EITHER, scopes: ['channels:read', 'im:read'], tier: 'tier4' },
  'conversations.open': { callers: EITHER, scopes: ['im:write'], tier: 'tier3' },
  'conversations.replies': { callers: EITHER, scopes: ['channels:history', 'im:history'], tier: 'tier3' },
  'files.completeUploadExternal': { callers: EITHER, scopes: ['files:write'], tier: 'tier4' },
  'files.getUploadURLExternal': { callers: EITHER, scopes: ['files:write'], tier: 'tier4' },
  'reactions.add': { callers: EITHER, scopes: ['reactions:write'], tier: 'tier3' },
  'reactions.get': { callers: EITHER, scopes: ['reactions:read'], tier: 'tier3' },
  'reactions.remove': { callers: EITHER, scopes: ['reactions:write'], tier: 'tier2' },
  'team.info': { callers: EITHER, scopes: ['team:read'], tier: 'tier3' },
  'usergroups.list': { callers: EITHER, scopes: ['usergroups:read'], tier: 'tier2' },
  'usergroups.users.list': { callers: EITHER, scopes: ['usergroups:read'], tier: 'tier2' },
  'users.info': { callers: EITHER, scopes: ['users:read'], tier: 'tier4' },
  'users.list': { callers: EITHER, scopes: ['users:read'], tier: 'tier2' },
  'users.lookupByEmail': { callers: EITHER, scopes: ['users:read.email'], tier: 'tier3' },
  'views.open': { callers: BOT, scopes: [], tier: 'tier4' },
  'views.publish': { callers: BOT, scopes: [], tier: 'tier4' },
  'views.push': { callers: BOT, scopes: [], tier: 'tier4' },
  'views.update': { callers: BOT, scopes: [], tier: 'tier4' },

  'blocks.actions': { callers: PEOPLE, scopes: [], tier: 'special' },
  'blocks.suggestions': { callers: PEOPLE, scopes: [], tier: 'special' },
  'chat.command': { callers: PEOPLE, scopes: [], tier: 'special' },
  'conversations.mark': { callers: PEOPLE, scopes: [], tier: 'special' },
  'views.close': { callers: PEOPLE, scopes: [], tier: 'special' },
  'views.submit': { callers: PEOPLE, scopes: [], tier: 'special' },
} as const satisfies Record<string, Access>;

export type MethodName = keyof typeof COVERAGE;
