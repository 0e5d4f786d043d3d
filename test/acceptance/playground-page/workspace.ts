/** @module The workspace that the stand-in serves: the demo's people, channels, targets and commands. */

export const ANA = 'U0ANA';
export const BO = 'U0BO';
export const CHEN = 'U0CHEN';
export const DANA = 'U0DANA';
export const BOT = 'U0SLIPWAY';
export const DEPLOYS = 'C0DEPLOYS';
export const INCIDENTS = 'C0INCIDENTS';
export const GENERAL = 'C0GENERAL';

const person = (id: string, name: string, real_name: string, roles: readonly string[]) => ({
  id,
  name,
  real_name,
  roles,
  is_bot: false,
  token: `xoxp-playground-${name}`,
});

export const WORKSPACE = {
  team: { id: 'T0HARBOUR', name: 'Harbour' },
  users: [
    person(ANA, 'ana', 'Ana', ['deployer']),
    person(BO, 'bo', 'Bo', ['approver']),
    person(CHEN, 'chen', 'Chen', ['approver']),
    person(DANA, 'dana', 'Dana', []),
    { id: BOT, name: 'slipway', real_name: 'Slipway', roles: [], is_bot: true, token: '' },
  ],
  channels: [
    { id: DEPLOYS, name: 'deploys', topic: 'Ship api: staging first, then production' },
    { id: INCIDENTS, name: 'incidents', topic: 'Alerts, and what we do about them' },
    { id: GENERAL, name: 'general', topic: '' },
  ],
  targets: [
    { service: 'api', environment: 'staging', url: 'http://127.0.0.1:4801' },
    { service: 'api', environment: 'production', url: 'http://127.0.0.1:4802' },
  ],
  commands: [
    {
      command: '/deploy',
      description: 'Ship a version to an environment',
      usage_hint: 'service version environment',
    },
    {
      command: '/rollback',
      description: 'Go back to the last good revision',
      usage_hint: 'service environment [to version]',
    },
    {
      command: '/status',
      description: 'What runs where, and what it waits for',
      usage_hint: '[service] [environment]',
    },
  ],
  bot: { user_id: BOT, bot_id: 'B0SLIPWAY', app_id: 'A0SLIPWAY' },
  slack_api_url: 'http://127.0.0.1:4000/api/',
};

const share = (version: string, percent: number, requests: number, errors: number, tag?: string) => ({
  revision: `api-${version.replaceAll('.', '-')}`,
  version,
  percent,
  requests,
  errors,
  ...(tag === undefined ? {} : { tag }),
});

const revision = (version: string, minute: number, ready = true, reason = '') => ({
  name: `api-${version.replaceAll('.', '-')}`,
  version,
  digest: `sha256:${version.replaceAll(/\D/g, '').padEnd(64, '3f9a1c72')}`,
  ready,
  reason,
  created: `2025-03-04T10:0${minute}:00Z`,
});

export const CLOUD = {
  calls: 42,
  services: [
    {
      name: 'api',
      environment: 'staging',
      url: 'http://127.0.0.1:4801',
      traffic: [share('v1.1.0', 100, 1284, 0)],
      revisions: [
        revision('v1.0.0', 1),
        revision('v1.1.0', 2),
        revision('v1.3.0-broken', 3, false, 'The container did not listen on $PORT within 10 s'),
      ],
    },
    {
      name: 'api',
      environment: 'production',
      url: 'http://127.0.0.1:4802',
      traffic: [share('v1.0.0', 90, 18_231, 3), share('v1.4.0-flaky', 10, 2_024, 148, 'canary')],
      revisions: [revision('v1.0.0', 1), revision('v1.4.0-flaky', 4)],
    },
  ],
};
