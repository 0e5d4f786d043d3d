import type { KnownBlock } from '@slack/web-api';
import type { CommandGrammar } from '../../../commands/command.ts';
import type { Lock } from '../../domain/lock.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Blocker, Reply } from '../../domain/reply.ts';
import { type TargetRef, targetKey } from '../../domain/target.ts';
import type { MessageContent } from '../content.ts';
import { code, mention, moment, plain, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { renderBackups } from './backups.ts';
import { context, fitGroups, fitList, header, section } from './blocks.ts';
import { renderCanaries } from './canaries.ts';
import { changeLine, changeText } from './change.ts';
import { fileBlocks } from './files.ts';
import { renderIncidents } from './incidents.ts';
import { stateSign } from './operation.ts';
import { refusalSentence } from './refusals.ts';
import { sourceLines } from './source.ts';
import { renderStatus } from './status.ts';

/** What a reply's rendering needs beside the reply. */
export interface ReplyContext {
  readonly words: Words;
  readonly now: Date;
  /** What `help` explains. */
  readonly grammars: readonly CommandGrammar[];
}

const LONGEST_LIST = 10;

/** Any reply as the message that only its reader sees. */
export function renderReply(reply: Reply, shown: ReplyContext): MessageContent {
  const { words } = shown;
  switch (reply.kind) {
    case 'refusal':
      return refusals(reply.refusals, words);
    case 'help':
      return help(reply.command, shown);
    case 'dry-run':
      return dryRun(reply.plans, words);
    case 'history':
      return history(reply.service, reply.operations, words);
    case 'locked':
      return sentence(lockedText(reply.lock, words), words);
    case 'unlocked':
      return sentence(words.replies.unlocked(words.scope(reply.scope)), words);
    case 'status':
      return renderStatus(reply.targets, shown);
    case 'incidents':
      return renderIncidents(reply, shown);
    case 'why':
      return why(reply.target, reply.blockers, words);
    case 'backups':
      return renderBackups(reply.targets, shown);
    case 'canaries':
      return renderCanaries(reply.operations, shown);
    case 'instructed':
      return sentence(words.canary.instructed(reply.target, reply.instruction), words);
    case 'looking-up':
      return sentence(`:mag: ${words.replies.lookingUp}`, words);
    case 'kept':
      return sentence(`:hourglass: ${words.replies.kept}`, words);
  }
}

function sentence(text: string, words: Words): MessageContent {
  return { text, blocks: [section([text], words.more)] };
}

function refusals(all: readonly Refusal[], words: Words): MessageContent {
  const sentences = all.map((refusal) => refusalSentence(refusal, words));
  const blocks = sentences.map((text) => [section([`:x: ${text}`], words.more)]);
  return {
    text: sentences[0] ?? words.replies.nothingChanged,
    blocks: fitGroups([...blocks, [context([words.replies.nothingChanged], words.more)]], words.more),
  };
}

function help(command: string | null, { words, grammars }: ReplyContext): MessageContent {
  const explained = grammars.filter(({ name }) => command === null || name === command);
  const title = words.replies.helpTitle(command);
  const blocks = explained.flatMap(({ description, examples }) => [
    section([prose(description)], words.more),
    section(
      examples.map(({ text, does }) => `${code(text)}  ${prose(does)}`),
      words.more,
    ),
  ]);
  return {
    text: plain(title, 150),
    blocks: [header(title), ...blocks, context([words.replies.helpMention], words.more)],
  };
}

function dryRun(plans: readonly Plan[], words: Words): MessageContent {
  const title = words.replies.dryRun;
  const lines = plans.map((plan) => `${targetKey(plan.target)} ${changeLine(plan, words)}`);
  return {
    text: `${title}: ${fitList(lines, 5, words.more)}`,
    blocks: [
      header(`🧪 ${title}`),
      ...fitGroups(
        plans.map((plan) => plannedBlocks(plan, words)),
        words.more,
      ),
    ],
  };
}

function plannedBlocks(plan: Plan, words: Words): readonly KnownBlock[] {
  const { required, approvers, expires } = plan.approval;
  const asked =
    required === 0
      ? words.replies.noApproval
      : words.replies.approval(required, approvers, words.duration(expires));
  return [
    section(
      [
        `*${prose(words.operation.title(plan))}*`,
        changeText(plan, words),
        ...sourceLines(plan, words),
        ...(plan.canary === undefined ? [] : [words.canary.terms(plan.canary)]),
        ...plan.warnings.map((warning) => `:warning: ${prose(warning)}`),
        ...plan.steps.map((step, index) => `${index + 1}. ${prose(step.title)}`),
        asked,
      ],
      words.more,
    ),
    ...fileBlocks(plan, words),
  ];
}

function history(service: string | null, operations: readonly Operation[], words: Words): MessageContent {
  const title = words.replies.history(service === null ? null : prose(service));
  if (operations.length === 0) return sentence(words.replies.noHistory, words);
  const lines = operations.map((operation) => historyLine(operation, words));
  return { text: title, blocks: [header(title), section(lines, words.more)] };
}

/** `✅ api/production  v1.0.0 → v1.1.0  deploy by @ana, today 12:30`. */
function historyLine(operation: Operation, words: Words): string {
  const { plan, state, requesterId, createdAt } = operation;
  const kind = words.operation.kinds[plan.kind];
  const when = moment(createdAt, '{date_short_pretty} {time}');
  return `${stateSign(state)} ${code(targetKey(plan.target))}  ${changeLine(plan, words)}  ${kind} · ${mention(
    requesterId,
  )} · ${when} · ${words.operation.states[state]}`;
}

function lockedText(lock: Lock, words: Words): string {
  const until = lock.until === null ? null : moment(lock.until, '{date_short_pretty} {time}');
  return words.replies.locked(words.scope(lock.scope), lock.reason, until);
}

function why(target: TargetRef, blockers: readonly Blocker[], words: Words): MessageContent {
  const title = words.replies.whyTitle(target);
  if (blockers.length === 0) {
    const text = `✅ ${words.replies.nothingBlocks}`;
    return {
      text: `${title}: ${words.replies.nothingBlocks}`,
      blocks: [header(title), section([text], words.more)],
    };
  }
  const sentences = blockers.map(({ refusal }) => refusalSentence(refusal, words));
  const groups = blockers.map(({ clearedBy }, index) => [
    section([`⛔ ${sentences[index] ?? ''}`], words.more),
    context([words.replies.clearedBy(fitList(clearedBy.map(mention), LONGEST_LIST, words.more))], words.more),
  ]);
  return {
    text: `${title}: ${sentences[0] ?? ''}`,
    blocks: [header(title), ...fitGroups(groups, words.more)],
  };
}
