import { type TargetRef, targetKey } from './target.ts';

/** How bad an alert is, worst first. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type AlertState = 'firing' | 'resolved';

/** Names and values by which a monitoring system tells alerts apart. */
export type Labels = Readonly<Record<string, string>>;

/** Where somebody who was woken reads on; null where the sender names nothing. */
export interface AlertLinks {
  readonly runbook: string | null;
  readonly dashboard: string | null;
  readonly source: string | null;
}

/** One alert as its sender says it is. Times are ISO 8601, so that it can be stored as it stands. */
export interface AlertReport {
  /** The same for every report of the same alert. */
  readonly fingerprint: string;
  readonly name: string;
  readonly state: AlertState;
  /** When it began to fire: another firing of the same alert has another time. */
  readonly startsAt: string;
  readonly endsAt: string | null;
  readonly labels: Labels;
  readonly summary: string | null;
  readonly description: string | null;
  /** What was measured, in the sender's words. */
  readonly value: string | null;
  readonly links: AlertLinks;
}

/** What one call of a webhook tells: alerts that belong together. */
export interface AlertNotification {
  /** The sender's name for what belongs together, the same in every call about it. */
  readonly groupKey: string;
  /** Labels that all of the group share by definition; empty where the sender has none. */
  readonly groupLabels: Labels;
  readonly reports: readonly AlertReport[];
  /** Alerts that the sender left out. */
  readonly truncated: number;
  /**
   * Whether a firing that was resolved may go on under the same start. Where a sender never does that, an old
   * report is an old report however late it comes.
   */
  readonly mayResume: boolean;
}

/** A report with what the config makes of its labels. */
export interface PlacedReport extends AlertReport {
  readonly severity: Severity;
  /** The service of the config that its labels name. */
  readonly service: string | null;
  readonly environment: string | null;
}

/** One alert of a group as it is kept. */
export interface Alert extends PlacedReport {
  /** When we first heard of this firing, and last of it at all. */
  readonly firstHeardAt: Date;
  readonly heardAt: Date;
}

/** A silence in the monitoring system, made from here. */
export interface AlertSilence {
  readonly id: string;
  readonly by: string;
  readonly reason: string;
  readonly from: Date;
  readonly until: Date;
  readonly endedBy: string | null;
}

/** What happened to a group, as its record has it. */
export type AlertEventKind =
  | { readonly kind: 'opened' }
  | { readonly kind: 'joined' | 'resolved' | 'again'; readonly names: readonly string[] }
  | { readonly kind: 'all-resolved' }
  /** Something worse fires than what somebody had acknowledged, which does not count any more. */
  | { readonly kind: 'worse'; readonly severity: Severity; readonly acknowledgedBy: string | null }
  | { readonly kind: 'acknowledged'; readonly by: string }
  | { readonly kind: 'silenced'; readonly by: string; readonly until: string; readonly reason: string }
  | { readonly kind: 'silence-ended'; readonly by: string | null }
  | { readonly kind: 'reminder'; readonly acknowledgedBy: string | null }
  /** An operation on a target of the group began, or came to an end. */
  | {
      readonly kind: 'operation';
      readonly operationId: string;
      readonly state: string;
    }
  | { readonly kind: 'report-asked'; readonly by: string };

export type AlertEvent = AlertEventKind & { readonly seq: number; readonly at: Date };

/** Alerts that belong together, from the first that fires until all are resolved: one message. */
export interface AlertGroup {
  /** `al-…` */
  readonly id: string;
  readonly source: string;
  readonly groupKey: string;
  readonly groupLabels: Labels;
  /** The channel as the config spells it. */
  readonly channel: string;
  readonly openedAt: Date;
  readonly resolvedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: Date | null;
  readonly truncated: number;
  /** The storm that it came in; null for one that came alone. */
  readonly stormId: string | null;
  /** Whether it has a message of its own. */
  readonly posted: boolean;
}

/** An alert that fires, as others hear of it. */
export interface FiringAlert {
  readonly name: string;
  readonly severity: Severity;
  readonly service: string;
  /** Null where its labels name none: it is about all of them. */
  readonly environment: string | null;
  readonly since: Date;
  readonly acknowledgedBy: string | null;
}

/** Everything that a group's message is rendered from. */
export interface AlertGroupView {
  readonly group: AlertGroup;
  /** Firing first, worst first. */
  readonly alerts: readonly Alert[];
  readonly silences: readonly AlertSilence[];
}

/** How a group stands: what was done last by people goes before that it fires. */
export type GroupState = 'firing' | 'acknowledged' | 'silenced' | 'resolved';

/** How bad a group is: as bad as the worst of what fires, or of what fired when nothing does. */
export function severityOf(alerts: readonly Pick<Alert, 'severity' | 'state'>[]): Severity {
  const firing = alerts.filter(({ state }) => state === 'firing');
  const counted = firing.length > 0 ? firing : alerts;
  return SEVERITIES.find((severity) => counted.some((alert) => alert.severity === severity)) ?? 'info';
}

/** What a group is called: its alert's name, and how many others there are. */
export function groupName(alerts: readonly Pick<Alert, 'name'>[]): { name: string; others: number } {
  const names = [...new Set(alerts.map(({ name }) => name))];
  return { name: names[0] ?? '?', others: Math.max(0, names.length - 1) };
}

/** What a group's alerts are about, each once; an environment that is null stands for all of that service. */
export function scopesOf(alerts: readonly Pick<Alert, 'service' | 'environment'>[]): readonly AlertScope[] {
  const scopes = new Map<string, AlertScope>();
  for (const { service, environment } of alerts) {
    if (service !== null) scopes.set(JSON.stringify([service, environment]), { service, environment });
  }
  return [...scopes.values()];
}

export interface AlertScope {
  readonly service: string;
  readonly environment: string | null;
}

/** The targets that a group's alerts are about, each once: all of a service where they name no environment. */
export function targetsOf(
  alerts: readonly Pick<Alert, 'service' | 'environment'>[],
  environmentsOf: (service: string) => readonly string[],
): readonly TargetRef[] {
  const targets = scopesOf(alerts).flatMap(({ service, environment }) =>
    (environment === null ? environmentsOf(service) : [environment]).map((each) => ({
      service,
      environment: each,
    })),
  );
  return [...new Map(targets.map((target) => [targetKey(target), target])).values()];
}

/** The worst severity that fires; null when nothing does. */
export function worstFiring(alerts: readonly Pick<Alert, 'severity' | 'state'>[]): Severity | null {
  return alerts.some(({ state }) => state === 'firing') ? severityOf(alerts) : null;
}

/** Whether something is worse than something else; anything is worse than nothing. */
export function isWorse(severity: Severity | null, than: Severity | null): boolean {
  if (severity === null || than === null) return severity !== null;
  return SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(than);
}

/** Whether somebody silenced the group as it is: not, if something worse has begun to fire since. */
export function isSilenced(
  { alerts, silences }: Pick<AlertGroupView, 'alerts' | 'silences'>,
  now: Date,
): boolean {
  const worst = worstFiring(alerts);
  return silences.some(({ from, until }) => {
    const before = alerts.filter(({ firstHeardAt }) => firstHeardAt <= from);
    return until > now && (before.length === 0 || !isWorse(worst, severityOf(before)));
  });
}
