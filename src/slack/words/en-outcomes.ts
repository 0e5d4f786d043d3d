import { code, mention, moment, prose } from '../mrkdwn.ts';
import { share, troubleText } from './en-canary.ts';
import { problems } from './en-terms.ts';
import type { OutcomeByCode, OutcomeSentences } from './words.ts';

const LONGEST_DETAIL = 500;

/** Why operations ended as they did, in English. */
export const outcomes: OutcomeSentences = {
  done: ({ detail }) => (detail === null ? '' : prose(detail, LONGEST_DETAIL)),
  'step-failed': (outcome) =>
    [
      ended(outcome),
      problems[outcome.problem],
      undone(outcome.undo),
      outcome.dataChanged ? dataChanged(outcome) : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
  'canary-aborted': aborted,
  rejected: ({ by }) => `${mention(by)} rejected it. Nothing was changed.`,
  cancelled: ({ by }) => `${mention(by)} took it back. Nothing was changed.`,
  expired: ({ pending }) =>
    `${
      pending === undefined
        ? 'Nobody answered in time.'
        : `Checks were still running: ${pending.map((name) => code(name)).join(', ')}.`
    } Nothing was changed.`,
  voided: ({ changed }) =>
    `What was approved is no longer what would run, so the approvals are void. Changed: ${
      changed.map((member) => PLAN_MEMBERS[member] ?? code(member)).join('; ') || 'the plan'
    }. Nothing was done.`,
  overtaken,
  fault: ({ detail }) => `Slipway itself could not go on: ${told(detail)}`,
};

function ended({ step, detail, stoppedBy }: OutcomeByCode['step-failed']): string {
  if (stoppedBy === undefined) return `“${prose(step)}” failed: ${told(detail)}`;
  const where =
    detail === '' ? `before “${prose(step)}”` : `at “${prose(step)}” (${prose(detail, LONGEST_DETAIL)})`;
  return `${mention(stoppedBy)} stopped it ${where}.`;
}

function dataChanged({ backup, backupTakenAt }: OutcomeByCode['step-failed']): string {
  const plainly = '*Data had already been changed, and undoing does not bring it back.*';
  if (backup === undefined) return plainly;
  const restore = `${code(`/backup restore ${backup}`)} brings that back, once approved.`;
  if (backupTakenAt !== undefined) {
    const when = moment(new Date(backupTakenAt), '{date_short_pretty} {time}');
    return `${plainly} ${code(backup)} has it as it was at ${when}, and nothing that was written since: ${restore}`;
  }
  return `${plainly} It is as it was before in ${code(backup)}: ${restore}`;
}

function aborted({ by, why, left }: OutcomeByCode['canary-aborted']): string {
  if (why.code === 'not-ours') return `It was ended: ${troubleText(why)}. What they set was kept.`;
  const who = by === null ? 'It was taken back' : `${mention(by)} took it back`;
  const reason = why.code === 'asked' ? askedBecause(why.reason) : `: ${troubleText(why)}.`;
  if (left === undefined) return `${who}${reason} The traffic is as it was before the canary.`;
  return `${who}${reason} *The traffic is not as it was before the canary: ${told(left)} Somebody must look at it.*`;
}

function overtaken({ extension, percent }: OutcomeByCode['overtaken']): string {
  const { operationId, from, to } = extension;
  const now = percent === null ? 'has ended in the meantime' : `has ${share(percent)} by now`;
  return `The canary ${code(operationId)} ${now}, and this was to take it from ${from} % to ${to} %. Nothing was moved by this.`;
}

function askedBecause(reason: string | null): string {
  return reason === null ? '.' : `: “${prose(reason)}”.`;
}

/** The members of a plan, as an approver would ask about them. */
const PLAN_MEMBERS: Readonly<Record<string, string>> = {
  kind: 'the kind of operation',
  target: 'the target',
  identity: 'which system the target is',
  from: 'what is serving now',
  to: 'what would serve',
  artifact: 'what the version stands for',
  steps: 'the steps',
  live: 'the live state (traffic or what serves was changed by somebody else)',
  warnings: 'the warnings',
  approval: 'who must approve',
  canary: 'the steps of the canary, or what judges it',
  backup: 'the backup that comes before it, or is restored',
  extension: 'how far the canary is',
  source: 'the commits that are shipped',
  checks: 'which checks must be green',
};

/** Somebody else's sentence within ours: harmless, and with its full stop. */
function told(detail: string): string {
  const text = prose(detail, LONGEST_DETAIL);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function undone(undo: OutcomeByCode['step-failed']['undo']): string {
  switch (undo.result) {
    case 'not-needed':
      return 'Nothing had to be undone.';
    case 'done':
      return 'Everything was put back as it was before.';
    case 'left':
      return `*It was not put back as it was before: ${told(undo.detail)} Somebody must look at the target.*`;
    case 'failed':
      return `*Undoing “${prose(undo.step)}” failed too: ${told(undo.detail)} Somebody must look at the target.*`;
  }
}
