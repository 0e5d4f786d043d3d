import type { AlertEventKind, Severity } from '../../domain/alert.ts';
import { code, prose } from '../mrkdwn.ts';
import { duration } from './en-terms.ts';
import type { AlertWords } from './words.ts';

const LONGEST_LIST = 10;

const severities: Readonly<Record<Severity, string>> = {
  critical: 'CRITICAL',
  warning: 'Warning',
  info: 'Info',
};

/** Alerts in incident channels, in English. */
export const alerts: AlertWords = {
  severities,
  states: {
    firing: 'Firing',
    acknowledged: 'Acknowledged',
    silenced: 'Silenced',
    resolved: 'Resolved',
  },
  name: (name, others) =>
    others === 0 ? name : `${name} and ${others} ${others === 1 ? 'other' : 'others'}`,
  where: (service, environment) => (environment === null ? service : `${service} in ${environment}`),
  title: (parts) => parts.filter((part) => part !== '').join(' · '),
  firingSince: (whenText, agoText) => `Firing since ${whenText} (${agoText})`,
  fired: (whenText, lasted) => `Fired at ${whenText} for ${lasted}`,
  value: (value) => `Value: ${code(value)}`,
  operation: (changeText, whoText, before, state) =>
    `${changeText}${whoText === null ? '' : ` by ${whoText}`}, ${duration(Math.abs(before))} ${before >= 0 ? 'before' : 'after'} this alert: ${state}`,
  firing: 'firing',
  firingCount: (firing, resolved) =>
    [`${firing} firing`, ...(resolved > 0 ? [`${resolved} resolved`] : [])].join(', '),
  resolvedAt: (whenText) => `resolved ${whenText}`,
  truncated: (count) => `_${count} more were left out by the sender._`,
  links: { runbook: 'Runbook', dashboard: 'Dashboard', source: 'Source' },
  acknowledged: (whoText, whenText) => `👀 Acknowledged by ${whoText} at ${whenText}`,
  silenced: (whoText, untilText, reason) =>
    `🔕 Silenced by ${whoText} until ${untilText}: “${prose(reason)}”`,
  buttons: {
    acknowledge: 'Acknowledge',
    silence: (hours) => `Silence ${hours} h`,
    silenceForm: 'Silence …',
    endSilence: 'End silence',
    rollBack: ({ service, environment }) => `Roll back ${service} in ${environment}`,
    report: 'Incident report',
  },
  event: (event, whoText, whenText) => eventText(event, whoText, whenText),
  inThread: (severity, name, whenText) =>
    `${SIGNS[severity]} *${severities[severity]} alert* ${prose(name)} began to fire at ${whenText}.`,
  storm: {
    title: (_channelText, groups, firing) => `🌩️ Alert storm: ${groups} alert groups, ${firing} firing`,
    page: (number, of) => `Alert storm, continued (${number} of ${of})`,
    since: (whenText) => `Since ${whenText}`,
    over: (fromText, toText) => `Over: ${fromText} to ${toText}`,
    explained:
      'Too many at once for a message each: this one stays current. Critical ones have their own; what still fires when the storm is over gets one.',
    afterwards:
      'What still fires gets a message of its own, one every few seconds, the worst first. What is over stays here only.',
    unknownService: 'no service',
    counts: (firing, acknowledged, resolved) =>
      [
        `${firing} firing`,
        ...(acknowledged > 0 ? [`${acknowledged} acknowledged`] : []),
        ...(resolved > 0 ? [`${resolved} resolved`] : []),
      ].join(', '),
    nothingLeft: 'Nothing is left on this page.',
  },
  silenceForm: {
    title: 'Silence',
    submit: 'Silence',
    cancel: 'Cancel',
    duration: 'For how long',
    durationHint: 'Such as 30m, 2h or 1d; at most 30d.',
    wrongDuration: 'Write a duration such as 30m, 2h or 1d; at most 30d.',
    reason: 'Reason',
    reasonHint: 'Everybody reads it, here and in the monitoring system.',
    noReason: 'Say why.',
  },
  noReason: 'silenced from Slack',
  report: {
    title: (name) => `Incident report: ${name}`,
    lasted: (from, to, lasted) => `From ${from} to ${to} (${lasted}). All times are UTC.`,
    timeline: 'Timeline',
    checklist: 'Checklist',
    deployedBefore: 'Shortly before',
    began: (name) => `**${name}** began to fire`,
    joined: (names) => `also firing: ${names}`,
    again: (names) => `firing again: ${names}`,
    resolved: (names) => `resolved: ${names}`,
    worse: (severity) => `${severities[severity]} now, which nobody had acknowledged`,
    more: (count) => `… ${count} more, in the thread`,
    allResolved: '**everything was resolved**',
    acknowledged: (who) => `acknowledged by ${who}`,
    silenced: (who, until, reason) => `silenced by ${who} until ${until}: “${reason}”`,
    silenceEnded: (who) => (who === null ? 'the silence was over' : `the silence was ended by ${who}`),
    reminded: 'still firing; a reminder was sent',
    operation: (title, change, who, state, detail) =>
      `${title} (${change}) by ${who}: ${state}${detail === '' ? '' : `. ${detail}`}`,
    cause: (suspect) =>
      suspect === null
        ? '[ ] Confirm the cause (nothing was deployed shortly before)'
        : `[ ] Confirm the cause (shortly before: ${suspect})`,
    impact: (where, count, lasted) =>
      `[ ] Assess the impact (${where === '' ? '' : `${where}; `}${count} ${count === 1 ? 'alert' : 'alerts'}, ${lasted})`,
    rollback: (how) => (how === null ? '[ ] Roll back (none is on record)' : `[x] Roll back (${how})`),
    recovered: (when) => `[x] Verify that the service has recovered (all alerts resolved ${when})`,
    told: (channel, when, who) =>
      `[x] Tell the people concerned (in ${channel} at ${when}${who === null ? '' : `; acknowledged by ${who}`})`,
    recorded: '[x] Record an incident report (this one)',
  },
  incidents: { title: 'What fires now', none: 'Nothing fires.' },
  duringIncident: (reason) =>
    `*During an incident:* a critical alert may be firing. Reason: “${prose(reason)}”`,
  statusLine: (severity, name, whenText, whoText) =>
    `${SIGNS[severity]} ${severities[severity]}: ${prose(name)}, since ${whenText}${
      whoText === null ? '' : `, acknowledged by ${whoText}`
    }`,
};

const SIGNS: Readonly<Record<Severity, string>> = { critical: '🔴', warning: '🟠', info: '🔵' };

function eventText(event: AlertEventKind, whoText: string, whenText: string): string | null {
  switch (event.kind) {
    case 'opened':
    case 'report-asked':
      return null;
    case 'joined':
      return `🔺 Also firing: ${list(event.names)}.`;
    case 'again':
      return `🔺 Firing again: ${list(event.names)}.`;
    case 'resolved':
      return `✅ Resolved: ${list(event.names)}.`;
    case 'worse':
      return event.acknowledgedBy === null
        ? `${SIGNS[event.severity]} *${severities[event.severity]} now*: worse than what was silenced.`
        : `${SIGNS[event.severity]} *${severities[event.severity]} now*: worse than what ${whoText} acknowledged, so it is open again.`;
    case 'all-resolved':
      return `✅ *Everything is resolved* at ${whenText}.`;
    case 'acknowledged':
      return `👀 ${whoText} acknowledged it.`;
    case 'silenced':
      return `🔕 ${whoText} silenced it until ${whenText}: “${prose(event.reason)}”`;
    case 'silence-ended':
      return event.by === null ? '🔔 The silence is over.' : `🔔 ${whoText} ended the silence.`;
    case 'reminder':
      return event.acknowledgedBy === null
        ? '⏰ Still firing, and nobody has acknowledged it.'
        : `⏰ ${whoText} It still fires; you acknowledged it.`;
    case 'operation':
      return `⚙️ ${code(event.operationId)}: ${prose(event.state)}`;
  }
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, LONGEST_LIST).map((name) => code(name));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
