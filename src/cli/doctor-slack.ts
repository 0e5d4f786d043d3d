import type { WebClient } from '@slack/web-api';
import type { Finding } from '../../integrations/target.ts';
import type { Config } from '../config/schema.ts';
import type { Secret } from '../config/secret.ts';
import type { DoctorCheck, Note } from './doctor.ts';
import { examineChannels } from './doctor-slack-channels.ts';
import { examineGroups, examinePeople } from './doctor-slack-people.ts';
import { ask, impatientClient, refusalIn } from './slack-answers.ts';
import type { SlackManifest } from './slack-manifest.ts';

/** What the doctor needs to look at a workspace. */
export interface SlackPatient {
  readonly config: Config;
  readonly manifest: SlackManifest;
  readonly botToken: Secret;
  /** Null with the HTTP transport. */
  readonly appToken: Secret | null;
  /** Another address of the Web API, such as a playground's. */
  readonly slackApiUrl?: string;
}

/** The doctor's checks of Slack: token, scopes, Socket Mode, channels, roles, and what only a person can see. */
export function slackChecks(patient: SlackPatient): readonly DoctorCheck[] {
  const { config, manifest, botToken, appToken, slackApiUrl } = patient;
  const bot = impatientClient(botToken, slackApiUrl);
  const app = appToken === null ? null : impatientClient(appToken, slackApiUrl);
  return [
    check('Slack bot token', () => examineToken(bot)),
    check('Slack scopes', () => examineScopes(bot, manifest)),
    ...(app === null ? [] : [check('Slack Socket Mode', () => examineSocketMode(app))]),
    check('Slack channels', () => examineChannels(bot, config)),
    check('Slack user groups', () => examineGroups(bot, config)),
    check('People in roles', () => examinePeople(bot, config)),
    { subject: 'Slack event subscriptions', run: () => eventSubscriptions(bot, manifest) },
  ];
}

function check(subject: string, question: () => Promise<readonly Finding[]>): DoctorCheck {
  return { subject, run: () => ask(subject, question) };
}

async function examineToken(bot: WebClient): Promise<readonly Finding[]> {
  const { user, team, url } = await bot.auth.test();
  const detail = `belongs to @${user} in ${team} (${url})`;
  return [{ subject: 'Slack bot token', ok: true, detail, remedy: null }];
}

/** Slack names the scopes of a token beside every answer. */
async function examineScopes(bot: WebClient, manifest: SlackManifest): Promise<readonly Finding[]> {
  const { response_metadata } = await bot.auth.test();
  const granted = response_metadata?.scopes ?? [];
  const wanted = manifest.oauth_config.scopes.bot;
  const missing = wanted.filter((scope) => !granted.includes(scope));
  const subject = 'Slack scopes';
  if (missing.length === 0) {
    return [{ subject, ok: true, detail: `all ${wanted.length} are granted`, remedy: null }];
  }
  const remedy = `Add them under “OAuth & Permissions” at ${await appAddress(bot)} and install the app again.`;
  return [{ subject, ok: false, detail: `these are missing: ${missing.join(', ')}`, remedy }];
}

/** Opening a connection only asks for its address; nothing connects. */
async function examineSocketMode(app: WebClient): Promise<readonly Finding[]> {
  const subject = 'Slack Socket Mode';
  try {
    await app.apps.connections.open();
    return [{ subject, ok: true, detail: 'is on, and the app token may use it', remedy: null }];
  } catch (error) {
    const word = refusalIn(error);
    if (word === null) throw error;
    const remedy =
      'Set SLACK_APP_TOKEN to an app-level token with the scope connections:write, and switch Socket Mode on.';
    return [{ subject, ok: false, detail: `Slack answers “${word}”`, remedy }];
  }
}

/** No bot token may read an app's subscriptions, so a person is told where to look and for what. */
async function eventSubscriptions(bot: WebClient, manifest: SlackManifest): Promise<readonly Note[]> {
  const events = manifest.settings.event_subscriptions.bot_events.join(', ');
  const address = await appAddress(bot);
  const note = `can't be read with a token; see that ${address}/event-subscriptions lists ${events}, or paste manifests/slack-app.yaml at ${address}/app-manifest`;
  return [{ subject: 'Slack event subscriptions', note }];
}

/** The app's own page; the page of all apps if Slack does not say which it is. */
async function appAddress(bot: WebClient): Promise<string> {
  const all = 'https://api.slack.com/apps';
  try {
    const { bot_id } = await bot.auth.test();
    if (bot_id === undefined) return all;
    const info = await bot.bots.info({ bot: bot_id });
    return info.bot?.app_id === undefined ? all : `${all}/${info.bot.app_id}`;
  } catch {
    return all;
  }
}
