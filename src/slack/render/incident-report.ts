import type { ShownGroup } from '../../alerts/context.ts';
import { type AlertEvent, groupName, scopesOf } from '../../domain/alert.ts';
import type { Operation } from '../../domain/operation.ts';
import type { MessageContent } from '../content.ts';
import { clip } from '../mrkdwn.ts';
import type { ReportWords, Words } from '../words/words.ts';
import { outcomeSentence } from './outcome.ts';

/** Slack takes 12,000 characters of Markdown in a message. */
const LONGEST_REPORT = 11_500;
const LONGEST_TEXT = 200;
const LONGEST_LIST = 8;

interface Story {
  readonly shown: ShownGroup;
  readonly events: readonly AlertEvent[];
  readonly names: ReadonlyMap<string, string>;
}

/** What happened, from the records, as Markdown for whoever writes the rest; nobody is pinged by it. */
export function renderIncidentReport(story: Story, words: Words): MessageContent {
  const { view } = story.shown;
  const { name, others } = groupName(view.alerts);
  const its = words.alerts.report;
  const title = its.title(words.alerts.name(name, others));
  const began = beginningOf(story);
  const ended = view.group.resolvedAt ?? began;
  const lasted = words.duration(ended.getTime() - began.getTime());
  const before = [
    `## ${escaped(title)}`,
    its.lasted(timeText(began, 'day'), timeText(ended, 'day'), lasted),
    '',
    `### ${its.timeline}`,
  ];
  const after = ['', `### ${its.checklist}`, ...checklistOf(story, { words, lasted })];
  const room = LONGEST_REPORT - [...before, ...after].join('\n').length;
  const timeline = clippedLines(timelineOf(story, words), { room, more: its.more });
  const markdown = [...before, ...timeline, ...after].join('\n');
  return { text: title, blocks: [{ type: 'markdown', text: clip(markdown, LONGEST_REPORT) }] };
}

/** Lines from both ends, and how many are left out between them: how it began and how it ended matter most. */
function clippedLines(
  lines: readonly string[],
  { room, more }: { readonly room: number; readonly more: (count: number) => string },
): readonly string[] {
  const lengthOf = (some: readonly string[]) => some.reduce((sum, line) => sum + line.length + 1, 0);
  if (lengthOf(lines) <= room) return lines;
  for (let kept = lines.length - 1; kept > 0; kept -= 1) {
    const first = lines.slice(0, Math.ceil(kept / 2));
    const last = lines.slice(lines.length - Math.floor(kept / 2));
    const clipped = [...first, `- ${more(lines.length - kept)}`, ...last];
    if (lengthOf(clipped) <= room) return clipped;
  }
  return [`- ${more(lines.length)}`];
}

function beginningOf({ shown: { view } }: Story): Date {
  return new Date(Math.min(...view.alerts.map(({ startsAt }) => Date.parse(startsAt))));
}

/** Everything with its time, in order. */
function timelineOf(story: Story, words: Words): readonly string[] {
  const entries = [
    ...story.shown.operations.flatMap((operation) => operationEntries(operation, story, words)),
    ...story.events.flatMap((event) => eventEntries(event, story, words)),
  ];
  return entries
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ at, text }) => `- ${timeText(at, 'time')} ${text}`);
}

interface Entry {
  readonly at: Date;
  readonly text: string;
}

/** When it began and, with the verdict, when it ended. */
function operationEntries(operation: Operation, story: Story, words: Words): readonly Entry[] {
  const { startedAt, createdAt, endedAt, state, outcome } = operation;
  const detail = outcome === null ? '' : plainSentence(outcomeSentence(outcome, words));
  const begun = {
    at: startedAt ?? createdAt,
    text: operationLine(operation, story, { words, state: 'running', detail: '' }),
  };
  const ended =
    endedAt === null
      ? []
      : [{ at: endedAt, text: operationLine(operation, story, { words, state, detail }) }];
  return startedAt === null ? ended : [begun, ...ended];
}

function operationLine(
  operation: Operation,
  { names }: Story,
  how: { readonly words: Words; readonly state: Operation['state']; readonly detail: string },
): string {
  const { plan, requesterId } = operation;
  const { words, state, detail } = how;
  const title = words.operation.title(plan);
  return words.alerts.report.operation(
    escaped(title),
    escaped(changeOf(operation)),
    personOf(requesterId, names),
    words.operation.states[state],
    escaped(detail),
  );
}

function changeOf({ plan }: Operation): string {
  const end = (of: { version: string | null; revision: string | null } | null) =>
    of?.version ?? of?.revision ?? '–';
  return `${end(plan.from)} → ${end(plan.to)}`;
}

function eventEntries(event: AlertEvent, story: Story, words: Words): readonly Entry[] {
  const text = eventText(event, story, words.alerts.report);
  return text === null ? [] : [{ at: event.kind === 'opened' ? beginningOf(story) : event.at, text }];
}

function eventText(event: AlertEvent, story: Story, words: ReportWords): string | null {
  const who = 'by' in event && event.by !== null ? personOf(event.by, story.names) : null;
  switch (event.kind) {
    case 'opened':
      return words.began(escaped(groupName(story.shown.view.alerts).name));
    case 'joined':
      return words.joined(listOf(event.names));
    case 'again':
      return words.again(listOf(event.names));
    case 'resolved':
      return words.resolved(listOf(event.names));
    case 'worse':
      return words.worse(event.severity);
    case 'all-resolved':
      return words.allResolved;
    case 'acknowledged':
      return words.acknowledged(who ?? '');
    case 'silenced':
      return words.silenced(who ?? '', timeText(new Date(event.until), 'day'), escaped(event.reason));
    case 'silence-ended':
      return words.silenceEnded(who);
    case 'reminder':
      return words.reminded;
    case 'operation':
    case 'report-asked':
      return null;
  }
}

/** The rollback checklist, filled in where the records know the answer. */
function checklistOf(
  story: Story,
  { words, lasted }: { readonly words: Words; readonly lasted: string },
): readonly string[] {
  const its = words.alerts.report;
  const { group, alerts } = story.shown.view;
  const began = beginningOf(story);
  const before = story.shown.operations.findLast(({ startedAt }) => startedAt !== null && startedAt < began);
  const back = story.shown.operations.find(
    ({ plan, state, startedAt }) =>
      plan.kind === 'rollback' && state === 'succeeded' && startedAt !== null && startedAt >= began,
  );
  const where = scopesOf(alerts).map(({ service, environment }) => words.alerts.where(service, environment));
  const line = (operation: Operation) =>
    operationLine(operation, story, { words, state: operation.state, detail: '' });
  const who = group.acknowledgedBy === null ? null : personOf(group.acknowledgedBy, story.names);
  return [
    its.cause(before === undefined ? null : line(before)),
    its.impact(escaped(where.join(', ')), alerts.length, lasted),
    its.rollback(back === undefined ? null : line(back)),
    its.recovered(timeText(group.resolvedAt ?? began, 'time')),
    its.told(escaped(group.channel), timeText(group.openedAt, 'time'), who),
    its.recorded,
  ].map((item) => `- ${item}`);
}

function personOf(id: string, names: ReadonlyMap<string, string>): string {
  return escaped(names.get(id) ?? id);
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, LONGEST_LIST).map(escaped).join(', ');
  return names.length > LONGEST_LIST ? `${shown} (+${names.length - LONGEST_LIST})` : shown;
}

function timeText(at: Date, precision: 'day' | 'time'): string {
  const text = at.toISOString().replace('T', ' ');
  return precision === 'day' ? text.slice(0, 16) : text.slice(11, 19);
}

/** Foreign text in Markdown: shown as it was said. */
function escaped(text: string): string {
  const plain = clip(text.replace(/\s+/g, ' ').trim(), LONGEST_TEXT);
  return plain
    .replace(/[\\`*_{}[\]<>|~@]/g, (sign) => ESCAPES[sign] ?? `\\${sign}`)
    .replaceAll('://', ':\u200b//');
}

/** Entities where a backslash would not keep Slack from seeing a mention. */
const ESCAPES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '@': '@\u200b' };

/** A sentence of the catalogue, which is mrkdwn, without its marks. */
function plainSentence(text: string): string {
  return text.replace(/<[@!][^>]*>/g, '').replace(/[*`\u200b]/g, '');
}
