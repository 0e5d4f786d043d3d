import type { User, UserGroup } from './entities.ts';
import type { Rate, Tier } from './rate-limits.ts';

/** A slash command as the app's manifest declares it. */
export interface CommandSeed {
  readonly command: string;
  readonly description: string;
  readonly usage_hint: string;
  /** Whether names and links in its text reach the app as `<@U…|ana>`, `<#C…|deploys>`, `<https://…>`. */
  readonly should_escape: boolean;
}

/** The one app of the workspace. */
export interface AppSeed {
  readonly app_id: string;
  readonly bot_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly bot_token: string;
  readonly app_token: string;
  readonly signing_secret: string;
  readonly verification_token: string;
  /** What its bot token may do. */
  readonly scopes: readonly string[];
  /** Bot event subscriptions, by the names that a manifest uses: `message.channels`. */
  readonly events: readonly string[];
}

export interface ChannelSeed {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly members: readonly string[];
}

/** Slack's time limits and rates. */
export interface Limits {
  /** How long the app may take to acknowledge. */
  readonly acknowledgeMs: number;
  /** How long a `trigger_id` can open a modal. */
  readonly triggerMs: number;
  /** How long an event waits before each of its further deliveries. */
  readonly eventRetryMs: readonly number[];
  readonly rates: Readonly<Record<Tier, Rate>>;
}

/** What a workspace starts with. */
export interface WorkspaceSeed {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  readonly app: AppSeed;
  readonly users: readonly User[];
  readonly channels: readonly ChannelSeed[];
  readonly userGroups: readonly UserGroup[];
  readonly limits: Limits;
}

const BOT_USER = 'U0SLIPWAY01';
const EVERYONE = ['U0ANA000001', 'U0BO0000001', 'U0CHEN00001', 'U0DANA00001', BOT_USER];

/** The default workspace: an engineer, two approvers, someone without a role, and the bot. */
export const defaultSeed: WorkspaceSeed = {
  team: { id: 'T0PLAYGROUND', name: 'Playground', domain: 'playground' },
  app: {
    app_id: 'A0SLIPWAY01',
    bot_id: 'B0SLIPWAY01',
    user_id: BOT_USER,
    name: 'slipway',
    bot_token: 'xoxb-playground-slipway',
    app_token: 'xapp-1-playground-slipway',
    signing_secret: 'playground-signing-secret',
    verification_token: 'playground-verification-token',
    scopes: [
      'app_mentions:read',
      'channels:history',
      'channels:join',
      'channels:read',
      'chat:write',
      'commands',
      'files:write',
      'im:history',
      'im:read',
      'im:write',
      'reactions:read',
      'reactions:write',
      'team:read',
      'usergroups:read',
      'users:read',
      'users:read.email',
    ],
    events: [
      'app_mention',
      'member_joined_channel',
      'message.channels',
      'message.im',
      'reaction_added',
      'reaction_removed',
    ],
  },
  users: [
    person('U0ANA000001', 'ana', 'Ana Silva', ['deployer']),
    person('U0BO0000001', 'bo', 'Bo Lindqvist', ['approver']),
    person('U0CHEN00001', 'chen', 'Chen Wei', ['approver']),
    person('U0DANA00001', 'dana', 'Dana Okafor', []),
    { ...person(BOT_USER, 'slipway', 'Slipway', []), email: null, token: null, is_bot: true },
  ],
  channels: [
    { id: 'C0DEPLOYS01', name: 'deploys', topic: 'What is being shipped, and by whom', members: EVERYONE },
    { id: 'C0INCIDENTS', name: 'incidents', topic: 'Alerts and what is done about them', members: EVERYONE },
    { id: 'C0GENERAL01', name: 'general', topic: 'Everything else', members: EVERYONE },
  ],
  userGroups: [
    {
      id: 'S0RELEASE01',
      handle: 'release-managers',
      name: 'Release managers',
      users: ['U0BO0000001', 'U0CHEN00001'],
    },
  ],
  limits: {
    acknowledgeMs: 3000,
    triggerMs: 3000,
    eventRetryMs: [1000, 60_000, 300_000],
    rates: {
      // Slack promises "1+ a minute" for tier 1; an app that restarts a few times in a row is not refused.
      tier1: { perMinute: 20, burst: 20 },
      tier2: { perMinute: 20, burst: 20 },
      tier3: { perMinute: 50, burst: 50 },
      tier4: { perMinute: 100, burst: 100 },
      posting: { perMinute: 60, burst: 3 },
      special: { perMinute: 600, burst: 600 },
    },
  },
};

function person(id: string, name: string, real_name: string, roles: readonly string[]): User {
  return {
    id,
    name,
    real_name,
    roles,
    email: `${name}@playground.example`,
    token: `xoxp-playground-${name}`,
    is_bot: false,
    is_admin: false,
    is_restricted: false,
    is_ultra_restricted: false,
    deleted: false,
  };
}
