import type { KnownBlock } from '@slack/web-api';
import type { Storm } from '../../alerts/context.ts';
import { type AlertGroupView, groupName, SEVERITIES, type Severity, severityOf } from '../../domain/alert.ts';
import type { MessageContent } from '../content.ts';
import { clip, moment, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { groupState, SEVERITY_SIGNS } from './alert-signs.ts';
import { context, header, SECTION_LIMIT, section } from './blocks.ts';

/** What does not fit into a section is cut there; Slack takes some 13,000 characters in all the blocks of a message. */
const SECTION_ROOM = SECTION_LIMIT - 100;
const PAGE_ROOM = 9_500;
const LONGEST_NAME = 70;
/** Labels that name a thing within a group of its kind. */
const APART = ['instance', 'pod', 'node', 'host', 'device', 'job', 'namespace'];

interface Cell {
  readonly severity: Severity;
  readonly place: string;
  readonly views: readonly AlertGroupView[];
}

/** The digest of a storm, as many messages as it takes: a table by severity and service, with every group in it. */
export function renderDigest(
  request: { readonly storm: Storm; readonly views: readonly AlertGroupView[] },
  how: { readonly words: Words; readonly now: Date },
): readonly MessageContent[] {
  const { storm, views } = request;
  const { words } = how;
  const firing = views.filter(({ group }) => group.resolvedAt === null).length;
  const title = words.alerts.storm.title(storm.channel, views.length, firing);
  const head: readonly KnownBlock[] = [
    header(title),
    section([timeLine(storm, words), ...countLines(views, how)], words.more),
  ];
  const pages = pagesOf(cellsOf(views, words), how);
  const rest = pages.slice(1);
  const first = {
    text: plainOf(title, views),
    blocks: [...head, ...(pages[0] ?? []), context([words.alerts.storm.explained], words.more)],
  };
  return [
    first,
    ...rest.map((blocks, index) => {
      const text = words.alerts.storm.page(index + 2, pages.length);
      return { text, blocks: [header(text), ...blocks] };
    }),
  ];
}

/** What stands on a page that is needed no longer. */
export function renderEmptyPage(words: Words): MessageContent {
  const text = words.alerts.storm.nothingLeft;
  return { text, blocks: [context([text], words.more)] };
}

function plainOf(title: string, views: readonly AlertGroupView[]): string {
  const names = [...new Set(views.map(({ alerts }) => groupName(alerts).name))]
    .slice(0, 5)
    .map((name) => prose(name));
  return `${title}: ${names.join(', ')} …`;
}

function timeLine({ beganAt, endedAt }: Storm, { alerts: { storm } }: Words): string {
  return endedAt === null
    ? `*${storm.since(moment(beganAt))}*`
    : `*${storm.over(moment(beganAt), moment(endedAt))}*`;
}

/** `🔴 CRITICAL: 12 firing, 3 resolved`, for each severity there is. */
function countLines(
  views: readonly AlertGroupView[],
  { words, now }: { readonly words: Words; readonly now: Date },
): readonly string[] {
  return SEVERITIES.flatMap((severity) => {
    const its = views.filter(({ alerts }) => severityOf(alerts) === severity);
    if (its.length === 0) return [];
    const count = (state: ReturnType<typeof groupState>) =>
      its.filter((view) => groupState(view, now) === state).length;
    const acknowledged = count('acknowledged') + count('silenced');
    const counts = words.alerts.storm.counts(count('firing') + acknowledged, acknowledged, count('resolved'));
    return [`${SEVERITY_SIGNS[severity]} ${words.alerts.severities[severity]}: ${counts}`];
  });
}

function cellsOf(views: readonly AlertGroupView[], words: Words): readonly Cell[] {
  const cells = Map.groupBy(views, ({ alerts }) => `${severityOf(alerts)} ${placeOf(alerts, words)}`);
  return [...cells.values()]
    .map((its) => {
      const alerts = its[0]?.alerts ?? [];
      return { severity: severityOf(alerts), place: placeOf(alerts, words), views: its };
    })
    .sort(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        b.views.length - a.views.length ||
        (a.place < b.place ? -1 : 1),
    );
}

function placeOf(alerts: AlertGroupView['alerts'], words: Words): string {
  const [first] = alerts;
  if (first === undefined || first.service === null) return words.alerts.storm.unknownService;
  return first.environment === null ? first.service : `${first.service}/${first.environment}`;
}

/** Cells as sections, filled one page after the other. */
function pagesOf(
  cells: readonly Cell[],
  how: { readonly words: Words; readonly now: Date },
): readonly (readonly KnownBlock[])[] {
  const pages: KnownBlock[][] = [[]];
  let room = PAGE_ROOM;
  for (const text of cells.flatMap((cell) => cellTexts(cell, how))) {
    if (text.length > room) {
      pages.push([]);
      room = PAGE_ROOM;
    }
    pages.at(-1)?.push(section([text], how.words.more));
    room -= text.length;
  }
  return pages;
}

/** A cell's head with the names of its groups; more than one text where they do not fit into one. */
function cellTexts(
  { severity, place, views }: Cell,
  { words, now }: { readonly words: Words; readonly now: Date },
): readonly string[] {
  const firing = views.filter(({ group }) => group.resolvedAt === null).length;
  const count = words.alerts.firingCount(firing, views.length - firing);
  const head = `${SEVERITY_SIGNS[severity]} *${prose(place)}* · ${words.alerts.severities[severity]} · ${count}`;
  const texts: string[] = [];
  let text = `${head}\n`;
  for (const [index, named] of namesOf(views, now).entries()) {
    if (text.length + named.length + 2 > SECTION_ROOM) {
      texts.push(text);
      text = '';
    }
    text += `${index === 0 || text === '' ? '' : ', '}${named}`;
  }
  return [...texts, text];
}

/** Every group by a short name; those with the same are told apart by a label. */
function namesOf(views: readonly AlertGroupView[], now: Date): readonly string[] {
  const alike = Map.groupBy(views, ({ alerts }) => groupName(alerts).name);
  return [...alike].flatMap(([name, its]) =>
    its.map((view) => {
      const apart = its.length > 1 ? apartLabel(view) : '';
      const count = view.alerts.length > 1 ? ` ×${view.alerts.length}` : '';
      const shown = prose(clip(`${name}${apart === '' ? '' : ` ${apart}`}`, LONGEST_NAME));
      const state = groupState(view, now);
      const mark = state === 'acknowledged' ? ' 👀' : state === 'silenced' ? ' 🔕' : '';
      return state === 'resolved' ? `~${shown}~${count}` : `${shown}${count}${mark}`;
    }),
  );
}

function apartLabel({ group, alerts }: AlertGroupView): string {
  const own = Object.entries(group.groupLabels).filter(([name]) => name !== 'alertname');
  if (own.length > 0) return own.map(([, value]) => value).join(' ');
  const labels = alerts[0]?.labels ?? {};
  return APART.map((name) => labels[name]).find((value) => value !== undefined) ?? '';
}
