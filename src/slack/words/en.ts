import { prose } from '../mrkdwn.ts';
import { alerts } from './en-alerts.ts';
import { backup } from './en-backup.ts';
import { canary, share } from './en-canary.ts';
import { files } from './en-files.ts';
import { outcomes } from './en-outcomes.ts';
import { refusals } from './en-refusals.ts';
import { release } from './en-release.ts';
import { form, replies, status } from './en-replies.ts';
import { source } from './en-source.ts';
import { anyRole, duration, kinds, scope } from './en-terms.ts';
import type { ButtonWords, OperationWords, ThreadWords, Words } from './words.ts';

const operation: OperationWords = {
  title: ({ kind, part, target: { service, environment } }) =>
    ({
      deploy: `Deploy ${part === undefined ? service : `${part} of ${service}`} to ${environment}`,
      rollback: `Roll back ${service} in ${environment}`,
      canary: `Canary of ${service} in ${environment}`,
      'canary-extension': `Extend the canary of ${service} in ${environment}`,
      backup: `Back up ${service} in ${environment}`,
      verification: `Verify a backup of ${service} in ${environment}`,
      restore: `Restore ${service} in ${environment}`,
    })[kind],
  kinds,
  states: {
    'awaiting-approval': 'Waiting for approval',
    running: 'Running',
    succeeded: 'Done',
    failed: 'Failed',
    undone: 'Undone',
    'undo-failed': 'Failed, and undoing failed',
    rejected: 'Rejected',
    expired: 'Expired',
    cancelled: 'Cancelled',
    voided: 'Void: the plan changed',
    refused: 'Refused',
  },
  waitsForChecks: 'Waiting for checks',
  nothing: 'nothing',
  askedBy: (whoText, reason) => `Asked for by ${whoText}${reason === null ? '' : `: “${prose(reason)}”`}`,
  emergency: (reason) => `*EMERGENCY: approval was skipped.* Reason: “${prose(reason)}”`,
  warning: (text) => prose(text),
  approvals: (given, required) => `*Approvals: ${given} of ${required}*`,
  stillNeeded: (count, roles, whoText) =>
    `${count} more from ${anyRole(roles)}${whoText === '' ? '' : ` (${whoText})`}`,
  howToApprove: (approveReaction, rejectReaction) =>
    `React :${approveReaction}: to approve or :${rejectReaction}: to reject, or use the buttons.`,
  expires: (whenText, left) => `Withdrawn at ${whenText} if nobody answers (in ${left}).`,
  rejectedBy: (whoText) => `*Rejected by ${whoText}.*`,
  progress: (done, all, elapsed) => `${done} of ${all} steps · ${elapsed}`,
  skipped: (title) => `${prose(title)} (not needed)`,
  undoing: '*Undoing:*',
  stopping: (whoText) =>
    `:octagonal_sign: *${whoText} wants it to stop.* What it began is ended, and taken back.`,
  took: (elapsed) => `took ${elapsed}`,
  asked: (whenText) => `asked ${whenText}`,
};

const buttons: ButtonWords = {
  approve: 'Approve',
  reject: 'Reject',
  cancel: 'Cancel',
  planAgain: 'Plan again',
  rollBack: 'Roll back',
  rollBackTitle: 'Roll back?',
  confirmRollBack: ({ service, environment }) =>
    `Asks for a rollback of ${service} in ${environment} to what served well before, with its usual approval.`,
  restore: 'Restore the data',
  undoRestore: 'Undo the restore',
  restoreTitle: 'Restore the data?',
  confirmRestore: ({ service, environment }) =>
    `Asks to restore the data of ${service} in ${environment} as it was before this, with its usual approval.`,
  promote: 'Promote',
  promoteTitle: 'Promote?',
  confirmPromote: ({ service, environment }, approved) =>
    approved >= 100
      ? `The canary of ${service} in ${environment} gets all of the traffic, and ends.`
      : `Only ${approved} % was approved. This asks for the approval to give the canary of ${service} in ${environment} all of the traffic.`,
  stop: 'Stop',
  stopTitle: 'Stop it?',
  confirmStop: (title) => `“${title}” is ended where it is now, and what it has done so far is taken back.`,
  abort: 'Abort',
  abortTitle: 'Abort?',
  confirmAbort: ({ service, environment }) =>
    `The canary of ${service} in ${environment} is taken back: the traffic is again as it was before.`,
  no: 'No',
};

const thread: ThreadWords = {
  approved: (whoText, given, required) => `:white_check_mark: ${whoText} approved (${given} of ${required}).`,
  rejected: (whoText) => `:no_entry: ${whoText} rejected it.`,
  withdrawn: (whoText, given, required) => `${whoText} took the approval back (${given} of ${required}).`,
  reminder: (whoText, needed, title, whenText) =>
    `:hourglass_flowing_sand: ${whoText} “${prose(title)}” still needs ${needed} ${
      needed === 1 ? 'approval' : 'approvals'
    } and is withdrawn at ${whenText}.`,
  waiting: (why) => `:hourglass: Approved, but it cannot begin yet: ${prose(why)} Trying again.`,
  stopping: (whoText) => `:octagonal_sign: ${whoText} wants it to stop.`,
  notStopped: (step, why) => `:warning: “${prose(step)}” could not be stopped, and goes on: ${prose(why)}`,
  endedBeforeStop: (step) => `“${prose(step)}” had ended before it could be stopped.`,
  ended: (title, state, outcomeText) =>
    `*${prose(title)}: ${state}.*${outcomeText === '' ? '' : ` ${outcomeText}`}`,
  emergency: (whoText, title, versionText, reason) =>
    `:rotating_light: *Emergency, without approval:* ${whoText} started “${prose(title)}” (${versionText}). Reason: “${prose(reason)}”`,
  canaryMoved: (percent, whoText) =>
    `:twisted_rightwards_arrows: The canary takes ${share(percent)} now, ${
      whoText === null ? 'by itself' : `moved by ${whoText}`
    }.`,
  canaryGoingOn: ':arrow_forward: What held the canary is over; it goes on.',
};

/** Everything in English. */
export const en: Words = {
  more: (count) => `_and ${count} more_`,
  duration,
  scope,
  operation,
  buttons,
  thread,
  canary,
  source,
  files,
  release,
  backup,
  replies,
  status,
  form,
  alerts,
  refusals,
  outcomes,
};
