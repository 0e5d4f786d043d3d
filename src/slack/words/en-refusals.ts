import type { OperationKind } from '../../domain/plan.ts';
import type { WordRole } from '../../domain/refusal.ts';
import { type TargetRef, targetKey } from '../../domain/target.ts';
import { code, mention, moment, prose } from '../mrkdwn.ts';
import { kinds, problems, scope } from './en-terms.ts';
import type { RefusalSentences } from './words.ts';

/** Lists in a sentence end here; the rest is counted. */
const LONGEST_LIST = 12;

/** Each says what was understood, what was not, the nearest right thing and the next step. */
export const refusals: RefusalSentences = {
  'unknown-word': ({ role, word, understood, nearest, allowed }) =>
    sentences(
      gotSoFar(understood),
      role === 'percent' ? noShare(word) : `There is no ${ROLES[role]} ${code(word)} here.`,
      nearest.length > 0 ? `Did you mean ${choice(nearest)}?` : '',
      allowed.length > 0 ? `Possible: ${list(allowed)}.` : '',
    ),
  'missing-word': ({ role, understood, allowed, usage }) =>
    sentences(
      gotSoFar(understood),
      `The ${ROLES[role]} is missing, and this channel has no default for it.`,
      allowed.length > 0 ? `Possible: ${list(allowed)}.` : '',
      usage === '' ? '' : `Write ${code(usage)}.`,
    ),
  'no-such-target': ({ target, environments }) =>
    sentences(
      `${code(target.service)} is not deployed to ${code(target.environment)}.`,
      environments.length > 0 ? `It is in ${list(environments)}.` : 'It is in no environment yet.',
    ),
  'unknown-version': ({ target, version, nearest }) =>
    sentences(
      `No version ${code(version)} is published for ${key(target)}.`,
      nearest.length > 0
        ? `Nearest: ${list(nearest)}.`
        : 'Nothing similar is published either; check that its build has finished.',
    ),
  'no-such-part': ({ target, wanted, nearest, parts }) =>
    parts.length === 0
      ? `${key(target)} is deployed as a whole: leave out ${code(`--only ${wanted}`)}.`
      : sentences(
          `${key(target)} has no part ${code(wanted)} that is deployed.`,
          nearest.length > 0 ? `Did you mean ${list(nearest)}?` : '',
          `Its parts: ${list(parts)}.`,
        ),
  'no-such-revision': ({ target, wanted, available }) =>
    sentences(
      wanted === null
        ? `${key(target)} has no earlier revision that served well and is still there.`
        : `${key(target)} has no revision ${code(wanted)} to go back to.`,
      available.length > 0
        ? `Still there: ${list(available)}.`
        : `Ship a good version with ${code('/deploy')} instead.`,
    ),
  'no-such-backup': ({ target, wanted, available, unasked }) =>
    sentences(
      target === null
        ? `There is no backup ${code(wanted)}.`
        : `${key(target)} has no backup ${code(wanted)}.`,
      unasked.length > 0 ? `The backups of ${list(unasked.map(targetKey))} could not be listed, though.` : '',
      available.length > 0 ? `There are ${list(available)}; ${code('/backup list')} shows all.` : '',
      available.length === 0 && unasked.length === 0
        ? `There is no good one yet; make one with ${code('/backup service environment')}.`
        : '',
    ),
  'which-backup': ({ wanted, targets }) =>
    `Several targets have a backup ${code(wanted)}: ${list(targets.map(targetKey))}. Name the one you mean behind it, as in ${code(
      `/backup verify ${wanted} ${targets[0]?.service ?? ''} ${targets[0]?.environment ?? ''}`,
    )}.`,
  'unusable-backup': ({ target, backup, reason }) =>
    `${code(backup)} of ${key(target)} cannot be used: ${
      reason === null ? 'it is still being made.' : told(reason)
    }`,
  'already-serving': ({ target, version }) =>
    `${code(version)} is already what serves in ${key(target)}, so there is nothing to do.`,
  'no-capability': ({ target, wanted, can }) =>
    `${key(target)} cannot do a ${kinds[wanted]}; it can do ${list(can.map((kind) => kinds[kind]))}.`,
  'barred-account': ({ why }) => `${BARRED[why]} Ask a full member of this workspace.`,
  'missing-role': ({ wanted, who, action, environment }) =>
    sentences(
      `You may not ${ACTIONS[action]}${environment === null ? '' : ` in ${code(environment)}`}:`,
      wanted.length > 0
        ? `that needs the role ${choice(wanted)}.`
        : 'the config gives that to nobody (`allow` lists no role).',
      who.length > 0 ? `Held by ${people(who)}.` : '',
    ),
  stranger: ({ name, environment }) =>
    `Nobody knows who ${code(name)} is in Slack, and strangers may not begin anything in ${code(environment)}. ${code(
      'github.people',
    )} in the config says who people are; or somebody who may deploys it here.`,
  'wrong-channel': ({ environment, channels, nameless }) => {
    const where = `Commands for ${code(environment)} are taken in ${channels.map(channel).join(' or ')}`;
    return nameless ? `${where}, and Slack did not say what this channel is called.` : `${where}, not here.`;
  },
  unseen: ({ presence }) =>
    presence === 'direct'
      ? 'Nobody else sees a direct message, so nothing is begun from here. Ask in a channel that I am in.'
      : `I am not in this channel, so nobody would see what I do here. Invite me with ${code('/invite @slipway')}, or ask in a channel that I am in.`,
  locked: ({ target, lock }) =>
    sentences(
      `${key(target)} is closed: ${scope(lock.scope)} was locked by ${
        lock.holder.kind === 'person' ? mention(lock.holder.userId) : code(lock.holder.operationId)
      }, “${prose(lock.reason)}”.`,
      lock.until === null
        ? `It stays closed until somebody opens it with ${code('/deploy unlock')}.`
        : `It opens ${moment(lock.until, '{date_short_pretty} {time}')}.`,
    ),
  'not-locked': ({ scope: closed }) => `${scope(closed)} is not locked, so there is nothing to open.`,
  busy: ({ target, operationId, kind, requesterId }) =>
    `A ${kinds[kind]} of ${key(target)} is already under way (${code(operationId)}, asked for by ${mention(
      requesterId,
    )}). ${kind === 'canary' ? canaryChoices(target) : 'Wait until it ends, or cancel it in its message.'}`,
  'awaiting-approval': ({ target, operationId }) =>
    `${code(operationId)} on ${key(target)} waits for its approval.`,
  unproven: ({ target, version, before }) =>
    `${code(version)} has not succeeded in ${code(before)} yet, and ${key(target)} only takes what has. Ship it there first: ${code(`/deploy ${target.service} ${version} ${before}`)}.`,
  frozen: ({ target, freeze, until }) =>
    `${key(target)} is frozen (“${prose(freeze)}”) until ${moment(until, '{date_short_pretty} {time}')}. Rollbacks and restores still work; anything else needs ${code('--emergency "reason"')}.`,
  'own-request': () =>
    'This is your own request, so your approval does not count. Somebody else must decide.',
  'own-commits': () =>
    'You wrote or merged some of what this ships, so your approval does not count. Somebody else must decide.',
  'checks-failed': ({ target, commit, failed }) =>
    `The checks of ${code(commit.slice(0, 7))} are not green: ${list(failed)}. ${key(target)} only takes what is; mend them, or use ${code('--emergency "reason"')} if you may.`,
  'checks-unknown': ({ target, commit, detail }) =>
    sentences(
      detail === null
        ? `No check has ever run on ${code((commit ?? '').slice(0, 7))}, and ${key(target)} only takes what has green ones.`
        : `The checks that ${key(target)} asks for cannot be read: ${prose(detail)}${/[.!?]$/.test(detail) ? '' : '.'}`,
      `Let them run and ask again, or use ${code('--emergency "reason"')} if you may.`,
    ),
  'not-waiting': ({ operationId, state }) =>
    `${code(operationId)} is no longer waiting (${prose(state)}), so nothing was decided.`,
  'nothing-running': ({ target }) => `Nothing is running on ${key(target)}, so there is nothing to stop.`,
  'not-stoppable': ({ operationId, running }) =>
    running
      ? `What ${code(operationId)} is doing now cannot be stopped. It goes on; ${code('/rollback')} goes back when it is done.`
      : `${code(operationId)} is not running, so there is nothing to stop.`,
  'target-error': ({ target, problem, detail }) => `${key(target)}: ${prose(detail)} ${problems[problem]}`,
  'which-canary': ({ running }) => whichCanary(running),
  'canary-over': ({ operationId }) =>
    `The canary ${code(operationId)} has ended, so there is nothing to move, promote or take back.`,
  'canary-ending': ({ operationId, by }) =>
    by === 'promote'
      ? `The canary ${code(operationId)} is being promoted, which is not stopped half-way. When it is done, ${code('/rollback')} goes back.`
      : `The canary ${code(operationId)} is being taken back, which is not stopped half-way. Start a new one when it is done.`,
  'unreachable-share': ({ target, asked, nearest }) =>
    sentences(
      `${key(target)} cannot give a canary ${asked} % of its traffic.`,
      nearest.length > 0 ? `Nearest that it can: ${list(nearest.map((percent) => `${percent} %`))}.` : '',
    ),
  'critical-alert': ({ target, alert }) =>
    `A critical alert fires for ${key(target)}: ${code(alert)}. Nothing is shipped meanwhile but rollbacks (${code(
      `/rollback ${target.service} ${target.environment}`,
    )}). If this is the remedy, say so: ${code('--during-incident "reason"')}.`,
  'alert-over': () => 'That alert is over, so there is nothing to do about it.',
  'alert-forgotten': () =>
    'Nothing is kept of that alert any more: the records go a month after it was over. The audit trail still has who did what.',
  'no-alert-channel': ({ channel }) =>
    `Slack knows no channel ${code(channel)}, where that alert belongs. Invite me there, or correct the config.`,
  'acknowledged-before': ({ by }) => `${mention(by)} has acknowledged that alert already.`,
  'no-silence': () => 'That alert is not silenced any more, so there is no silence to end.',
  'not-silenced': ({ detail }) =>
    `It was not silenced: ${prose(detail)} Alerts go on as before; try again, or silence it where it comes from.`,
  'silence-not-ended': ({ detail }) =>
    `The silence was not ended: ${prose(detail)} It lasts as before; try again, or end it where the alert comes from.`,
  fault: ({ deliveryId }) =>
    `Slipway met a fault of its own; its log says more under ${code(deliveryId)}. Please try again.`,
  'not-stored': () =>
    'Slipway cannot store anything right now, so nothing was done. Please try again in a moment.',
};

const ROLES: Readonly<Record<WordRole, string>> = {
  service: 'service',
  environment: 'environment',
  version: 'version',
  revision: 'revision',
  flag: 'flag',
  subcommand: 'subcommand',
  backup: 'backup',
  duration: 'duration',
  percent: 'percent',
  word: 'word',
  text: 'text',
};

const ACTIONS: Readonly<
  Record<OperationKind | 'approve' | 'emergency' | 'lock' | 'cancel' | 'acknowledge' | 'silence', string>
> = {
  deploy: 'deploy',
  rollback: 'roll back',
  canary: 'run a canary',
  'canary-extension': 'extend a canary',
  backup: 'make backups',
  verification: 'verify backups',
  restore: 'restore backups',
  approve: 'approve',
  emergency: 'skip approval',
  lock: 'lock or unlock',
  cancel: 'cancel what somebody else asked for',
  acknowledge: 'acknowledge alerts',
  silence: 'silence alerts',
};

const BARRED = {
  bot: 'Bots may not give commands or approvals.',
  guest: 'Guests may not give commands or approvals.',
  deactivated: 'This account is deactivated.',
  'other-workspace': 'People from other workspaces may not give commands or approvals.',
  unknown: 'Slack did not say who you are, and nobody unknown may give commands or approvals.',
} as const;

/** A canary's share is never rounded or bent to one that there is. */
function noShare(word: string): string {
  return `${code(word)} is not a share that a canary can have: write a whole percent from 1 to 99, ${code(
    '/canary promote',
  )} for all of the traffic or ${code('/canary abort')} for none.`;
}

function canaryChoices({ service, environment }: TargetRef): string {
  const where = `${service} ${environment}`;
  return `Give it everything with ${code(`/canary promote ${where}`)}, take it back with ${code(
    `/canary abort ${where}`,
  )}, or go back with ${code(`/rollback ${where}`)}, which ends it first.`;
}

function whichCanary(running: readonly TargetRef[]): string {
  const [first, another] = running;
  if (first === undefined) {
    return `No canary is running here. Start one with ${code('/canary 10 service version environment')}.`;
  }
  const example = code(`/canary status ${first.service} ${first.environment}`);
  const there = `${running.length === 1 ? 'The only one that runs is' : 'These run:'} ${list(running.map(targetKey))}.`;
  const what = another === undefined ? 'There is no such canary here.' : 'Say which canary you mean.';
  return `${what} ${there} Name it, as in ${example}.`;
}

/** Somebody else's sentence within ours: harmless, and with its full stop. */
function told(detail: string): string {
  const text = prose(detail);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function sentences(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function gotSoFar(understood: readonly string[]): string {
  return understood.length === 0 ? '' : `Understood: ${list(understood)}.`;
}

function list(items: readonly string[]): string {
  const shown = items.slice(0, LONGEST_LIST).map((item) => code(item));
  const rest = items.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

function choice(items: readonly string[]): string {
  return items
    .slice(0, LONGEST_LIST)
    .map((item) => code(item))
    .join(' or ');
}

function people(names: readonly string[]): string {
  const rest = names.length - LONGEST_LIST;
  const shown = names.slice(0, LONGEST_LIST).map(mention).join(', ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

function channel(name: string): string {
  return /^[CG][A-Z0-9]{8,}$/.test(name) ? `<#${name}>` : `#${prose(name.replace(/^#/, ''))}`;
}

function key(target: TargetRef): string {
  return code(targetKey(target));
}
