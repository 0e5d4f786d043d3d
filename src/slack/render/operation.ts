import type { Button, KnownBlock } from '@slack/web-api';
import type { CanaryView } from '../../domain/canary.ts';
import { verdictOf } from '../../domain/checks.ts';
import {
  type Approval,
  canBeStopped,
  type Operation,
  type OperationState,
  type OperationView,
} from '../../domain/operation.ts';
import type { MessageContent } from '../content.ts';
import { code, mention, moment, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { actions, button, context, fitList, header, section } from './blocks.ts';
import { canaryLines } from './canary.ts';
import { changeLine, changeText } from './change.ts';
import { fileLines } from './files.ts';
import { outcomeSentence } from './outcome.ts';
import { gateLines, sourceLines } from './source.ts';
import { progressLine, stepLines } from './steps.ts';

/** What a rendering needs beside the operation itself. */
export interface OperationContext {
  readonly words: Words;
  readonly now: Date;
  /** Slack IDs (or names from the config) of the people and groups who may approve. */
  readonly approvers: readonly string[];
  readonly approveReaction: string;
  readonly rejectReaction: string;
}

const LONGEST_LIST = 10;

const SIGNS: Readonly<Record<OperationState, string>> = {
  'awaiting-approval': '⏳',
  running: '🚀',
  succeeded: '✅',
  failed: '❌',
  undone: '↩️',
  'undo-failed': '🆘',
  rejected: '⛔',
  expired: '⌛',
  cancelled: '🚫',
  voided: '♻️',
  refused: '✋',
};

/** The sign that stands before a state's word. */
export function stateSign(state: OperationState): string {
  return SIGNS[state];
}

/** The one message of an operation, for the state that it is in. */
export function renderOperation(view: OperationView, shown: OperationContext): MessageContent {
  const { operation } = view;
  const parts: readonly (KnownBlock | null)[] = [
    header(titleLine(view, shown.words)),
    emergencyBanner(operation, shown.words),
    incidentBanner(operation, shown.words),
    section(
      [
        changeText(operation.plan, shown.words),
        shown.words.operation.askedBy(mention(operation.requesterId), operation.options.reason),
      ],
      shown.words.more,
    ),
    source(view, shown.words),
    files(operation, shown.words),
    warnings(operation, shown.words),
    approvals(view, shown),
    canary(view, shown),
    steps(view, shown),
    stopping(view, shown.words),
    outcome(operation, shown.words),
    buttons(view, shown.words),
    smallPrint(operation, shown),
  ];
  return { text: summary(view, shown), blocks: parts.filter((part) => part !== null) };
}

/** Decisions to approve that count: on this plan, each person once. */
export function standingApprovals(view: OperationView): readonly Approval[] {
  return view.approvals.filter(
    ({ decision, planDigest }) => decision === 'approve' && planDigest === view.operation.planDigest,
  );
}

/** “Deploy api to production · Waiting for approval”, its sign before it. */
function titleLine(view: OperationView, words: Words): string {
  const { plan, state } = view.operation;
  const word = waitsForChecksOnly(view) ? words.operation.waitsForChecks : words.operation.states[state];
  return `${SIGNS[state]} ${words.operation.title(plan)} · ${word}`;
}

/** Everybody agreed, or nobody is asked: what it still waits for are checks. */
function waitsForChecksOnly(view: OperationView): boolean {
  const { operation, gate } = view;
  if (operation.state !== 'awaiting-approval' || gate === null || operation.options.emergency !== null)
    return false;
  if (standingApprovals(view).length < operation.plan.approval.required) return false;
  return gate.state === 'unread' || verdictOf(gate.checks) !== 'green';
}

function summary(view: OperationView, { words }: OperationContext): string {
  const { operation } = view;
  const { plan, options, outcome } = operation;
  const given = standingApprovals(view).length;
  return [
    prose(titleLine(view, words)),
    changeLine(plan, words),
    options.emergency === null ? '' : words.operation.emergency(options.emergency),
    waits(operation) ? words.operation.approvals(given, plan.approval.required) : '',
    words.operation.askedBy(mention(operation.requesterId), null),
    view.canary === null || operation.state !== 'running' ? '' : words.canary.share(view.canary.percent),
    outcome === null ? '' : outcomeSentence(outcome, words),
  ]
    .filter((part) => part !== '')
    .join(' – ');
}

function emergencyBanner({ options }: Operation, words: Words): KnownBlock | null {
  if (options.emergency === null) return null;
  return section([`:rotating_light: ${words.operation.emergency(options.emergency)}`], words.more);
}

function incidentBanner({ options: { duringIncident } }: Operation, words: Words): KnownBlock | null {
  if (duringIncident === undefined) return null;
  return section([`:fire: ${words.alerts.duringIncident(duringIncident)}`], words.more);
}

/** What is shipped, and whether its checks are green. */
function source(view: OperationView, words: Words): KnownBlock | null {
  const lines = [...sourceLines(view.operation.plan, words), ...gateLines(view, words)];
  return lines.length === 0 ? null : section(lines, words.more);
}

function files({ plan }: Operation, words: Words): KnownBlock | null {
  const lines = fileLines(plan, words);
  return lines.length === 0 ? null : section(lines, words.more);
}

function warnings({ plan }: Operation, words: Words): KnownBlock | null {
  if (plan.warnings.length === 0) return null;
  return section(
    plan.warnings.map((warning) => `:warning: ${prose(warning)}`),
    words.more,
  );
}

function approvals(view: OperationView, shown: OperationContext): KnownBlock | null {
  const { operation } = view;
  const { required } = operation.plan.approval;
  const rejections = view.approvals.filter(({ decision }) => decision === 'reject');
  if (operation.options.emergency !== null || required === 0) return null;
  const given = standingApprovals(view);
  const names = fitList(
    given.map(({ userId }) => mention(userId)),
    LONGEST_LIST,
    shown.words.more,
  );
  const lines = [
    `${shown.words.operation.approvals(given.length, required)}${names === '' ? '' : `  ✅ ${names}`}`,
    ...rejections.map(({ userId }) => `⛔ ${shown.words.operation.rejectedBy(mention(userId))}`),
    ...(waits(operation) ? question(operation, required - given.length, shown) : []),
  ];
  return section(lines, shown.words.more);
}

function question(operation: Operation, needed: number, shown: OperationContext): readonly string[] {
  const { words, approvers, now } = shown;
  const who = fitList(approvers.map(mention), LONGEST_LIST, words.more);
  const { expiresAt } = operation;
  return [
    words.operation.stillNeeded(Math.max(0, needed), operation.plan.approval.approvers, who),
    words.operation.howToApprove(shown.approveReaction, shown.rejectReaction),
    ...(expiresAt === null
      ? []
      : [words.operation.expires(moment(expiresAt), words.duration(expiresAt.getTime() - now.getTime()))]),
  ];
}

function canary(view: OperationView, shown: OperationContext): KnownBlock | null {
  const lines = canaryLines(view, shown);
  return lines.length === 0 ? null : section(lines, shown.words.more);
}

function steps({ operation, steps }: OperationView, { words, now }: OperationContext): KnownBlock | null {
  if (steps.length === 0) return null;
  const explained = operation.outcome?.code === 'step-failed';
  const lines = stepLines(steps, { words, now, explained });
  if (operation.startedAt === null) return section(lines, words.more);
  const elapsed = (operation.endedAt ?? now).getTime() - operation.startedAt.getTime();
  return section([progressLine(steps, words, elapsed), ...lines], words.more);
}

function stopping({ operation, stop }: OperationView, words: Words): KnownBlock | null {
  if (operation.state !== 'running' || stop === null) return null;
  return section([words.operation.stopping(mention(stop.by))], words.more);
}

function outcome({ outcome: its }: Operation, words: Words): KnownBlock | null {
  const sentence = its === null ? '' : outcomeSentence(its, words);
  return sentence === '' ? null : section([sentence], words.more);
}

function buttons(view: OperationView, words: Words): KnownBlock | null {
  const { operation } = view;
  const offered =
    operation.state === 'running' ? runningButtons(view, words) : offeredButtons(operation, words);
  return offered.length === 0 ? null : actions(offered, 'operation-actions');
}

function runningButtons(view: OperationView, words: Words): readonly Button[] {
  const { operation, canary } = view;
  if (canary !== null) return canaryButtons(operation, canary, words);
  return canBeStopped(view) ? [stopButton(operation, words)] : [];
}

function stopButton({ id: operationId, plan }: Operation, words: Words): Button {
  const { stop, stopTitle, confirmStop, no } = words.buttons;
  return button({
    action: { do: 'stop', operationId },
    label: stop,
    style: 'danger',
    confirm: { title: stopTitle, text: confirmStop(words.operation.title(plan)), no },
  });
}

function offeredButtons(operation: Operation, words: Words): readonly Button[] {
  const { id: operationId, plan, state } = operation;
  switch (state) {
    case 'awaiting-approval':
      if (waits(operation)) return decisionButtons(operation, words);
      return plan.checks === undefined ? [] : [cancelButton(operation, words)];
    case 'succeeded':
      if (plan.kind === 'restore') return [restoreButton(operation, words, words.buttons.undoRestore)];
      return plan.kind === 'deploy' && plan.from !== null ? [rollBackButton(operation, words)] : [];
    case 'failed':
    case 'undone':
    case 'undo-failed':
    case 'expired':
    case 'voided':
    case 'refused':
      return [
        button({ action: { do: 'plan-again', operationId }, label: words.buttons.planAgain }),
        ...(isDataChanged(operation) ? [restoreButton(operation, words, words.buttons.restore)] : []),
      ];
    case 'running':
    case 'rejected':
    case 'cancelled':
      return [];
  }
}

function decisionButtons({ id: operationId, planDigest }: Operation, words: Words): readonly Button[] {
  return [
    button({
      action: { do: 'approve', operationId, planDigest },
      label: words.buttons.approve,
      style: 'primary',
    }),
    button({
      action: { do: 'reject', operationId, planDigest },
      label: words.buttons.reject,
      style: 'danger',
    }),
    cancelButton({ id: operationId }, words),
  ];
}

/** None while it is ending: nothing stops that. */
function canaryButtons(
  { id: operationId, plan: { target } }: Operation,
  { last, approved }: CanaryView,
  words: Words,
): readonly Button[] {
  if (last !== null) return [];
  const { promote, promoteTitle, confirmPromote, abort, abortTitle, confirmAbort, no } = words.buttons;
  return [
    button({
      action: { do: 'promote', operationId },
      label: promote,
      confirm: { title: promoteTitle, text: confirmPromote(target, approved), no },
    }),
    button({
      action: { do: 'abort', operationId },
      label: abort,
      style: 'danger',
      confirm: { title: abortTitle, text: confirmAbort(target), no },
    }),
  ];
}

function cancelButton({ id: operationId }: Pick<Operation, 'id'>, words: Words): Button {
  return button({ action: { do: 'cancel', operationId }, label: words.buttons.cancel });
}

function rollBackButton({ id: operationId, plan }: Operation, words: Words): Button {
  return button({
    action: { do: 'roll-back', operationId },
    label: words.buttons.rollBack,
    confirm: {
      title: words.buttons.rollBackTitle,
      text: words.buttons.confirmRollBack(plan.target),
      no: words.buttons.no,
    },
  });
}

/** What was changed has a backup from before. */
function isDataChanged({ outcome }: Operation): boolean {
  return outcome?.code === 'step-failed' && outcome.backup !== undefined;
}

function restoreButton({ id: operationId, plan }: Operation, words: Words, label: string): Button {
  return button({
    action: { do: 'restore', operationId },
    label,
    confirm: {
      title: words.buttons.restoreTitle,
      text: words.buttons.confirmRestore(plan.target),
      no: words.buttons.no,
    },
  });
}

function smallPrint(operation: Operation, { words }: OperationContext): KnownBlock {
  const { id, createdAt, startedAt, endedAt } = operation;
  const parts = [code(id), words.operation.asked(moment(createdAt, '{date_short_pretty} {time}'))];
  if (startedAt !== null && endedAt !== null) {
    parts.push(words.operation.took(words.duration(endedAt.getTime() - startedAt.getTime())));
  }
  return context([parts.join(' · ')], words.more);
}

function waits({ state, plan, options }: Operation): boolean {
  return state === 'awaiting-approval' && plan.approval.required > 0 && options.emergency === null;
}
