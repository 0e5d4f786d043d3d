import { shortDigest } from '../../domain/artifact.ts';
import { type LiveState, servingRevision, type TrafficShare } from '../../domain/live-state.ts';
import type { Lock } from '../../domain/lock.ts';
import type { OperationView } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import type { TargetStatus } from '../../domain/reply.ts';
import { targetKey } from '../../domain/target.ts';
import type { MessageContent } from '../content.ts';
import { code, link, mention, moment, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { type BackupsContext, newestBackupLine } from './backups.ts';
import { fitGroups, section } from './blocks.ts';
import { versionText } from './change.ts';
import { standingApprovals, stateSign } from './operation.ts';
import { bar } from './steps.ts';

const MOST_ALERTS = 5;
const WHEN = '{date_short_pretty} {time}';
const HEALTH_SIGNS = { healthy: '🟢', degraded: '🟡', unhealthy: '🔴', unknown: '⚪' } as const;

/** What `/status` shows: one group of blocks for each target. */
export function renderStatus(targets: readonly TargetStatus[], shown: BackupsContext): MessageContent {
  const { words } = shown;
  if (targets.length === 0) {
    const text = words.status.nothingToShow;
    return { text, blocks: [section([text], words.more)] };
  }
  const groups = targets.map((status) => [section(statusLines(status, shown), words.more)]);
  const text = targets
    .slice(0, 5)
    .map((status) => `${targetKey(status.target)}: ${servingText(status, words)}`);
  return { text: text.join('; '), blocks: fitGroups(groups, words.more) };
}

function statusLines(status: TargetStatus, shown: BackupsContext): readonly string[] {
  const { words } = shown;
  return [
    ...headLines(status, words),
    ...alertLines(status, words),
    ...status.locks.map((lock) => `:lock: ${lockText(lock, words)}`),
    ...status.open.map((view) => openText(view, words)),
    lastText(status, words),
    ...(status.backups === null ? [] : [newestBackupLine(status.backups, shown)]),
  ];
}

function alertLines({ alerts }: TargetStatus, words: Words): readonly string[] {
  const shown = alerts.slice(0, MOST_ALERTS).map(({ severity, name, since, acknowledgedBy }) => {
    const who = acknowledgedBy === null ? null : mention(acknowledgedBy);
    return words.alerts.statusLine(severity, name, moment(since, WHEN), who);
  });
  const hidden = alerts.length - shown.length;
  return hidden > 0 ? [...shown, words.more(hidden)] : shown;
}

function headLines({ target, live }: TargetStatus, words: Words): readonly string[] {
  const name = `*${code(targetKey(target))}*`;
  if (!live.known) return [`${HEALTH_SIGNS.unknown} ${name}`, words.status.unreachable(live.detail)];
  const { health, url } = live.state;
  const address = url === null ? '' : ` · ${link(url, url.replace(/^https?:\/\//, ''))}`;
  return [
    `${HEALTH_SIGNS[health.status]} ${name} · ${words.status[health.status]}${address}`,
    ...(health.status === 'healthy' ? [] : [prose(health.reason)]),
    ...trafficLines(live.state, words),
    ...live.state.notes.map((note) => prose(note)),
  ];
}

function trafficLines(live: LiveState, words: Words): readonly string[] {
  const shares = live.traffic.filter(({ percent, tag }) => percent > 0 || tag !== undefined);
  if (shares.length === 0) return [words.status.notServing];
  return shares.map((share) => shareLine(share, live, words));
}

/** `▰▰▰▰▰▰▰▰▰▱  90 %  v1.1.0 3f2a90c1b7de  api-00012-abc`. */
function shareLine(share: TrafficShare, live: LiveState, words: Words): string {
  const revision = live.revisions.find(({ name }) => name === share.revision);
  const version = revision?.version ?? null;
  const digest = revision?.digest ?? null;
  const parts = [
    `${bar(share.percent / 100)} ${share.percent} %`,
    version === null ? words.status.unknownVersion : `*${code(version)}*`,
    digest === null ? '' : code(shortDigest(digest)),
    code(share.revision),
    share.tag === undefined ? '' : `(${prose(share.tag)})`,
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function servingText({ live }: TargetStatus, words: Words): string {
  if (!live.known) return words.status.unknown;
  const serving = servingRevision(live.state);
  if (serving === null) return words.status.notServing;
  return `${prose(serving.version ?? serving.name)}, ${words.status[live.state.health.status]}`;
}

function lockText({ scope, holder, reason, until }: Lock, words: Words): string {
  const by = holder.kind === 'person' ? mention(holder.userId) : code(holder.operationId);
  return words.status.lock(words.scope(scope), by, reason, until === null ? null : moment(until, WHEN));
}

function openText(view: OperationView, words: Words): string {
  const { id, plan, state, requesterId } = view.operation;
  const what = whatText(plan, words);
  const needed = plan.approval.required - standingApprovals(view).length;
  const text =
    state === 'awaiting-approval' && needed > 0
      ? words.status.waiting(what, needed, plan.approval.approvers)
      : words.status.running(what, mention(requesterId));
  return `${stateSign(state)} ${text} · ${code(id)}`;
}

/** A backup that is made has no name before it is there. */
function whatText(plan: Plan, words: Words): string {
  const isNew = plan.kind === 'backup' && (plan.backup?.existing ?? null) === null;
  return words.status.what(words.operation.kinds[plan.kind], isNew ? null : versionText(plan, words));
}

function lastText({ last }: TargetStatus, words: Words): string {
  if (last === null) return words.status.never;
  const { plan, state, requesterId, createdAt, endedAt } = last;
  return words.status.last(
    whatText(plan, words),
    `${stateSign(state)} ${words.operation.states[state]}`,
    mention(requesterId),
    moment(endedAt ?? createdAt, WHEN),
  );
}
