import type { Button, KnownBlock } from '@slack/web-api';
import type { CanaryView } from '../../domain/canary.ts';
import {
  canBeStopped,
  type Operation,
  type OperationView,
  waitsForApproval,
} from '../../domain/operation.ts';
import type { Words } from '../words/words.ts';
import { actions, button } from './blocks.ts';

/** What can be done about an operation, for the state that it is in; null for nothing. */
export function operationButtons(view: OperationView, words: Words): KnownBlock | null {
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
      if (waitsForApproval(operation)) return decisionButtons(operation, words);
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
