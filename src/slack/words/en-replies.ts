import { prose } from '../mrkdwn.ts';
import { anyRole } from './en-terms.ts';
import type { FormWords, ReplyWords, StatusWords } from './words.ts';

/** What `/status` says, in English. */
export const status: StatusWords = {
  nothingToShow: 'There is no target to show.',
  healthy: 'healthy',
  degraded: 'degraded',
  unhealthy: 'unhealthy',
  unknown: 'health unknown',
  notServing: 'Nothing is serving.',
  unknownVersion: 'unknown version',
  unreachable: (detail) => `What it is doing is not known: ${prose(detail)}`,
  what: (kindText, ofText) => (ofText === null ? kindText : `${kindText} of ${ofText}`),
  last: (whatText, state, whoText, whenText) => `Last: ${whatText} by ${whoText}, ${whenText}: ${state}`,
  never: 'No operation yet.',
  lock: (scope, holderText, reason, untilText) =>
    `Locked (${scope}) by ${holderText}: “${prose(reason)}”${untilText === null ? '' : `, until ${untilText}`}`,
  waiting: (whatText, needed, roles) =>
    `A ${whatText} waits for ${needed} ${needed === 1 ? 'approval' : 'approvals'} from ${anyRole(roles)}`,
  running: (whatText, whoText) => `A ${whatText} by ${whoText} is running`,
};

/** Answers to one person, in English. */
export const replies: ReplyWords = {
  nothingChanged: 'Nothing was changed.',
  dryRun: 'Dry run: nothing was done',
  noApproval: 'Nobody would be asked: it would run at once.',
  approval: (required, roles, expires) =>
    `It would wait up to ${expires} for ${required} ${required === 1 ? 'approval' : 'approvals'} from ${anyRole(roles)}.`,
  history: (service) => (service === null ? 'What was done lately' : `What was done lately with ${service}`),
  noHistory: 'Nothing has been done yet.',
  locked: (scope, reason, untilText) =>
    `:lock: ${scope} is locked: “${prose(reason)}”. ${
      untilText === null ? 'It stays so until somebody unlocks it.' : `It opens ${untilText}.`
    }`,
  unlocked: (scope) => `:unlock: ${scope} is open again.`,
  lookingUp: 'Looking that up …',
  kept: 'Not done yet: Slipway has your request, but its database takes nothing right now. It is done as soon as the database does; you need not ask again.',
  helpTitle: (command) => (command === null ? 'What you can ask me' : `How to use /${command}`),
  helpMention: 'In a thread, where slash commands do not work, mention me with the same words.',
  whyTitle: ({ service, environment }) => `What stands in the way of ${service} in ${environment}`,
  nothingBlocks: 'Nothing: it can be deployed now.',
  clearedBy: (whoText) =>
    whoText === '' ? 'Nobody is named who could clear it.' : `Can be cleared by ${whoText}.`,
};

/** The form of `/deploy`, in English. */
export const form: FormWords = {
  title: 'Deploy',
  submit: 'Deploy',
  cancel: 'Cancel',
  service: 'Service',
  environment: 'Environment',
  version: 'Version',
  versionPlaceholder: 'Choose a recent one, or type it',
  versionHint: 'A tag, or any version that the registry knows.',
  reason: 'Reason',
  reasonPlaceholder: 'Why now? Approvers see this.',
  required: (label) => `${label} is missing.`,
  noSuchTarget: (service, environment) => `${service} is not deployed to ${environment}.`,
};
