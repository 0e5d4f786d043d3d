import type { AlertsConfig } from '../config/alerts.ts';
import type { Config } from '../config/schema.ts';
import type { AlertReport, Labels, PlacedReport, Severity } from '../domain/alert.ts';

type Places = Pick<Config, 'services' | 'environments'>;

/** What the config makes of an alert's labels: how bad it is, and which service and environment it is about. */
export function placeReport(report: AlertReport, alerts: AlertsConfig, config: Places): PlacedReport {
  const service = valuesOf(report.labels, alerts.service)
    .map((value) => named(value, config.services))
    .find((found) => found !== null);
  const environment = valuesOf(report.labels, alerts.environment)
    .map((value) => named(value, config.environments))
    .find((found) => found !== null);
  return {
    ...report,
    severity: severityOf(report.labels, alerts),
    service: service ?? null,
    environment: environment ?? onlyEnvironment(service, config),
  };
}

/** The channel that an alert goes to, as the config spells it; null when the config has none. */
export function channelFor(
  labels: Labels,
  alerts: AlertsConfig,
  config: Pick<Config, 'slack'>,
): string | null {
  const route = alerts.routes.find(({ match }) =>
    Object.entries(match).every(([name, wanted]) => [wanted].flat().includes(labels[name] ?? '')),
  );
  return route?.channel ?? alerts.channel ?? config.slack.incidentChannel ?? null;
}

function severityOf(labels: Labels, { severity, critical, info }: AlertsConfig): Severity {
  const [said = ''] = valuesOf(labels, severity);
  const isOneOf = (words: readonly string[]) =>
    words.some((word) => word.toLowerCase() === said.toLowerCase());
  if (isOneOf(critical)) return 'critical';
  return isOneOf(info) ? 'info' : 'warning';
}

/** The name that a label's value stands for: itself or an alias. */
function named(
  value: string,
  things: Readonly<Record<string, { readonly aliases: readonly string[] }>>,
): string | null {
  const found = Object.entries(things).find(
    ([name, { aliases }]) => name === value || aliases.includes(value),
  );
  return found?.[0] ?? null;
}

/** A service that runs in one place needs no label to say where. */
function onlyEnvironment(service: string | null | undefined, { services }: Places): string | null {
  const environments = Object.keys(services[service ?? '']?.environments ?? {});
  return environments.length === 1 ? (environments[0] ?? null) : null;
}

function valuesOf(labels: Labels, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => labels[name] ?? []);
}
