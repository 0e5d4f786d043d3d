import type { Button, KnownBlock } from '@slack/web-api';
import type { ShownGroup } from '../../alerts/context.ts';
import type { AlertsConfig } from '../../config/alerts.ts';
import {
  type Alert,
  type AlertEvent,
  type AlertGroupView,
  groupName,
  type Labels,
  scopesOf,
  severityOf,
} from '../../domain/alert.ts';
import type { Operation } from '../../domain/operation.ts';
import type { MessageContent } from '../content.ts';
import { code, link, mention, moment, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { groupSign, groupState, RESOLVED_COLOR, SEVERITY_COLORS, SEVERITY_SIGNS } from './alert-signs.ts';
import { actions, button, context, header, section } from './blocks.ts';
import { changeLine } from './change.ts';
import { stateSign } from './operation.ts';

/** What a rendering needs beside the group. */
export interface AlertContext {
  readonly words: Words;
  readonly now: Date;
  /** Which labels are shown, and which say what the title says already. */
  readonly settings: Pick<AlertsConfig, 'labels' | 'service' | 'environment' | 'severity'>;
}

const MOST_ROWS = 20;
const MOST_OPERATIONS = 4;
const MOST_LABELS = 8;
const MOST_TARGETS = 2;
const LONGEST_DESCRIPTION = 600;
const LONGEST_LABEL = 120;
const LONGEST_VALUE = 80;
/** Of all links of a message. */
const LINKS_ROOM = 1_900;
const WHEN = '{date_short_pretty} {time}';
const HOURS = [1, 4] as const;

/** The one message of a group, as it is now. */
export function renderAlertGroup(shown: ShownGroup, how: AlertContext): MessageContent {
  const { view } = shown;
  const { words } = how;
  const blocks: readonly (KnownBlock | null)[] = [
    header(titleOf(view, how)),
    lines(operationLines(shown, how), words),
    lines(whatLines(view), words),
    lines([...sinceLines(view, how), ...peopleLines(view, how)], words),
    buttons(shown, how),
  ];
  const details: readonly (KnownBlock | null)[] = [
    lines(tableLines(view, how), words),
    lines(linkLines(view.alerts, words), words),
    context([`${code(view.group.id)} · ${prose(view.group.source)}`], words.more),
  ];
  const color = view.group.resolvedAt === null ? SEVERITY_COLORS[severityOf(view.alerts)] : RESOLVED_COLOR;
  return {
    text: summaryOf(view, how),
    blocks: blocks.filter((block) => block !== null),
    stripe: { color, blocks: details.filter((block) => block !== null) },
  };
}

/** Something that happened to a group, as a line in its thread; null for what the message shows by itself. */
export function renderAlertEvent(
  event: AlertEvent,
  operation: Operation | null,
  words: Words,
): MessageContent | null {
  const text =
    event.kind === 'operation' && operation !== null
      ? operationText(operation, words)
      : words.alerts.event(event, whoOf(event), whenOf(event));
  return text === null ? null : { text, blocks: [section([text], words.more)] };
}

/** Plain text: “🔴 CRITICAL · Firing · HighErrorRate · api in production”. */
export function titleOf(view: AlertGroupView, { words, now }: Pick<AlertContext, 'words' | 'now'>): string {
  const { name, others } = groupName(view.alerts);
  return words.alerts.title([
    `${groupSign(view)} ${words.alerts.severities[severityOf(view.alerts)]}`,
    words.alerts.states[groupState(view, now)],
    words.alerts.name(name, others),
    whereOf(view, words),
  ]);
}

function whereOf({ alerts }: AlertGroupView, { alerts: words }: Words): string {
  const scopes = scopesOf(alerts);
  const shown = scopes
    .slice(0, MOST_TARGETS)
    .map(({ service, environment }) => words.where(service, environment));
  return scopes.length > MOST_TARGETS ? `${shown.join(', ')} …` : shown.join(', ');
}

function summaryOf(view: AlertGroupView, how: AlertContext): string {
  const said = view.alerts.find(({ summary }) => summary !== null)?.summary ?? null;
  return [prose(titleOf(view, how)), ...(said === null ? [] : [prose(said)])].join(' – ');
}

/** What was done to the service around the alert stands at its top: it is often the cause. */
function operationLines({ view, operations }: ShownGroup, { words }: AlertContext): readonly string[] {
  const began = Math.min(...view.alerts.map(({ startsAt }) => Date.parse(startsAt)));
  return operations.slice(-MOST_OPERATIONS).map((operation) => {
    const { plan, requesterId, startedAt, createdAt, state } = operation;
    const before = began - (startedAt ?? createdAt).getTime();
    const what = `${words.operation.title(plan)} (${changeLine(plan, words)})`;
    const word = words.operation.states[state];
    // A storm would call the same person once for each of its groups.
    const who = view.group.stormId === null ? mention(requesterId) : null;
    return `${stateSign(state)} *${words.alerts.operation(prose(what), who, before, word)}*`;
  });
}

/** A line of a thread about an operation. */
function operationText({ plan, state, requesterId }: Operation, words: Words): string {
  const title = prose(words.operation.title(plan));
  return `${stateSign(state)} ${title} (${changeLine(plan, words)}) · ${mention(requesterId)} · ${words.operation.states[state]}`;
}

/** In a block of its own: however long it is, it displaces nothing else. */
function whatLines({ alerts: [first] }: AlertGroupView): readonly string[] {
  if (first === undefined) return [];
  return [
    ...(first.summary === null ? [] : [`*${prose(first.summary)}*`]),
    ...(first.description === null ? [] : [prose(first.description, LONGEST_DESCRIPTION)]),
  ];
}

function sinceLines({ group, alerts }: AlertGroupView, { words }: AlertContext): readonly string[] {
  const [first] = alerts;
  if (first === undefined) return [];
  const earliest = Math.min(...alerts.map(({ startsAt }) => Date.parse(startsAt)));
  // Some senders say of what is over only when it ended.
  const began = new Date(group.resolvedAt === null ? earliest : Math.min(earliest, group.openedAt.getTime()));
  const time =
    group.resolvedAt === null
      ? words.alerts.firingSince(moment(began, WHEN), moment(began, '{ago}'))
      : words.alerts.fired(moment(began, WHEN), words.duration(group.resolvedAt.getTime() - began.getTime()));
  return [...(first.value === null || alerts.length > 1 ? [] : [words.alerts.value(first.value)]), time];
}

function peopleLines({ group, silences }: AlertGroupView, { words, now }: AlertContext): readonly string[] {
  const { acknowledgedBy: by, acknowledgedAt: at } = group;
  return [
    ...(by === null || at === null ? [] : [words.alerts.acknowledged(mention(by), moment(at))]),
    ...silences
      .filter(({ until }) => until > now)
      .map(({ by: who, until, reason }) => words.alerts.silenced(mention(who), moment(until, WHEN), reason)),
  ];
}

/** The alerts of the group; what is over is struck. One alone needs only its labels. */
function tableLines(view: AlertGroupView, how: AlertContext): readonly string[] {
  const { words } = how;
  const { alerts, group } = view;
  const [first] = alerts;
  if (first === undefined) return [];
  const cut = group.truncated > 0 ? [words.alerts.truncated(group.truncated)] : [];
  const common = labelLine(commonLabels(alerts), how);
  const shared = common === '' ? [] : [common];
  if (alerts.length === 1) return [...shared, ...cut];
  const firing = alerts.filter(({ state }) => state === 'firing').length;
  const hidden = alerts.length - MOST_ROWS;
  return [
    `*${words.alerts.firingCount(firing, alerts.length - firing)}*`,
    ...alerts.slice(0, MOST_ROWS).map((alert) => rowOf(alert, alerts, how)),
    ...(hidden > 0 ? [words.more(hidden)] : []),
    ...shared,
    ...cut,
  ];
}

function rowOf(alert: Alert, all: readonly Alert[], how: AlertContext): string {
  const { words } = how;
  // No code spans in what is over: Slack strikes nothing that stands in one.
  const shown = alert.state === 'firing' ? code : prose;
  const common = commonLabels(all);
  const own = Object.fromEntries(Object.entries(alert.labels).filter(([name]) => !(name in common)));
  const named = groupName(all).others > 0 ? prose(alert.name) : '';
  const value = alert.value === null ? '' : shown(alert.value, LONGEST_VALUE);
  const parts = [named, labelLine(own, how, shown), value].filter(Boolean);
  const what = parts.join(' · ') || prose(alert.name);
  if (alert.state === 'firing')
    return `${SEVERITY_SIGNS[alert.severity]} ${what} · ${moment(new Date(alert.startsAt))}`;
  const ended = alert.endsAt === null ? '' : ` · ${words.alerts.resolvedAt(moment(new Date(alert.endsAt)))}`;
  return `✅ ~${what}~${ended}`;
}

/** Labels that matter: those that the config names, or all that the title does not say already. */
function labelLine(labels: Labels, { settings }: AlertContext, as: typeof code = code): string {
  const said = ['alertname', ...settings.service, ...settings.environment, ...settings.severity];
  const wanted = Object.entries(labels).filter(([name]) =>
    settings.labels.length > 0 ? settings.labels.includes(name) : !said.includes(name),
  );
  const hidden = wanted.length - MOST_LABELS;
  const shown = wanted.slice(0, MOST_LABELS).map(([name, value]) => as(`${name}=${value}`, LONGEST_LABEL));
  return [...shown, ...(hidden > 0 ? [`+${hidden}`] : [])].join(' ');
}

/** Labels that every one of them has, with the same value. */
export function commonLabels(alerts: readonly Pick<Alert, 'labels'>[]): Labels {
  const [first, ...rest] = alerts;
  return Object.fromEntries(
    Object.entries(first?.labels ?? {}).filter(([name, value]) =>
      rest.every(({ labels }) => labels[name] === value),
    ),
  );
}

/** A link for which there is no room is only named: half of one leads nowhere. */
function linkLines(alerts: readonly Alert[], { alerts: words }: Words): readonly string[] {
  let room = LINKS_ROOM;
  const links = (['runbook', 'dashboard', 'source'] as const).flatMap((kind) => {
    const address = alerts.map(({ links: all }) => all[kind]).find((found) => found !== null) ?? null;
    if (address === null) return [];
    const linked = link(address, words.links[kind]);
    if (linked.length > room) return [prose(words.links[kind])];
    room -= linked.length;
    return [linked];
  });
  return links.length === 0 ? [] : [links.join(' · ')];
}

function buttons({ view, offers }: ShownGroup, { words, now }: AlertContext): KnownBlock | null {
  const { group, silences } = view;
  const groupId = group.id;
  const shown: Button[] = [];
  if (group.resolvedAt === null) {
    if (group.acknowledgedBy === null) {
      shown.push(
        button({
          action: { do: 'acknowledge-alert', groupId },
          label: words.alerts.buttons.acknowledge,
          style: 'primary',
        }),
      );
    }
    const lasting = silences.find(({ until }) => until > now);
    if (lasting !== undefined) {
      shown.push(button({ action: { do: 'end-silence', groupId }, label: words.alerts.buttons.endSilence }));
    } else if (offers.silence) shown.push(...silenceButtons(groupId, words));
    shown.push(...rollBackButtons(groupId, offers.rollBack, words));
  } else if (severityOf(view.alerts) === 'critical') {
    shown.push(button({ action: { do: 'incident-report', groupId }, label: words.alerts.buttons.report }));
  }
  return shown.length === 0 ? null : actions(shown, 'alert-actions');
}

function silenceButtons(groupId: string, { alerts: { buttons: words } }: Words): readonly Button[] {
  return [
    ...HOURS.map((hours) =>
      button({
        action: { do: 'silence-alert', groupId, hours },
        label: words.silence(hours),
        id: String(hours),
      }),
    ),
    button({ action: { do: 'silence-form', groupId }, label: words.silenceForm }),
  ];
}

function rollBackButtons(
  groupId: string,
  targets: ShownGroup['offers']['rollBack'],
  words: Words,
): readonly Button[] {
  return targets.slice(0, MOST_TARGETS).map((target, index) =>
    button({
      action: { do: 'roll-back-target', groupId, ...target },
      label: words.alerts.buttons.rollBack(target),
      id: String(index),
      style: 'danger',
      confirm: {
        title: words.buttons.rollBackTitle,
        text: words.buttons.confirmRollBack(target),
        no: words.buttons.no,
      },
    }),
  );
}

function lines(all: readonly string[], words: Words): KnownBlock | null {
  return all.length === 0 ? null : section(all, words.more);
}

function whoOf(event: AlertEvent): string {
  if ('by' in event && event.by !== null) return mention(event.by);
  return 'acknowledgedBy' in event && event.acknowledgedBy !== null ? mention(event.acknowledgedBy) : '';
}

function whenOf(event: AlertEvent): string {
  return event.kind === 'silenced' ? moment(new Date(event.until), WHEN) : moment(event.at);
}
