import type { Firing } from '../../integrations/alerts/firing.ts';
import type { AlertsConfig } from '../config/alerts.ts';
import { firingBeyond, type HeardAlert, hasFiring } from '../store/alert-looks.ts';
import { inTransaction } from '../store/database.ts';
import { type IntakeContext, type Part, storePart } from './intake.ts';

/** A member that was just started has to be told of all alerts again, which takes their senders a minute or more. */
const RELEARNING = 5 * 60_000;

/**
 * Resolves what fires here, and where it came from no longer: nobody tells of an alert that ends while it is
 * silenced, nor twice of one whose notice was lost. Resolves nothing if the source does not say what fires.
 */
export async function resolveEnded(
  context: IntakeContext,
  request: {
    readonly source: string;
    readonly alerts: AlertsConfig;
    /** Null if there is no answer. */
    readonly askWhatFires: () => Promise<Firing | null>;
  },
): Promise<void> {
  const { database, clock } = context;
  const { source, alerts } = request;
  if (!(await hasFiring(database, source))) return;
  // What is heard of while the source is asked may be missing in its answer.
  const heardBefore = clock();
  const firing = await request.askWhatFires();
  if (firing === null) return;
  const { fingerprints, startedAt } = firing;
  const missing = await firingBeyond(database, { source, heardBefore, known: [...fingerprints] });
  const ended = missing.filter(({ firstHeardAt }) => mustKnow(startedAt, firstHeardAt, heardBefore));
  for (const its of Map.groupBy(ended, ({ series }) => series).values()) {
    const part = partOf(source, its, heardBefore);
    if (part === null) continue;
    await inTransaction(database, (tx) => storePart(context, tx, { part, alerts }));
  }
  if (ended.length > 0) context.changed({ critical: [] });
}

/** Whether members that were started then would know an alert that was heard of first at that time. */
function mustKnow(startedAt: Date, firstHeardAt: Date, now: Date): boolean {
  return firstHeardAt > startedAt || now.getTime() - startedAt.getTime() > RELEARNING;
}

/** What the source would have said of them. */
function partOf(source: string, ended: readonly HeardAlert[], at: Date): Part | null {
  const [first] = ended;
  if (first === undefined) return null;
  const { series, group } = first;
  const { channel, ...labelled } = group;
  const reports = ended.map(({ report, severity, service, environment }) => ({
    ...report,
    severity,
    service,
    environment,
    state: 'resolved' as const,
    endsAt: at.toISOString(),
  }));
  return {
    series,
    source,
    channel,
    notification: { ...labelled, reports, mayResume: true },
    reports,
  };
}
