import type { AlertMessages, ShownGroup } from '../alerts/context.ts';
import type { AlertsConfig } from '../config/alerts.ts';
import { type AlertEvent, severityOf } from '../domain/alert.ts';
import type { DigestRow, Storm } from '../domain/storm.ts';
import type { Queryable } from '../store/database.ts';
import { PRIORITY, putPublication, withdrawPublications } from '../store/publications.ts';
import type { MessageContent } from './content.ts';
import { renderAlertEvent, renderAlertGroup } from './render/alert.ts';
import { renderIncidentReport } from './render/incident-report.ts';
import { renderDigest, renderEmptyPage } from './render/storm.ts';
import type { Words } from './words/words.ts';

export interface AlertMessagesSettings {
  readonly words: Words;
  readonly settings: AlertsConfig;
  readonly clock: () => Date;
}

/** The publication of a group's one message. */
export function alertKey(groupId: string): string {
  return `alert/${groupId}`;
}

/** Writes what Slack is to say of alerts: rendered here, sent by the publisher. */
export function createAlertMessages(how: AlertMessagesSettings): AlertMessages {
  return {
    group: (tx, shown) => putGroup(tx, shown, how),
    line: (tx, request) => putLine(tx, request, how),
    digest: (tx, request) => putDigest(tx, request, how),
    withdraw: async (tx, groupIds) => {
      const withdrawn = await withdrawPublications(tx, groupIds.map(alertKey));
      return withdrawn.map((key) => key.slice(alertKey('').length));
    },
    report: async (tx, request) => {
      const { shown } = request;
      const content = renderIncidentReport(request, how.words);
      await putReply(tx, { shown, key: 'report', content });
    },
  };
}

async function putGroup(tx: Queryable, shown: ShownGroup, how: AlertMessagesSettings): Promise<void> {
  const { group, alerts } = shown.view;
  await putPublication<MessageContent>(tx, {
    key: alertKey(group.id),
    channelId: shown.channelId,
    thread: null,
    priority: severityOf(alerts) === 'critical' ? PRIORITY.critical : PRIORITY.alert,
    content: renderAlertGroup(shown, { ...how, now: how.clock() }),
    reactions: [],
  });
}

async function putLine(
  tx: Queryable,
  { shown, event }: { readonly shown: ShownGroup; readonly event: AlertEvent },
  { words }: AlertMessagesSettings,
): Promise<void> {
  const operation =
    event.kind === 'operation' ? (shown.operations.find(({ id }) => id === event.operationId) ?? null) : null;
  const content = renderAlertEvent(event, operation, words);
  if (content !== null) await putReply(tx, { shown, key: `event/${event.seq}`, content });
}

async function putReply(
  tx: Queryable,
  reply: { readonly shown: ShownGroup; readonly key: string; readonly content: MessageContent },
): Promise<void> {
  const parent = alertKey(reply.shown.view.group.id);
  await putPublication<MessageContent>(tx, {
    key: `${parent}/${reply.key}`,
    channelId: reply.shown.channelId,
    thread: { kind: 'publication', key: parent },
    priority: PRIORITY.alertThread,
    content: reply.content,
    reactions: [],
  });
}

async function putDigest(
  tx: Queryable,
  request: { readonly storm: Storm; readonly groups: readonly DigestRow[]; readonly channelId: string },
  { words }: AlertMessagesSettings,
): Promise<number> {
  const { storm, channelId } = request;
  const pages = renderDigest(request, words);
  for (let page = 0; page < Math.max(pages.length, storm.pages); page += 1) {
    await putPublication<MessageContent>(tx, {
      key: `storm/${storm.id}/${page + 1}`,
      channelId,
      thread: null,
      priority: PRIORITY.digest,
      content: pages[page] ?? renderEmptyPage(words),
      reactions: [],
    });
  }
  return pages.length;
}
