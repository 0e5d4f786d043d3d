import type { Alert, PlacedReport } from '../domain/alert.ts';

/** No sender tries for longer to deliver what it has to tell. */
export const LATEST_DELIVERY = 15 * 60_000;

/** What is known of an alert before a report of it. */
export type KnownAlert = Alert & { readonly fired: boolean };

/** What a report changes. `unchanged` says nothing new, or something that is over. */
export type Merged =
  | { readonly change: 'unchanged' }
  /** `news` is what people are told; `details` is for the message alone. */
  | { readonly change: 'firing' | 'resolved' | 'details' | 'silently'; readonly alert: KnownAlert };

/**
 * Makes of what is known and one report what is known then. The latest beginning counts, and of reports about the
 * same firing the one that says it is over, so that it does not matter in which order reports come, nor how often.
 * Only where a sender may take up a firing again does a report that is too late for a late one do so.
 */
export function mergeReport(
  known: KnownAlert | null,
  report: PlacedReport,
  { now, mayResume }: { readonly now: Date; readonly mayResume: boolean },
): Merged {
  const firing = report.state === 'firing';
  const fresh = (): KnownAlert => ({
    ...report,
    fired: firing || (known?.fired ?? false),
    firstHeardAt: known !== null && sameFiring(known, report) ? known.firstHeardAt : now,
    heardAt: now,
  });
  if (known === null) return { change: firing ? 'firing' : 'silently', alert: fresh() };
  const begun = Date.parse(report.startsAt) - Date.parse(known.startsAt);
  if (begun < 0) return { change: 'unchanged' };
  if (begun > 0) return afterAnother(known, firing, fresh());
  if (known.state === 'firing') {
    if (!firing) return { change: 'resolved', alert: fresh() };
    return saysTheSame(known, report) ? { change: 'unchanged' } : { change: 'details', alert: fresh() };
  }
  if (!firing || !mayResume || !isTooLate(known, now)) return { change: 'unchanged' };
  return { change: 'firing', alert: fresh() };
}

function afterAnother(known: KnownAlert, firing: boolean, alert: KnownAlert): Merged {
  if (firing) return { change: known.state === 'firing' ? 'details' : 'firing', alert };
  return { change: known.state === 'firing' ? 'resolved' : 'silently', alert };
}

function sameFiring(known: KnownAlert, report: PlacedReport): boolean {
  return Date.parse(known.startsAt) === Date.parse(report.startsAt);
}

function isTooLate(known: KnownAlert, now: Date): boolean {
  const ended = Math.max(Date.parse(known.endsAt ?? known.startsAt), known.heardAt.getTime());
  return now.getTime() - ended > LATEST_DELIVERY;
}

function saysTheSame(known: KnownAlert, report: PlacedReport): boolean {
  const said = ({
    summary,
    description,
    value,
    links,
    labels,
    severity,
    service,
    environment,
  }: PlacedReport) =>
    JSON.stringify([
      summary,
      description,
      value,
      // Stored, their keys stand in another order.
      Object.entries(links).sort(),
      Object.entries(labels).sort(),
      severity,
      service,
      environment,
    ]);
  return said(known) === said(report);
}
