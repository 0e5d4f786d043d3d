import type { KnownBlock } from '@slack/web-api';
import { SEVERITIES, type Severity } from '../../domain/alert.ts';
import type { DigestRow, Storm } from '../../domain/storm.ts';
import type { MessageContent } from '../content.ts';
import { clip, moment, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { SEVERITY_SIGNS } from './alert-signs.ts';
import { context, header, SECTION_LIMIT, section } from './blocks.ts';

/** What does not fit into a section is cut there; Slack takes some 13,000 characters in all the blocks of a message. */
const SECTION_ROOM = SECTION_LIMIT - 100;
const PAGE_ROOM = 9_500;
const LONGEST_NAME = 70;

interface Cell {
  readonly severity: Severity;
  readonly place: string;
  readonly groups: readonly DigestRow[];
}

/** The digest of a storm, as many messages as it takes: a table by severity and service, with every group in it. */
export function renderDigest(
  request: { readonly storm: Storm; readonly groups: readonly DigestRow[] },
  words: Words,
): readonly MessageContent[] {
  const { storm, groups } = request;
  const title = words.alerts.storm.title(storm.channel, groups.length, firingOf(groups));
  const head: readonly KnownBlock[] = [
    header(title),
    section([timeLine(storm, words), ...countLines(groups, words)], words.more),
  ];
  const pages = pagesOf(cellsOf(groups, words), words);
  const rest = pages.slice(1);
  const explained = storm.endedAt === null ? words.alerts.storm.explained : words.alerts.storm.afterwards;
  const first = {
    text: plainOf(title, groups),
    blocks: [...head, ...(pages[0] ?? []), context([explained], words.more)],
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

function firingOf(groups: readonly DigestRow[]): number {
  return groups.filter(({ state }) => state !== 'resolved').length;
}

function plainOf(title: string, groups: readonly DigestRow[]): string {
  const names = [...new Set(groups.map(({ name }) => name))].slice(0, 5).map((name) => prose(name));
  return `${title}: ${names.join(', ')} …`;
}

function timeLine({ beganAt, endedAt }: Storm, { alerts: { storm } }: Words): string {
  return endedAt === null
    ? `*${storm.since(moment(beganAt))}*`
    : `*${storm.over(moment(beganAt), moment(endedAt))}*`;
}

/** `🔴 CRITICAL: 12 firing, 3 resolved`, for each severity there is. */
function countLines(groups: readonly DigestRow[], words: Words): readonly string[] {
  return SEVERITIES.flatMap((severity) => {
    const its = groups.filter((group) => group.severity === severity);
    if (its.length === 0) return [];
    const firing = firingOf(its);
    const known = its.filter(({ state }) => state === 'acknowledged' || state === 'silenced').length;
    const counts = words.alerts.storm.counts(firing, known, its.length - firing);
    return [`${SEVERITY_SIGNS[severity]} ${words.alerts.severities[severity]}: ${counts}`];
  });
}

function cellsOf(groups: readonly DigestRow[], words: Words): readonly Cell[] {
  const cells = new Map<string, { severity: Severity; place: string; groups: DigestRow[] }>();
  for (const group of groups) {
    const { severity } = group;
    const place = placeOf(group, words);
    const cell = cells.get(`${severity} ${place}`) ?? { severity, place, groups: [] };
    cell.groups.push(group);
    cells.set(`${severity} ${place}`, cell);
  }
  return [...cells.values()].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      b.groups.length - a.groups.length ||
      (a.place < b.place ? -1 : 1),
  );
}

function placeOf({ service, environment }: DigestRow, words: Words): string {
  if (service === null) return words.alerts.storm.unknownService;
  return environment === null ? service : `${service}/${environment}`;
}

/** Cells as sections, filled one page after the other. */
function pagesOf(cells: readonly Cell[], words: Words): readonly (readonly KnownBlock[])[] {
  const pages: KnownBlock[][] = [[]];
  let room = PAGE_ROOM;
  for (const text of cells.flatMap((cell) => cellTexts(cell, words))) {
    if (text.length > room) {
      pages.push([]);
      room = PAGE_ROOM;
    }
    pages.at(-1)?.push(section([text], words.more));
    room -= text.length;
  }
  return pages;
}

/** A cell's head with the names of its groups; more than one text where they do not fit into one. */
function cellTexts({ severity, place, groups }: Cell, words: Words): readonly string[] {
  const firing = firingOf(groups);
  const count = words.alerts.firingCount(firing, groups.length - firing);
  const head = `${SEVERITY_SIGNS[severity]} *${prose(place)}* · ${words.alerts.severities[severity]} · ${count}`;
  const texts: string[] = [];
  let text = `${head}\n`;
  for (const [index, named] of namesOf(groups).entries()) {
    if (text.length + named.length + 2 > SECTION_ROOM) {
      texts.push(text);
      text = '';
    }
    text += `${index === 0 || text === '' ? '' : ', '}${named}`;
  }
  return [...texts, text];
}

const MARKS: Readonly<Record<DigestRow['state'], string>> = {
  firing: '',
  acknowledged: ' 👀',
  silenced: ' 🔕',
  resolved: '',
};

/** Every group by a short name; those with the same are told apart by a label. */
function namesOf(groups: readonly DigestRow[]): readonly string[] {
  const alike = Map.groupBy(groups, ({ name }) => name);
  return [...alike].flatMap(([name, its]) =>
    its.map(({ alerts, apart, state }) => {
      const count = alerts > 1 ? ` ×${alerts}` : '';
      const label = its.length > 1 && apart !== '' ? ` ${apart}` : '';
      const shown = prose(clip(`${name}${label}`, LONGEST_NAME));
      return state === 'resolved' ? `~${shown}~${count}` : `${shown}${count}${MARKS[state]}`;
    }),
  );
}
