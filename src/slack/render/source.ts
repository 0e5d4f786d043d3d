import type { KnownBlock } from '@slack/web-api';
import { verdictOf } from '../../domain/checks.ts';
import type { OperationView } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import {
  authorName,
  type SourceChange,
  type SourceCommit,
  type SourceCommits,
  shortCommit,
} from '../../domain/source-change.ts';
import { code, link, mention, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { fitGroups, fitList, section } from './blocks.ts';

/** Commits that the message itself names; the thread has all of them. */
const NAMED = 5;
const LONGEST_TITLE = 100;
const MOST_AUTHORS = 6;
const IN_A_SECTION = 15;

/** What is shipped, in a few lines; empty where the service has no repository. */
export function sourceLines(plan: Plan, words: Words): readonly string[] {
  const { source } = plan;
  if (source === undefined) return [];
  return [
    ...(source.unread === null ? [summaryLine(source, words)] : [words.source.unread(source.unread)]),
    ...directionLines(source, words),
    ...migrationLines(source, words),
    ...authorLines(plan, words),
  ];
}

/** How the checks of the commit stand; empty where none are asked for. */
export function gateLines({ operation, gate }: OperationView, words: Words): readonly string[] {
  if (gate === null) return [];
  const skipped = operation.options.emergency !== null;
  const lines = gateLine(gate, words);
  const isGreen = gate.state === 'read' && verdictOf(gate.checks) === 'green';
  return skipped && !isGreen ? [words.source.checksSkipped, lines] : [lines];
}

/** Every commit that the plan knows, for the thread. */
export function commitBlocks({ source }: Pick<Plan, 'source'>, words: Words): readonly KnownBlock[] {
  if (source === undefined) return [];
  const { brings, takesOut } = source;
  const head = [
    [sourceTitle({ source }, words), ...compareLine(source, words)].filter((part) => part !== '').join(' · '),
  ];
  const lists = [brings, takesOut].flatMap((commits) => listGroups(commits, words));
  return fitGroups([[section(head, words.more)], ...lists], words.more);
}

/** What stands above that list: “It brings 12 commits”. */
export function sourceTitle({ source }: Pick<Plan, 'source'>, words: Words): string {
  return source === undefined ? '' : words.source.listTitle(source.brings.count, source.takesOut.count);
}

function summaryLine(source: SourceChange, words: Words): string {
  const who = fitList(
    source.authors.map((author) => prose(authorName(author), 60)),
    MOST_AUTHORS,
    words.more,
  );
  const requests = source.brings.newest.flatMap(({ pullRequest }) =>
    pullRequest === null ? [] : [pullRequest],
  );
  return words.source.summary(source, who, [...new Set(requests)], compareLine(source, words).join(''));
}

function compareLine({ url }: SourceChange, words: Words): readonly string[] {
  return url === null ? [] : [link(url, words.source.compare)];
}

function directionLines({ relation, brings, takesOut }: SourceChange, words: Words): readonly string[] {
  switch (relation) {
    case 'back':
      return [words.source.takesOut(takesOut.count), ...someCommits(takesOut, words)];
    case 'diverged':
      return [words.source.diverged(brings.count, takesOut.count), ...someCommits(brings, words)];
    case 'forward':
      return someCommits(brings, words);
    case 'same':
    case 'unknown':
      return [];
  }
}

function someCommits({ count, newest }: SourceCommits, words: Words): readonly string[] {
  const lines = newest.slice(0, NAMED).map(commitLine);
  return count > lines.length ? [...lines, words.source.whole(count - lines.length)] : lines;
}

/** `3f2a90c` Fix the checkout (#12) – ana. */
function commitLine({ sha, title, author }: SourceCommit): string {
  return `• ${code(shortCommit(sha))} ${prose(title, LONGEST_TITLE)} – ${prose(authorName(author), 60)}`;
}

function migrationLines({ migrations }: SourceChange, words: Words): readonly string[] {
  if (migrations === null) return [];
  if (migrations === 'unknown') return [words.source.migrationsUnknown];
  return migrations.count === 0
    ? []
    : [words.source.migrations(migrations.files.slice(0, NAMED), migrations.count)];
}

function authorLines({ approval: { barred } }: Plan, words: Words): readonly string[] {
  if (barred === undefined) return [];
  const { userIds, unplaced, incomplete, unproven } = barred;
  return [
    ...(userIds.length > 0
      ? [words.source.barred(fitList(userIds.map(mention), MOST_AUTHORS, words.more))]
      : []),
    ...(unplaced.length > 0 ? [words.source.unplaced(unplaced.map(authorName))] : []),
    ...(incomplete ? [words.source.incomplete] : []),
    ...(unproven === undefined ? [] : [words.source.unproven(unproven)]),
  ];
}

function gateLine(gate: NonNullable<OperationView['gate']>, words: Words): string {
  if (gate.state === 'unread') return words.source.checksUnread(gate.why);
  const { passed, pending, failed } = gate.checks;
  switch (verdictOf(gate.checks)) {
    case 'green':
      return words.source.checksGreen(passed.length);
    case 'pending':
      return words.source.checksPending(pending, passed.length);
    case 'failed':
      return words.source.checksFailed(failed);
    case 'none':
      return words.source.checksNone;
  }
}

function listGroups({ count, newest }: SourceCommits, words: Words): readonly (readonly KnownBlock[])[] {
  const groups: KnownBlock[][] = [];
  for (let from = 0; from < newest.length; from += IN_A_SECTION) {
    const lines = newest.slice(from, from + IN_A_SECTION).map(commitLine);
    const isLast = from + IN_A_SECTION >= newest.length && count > newest.length;
    groups.push([
      section(isLast ? [...lines, words.source.beyond(count - newest.length)] : lines, words.more),
    ]);
  }
  return groups;
}
