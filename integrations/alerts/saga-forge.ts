import { z } from 'zod';
import type { AlertReport, Labels } from '../../src/domain/alert.ts';
import type { AlertSourceConfig } from './config.ts';
import { malformed, text, time } from './fields.ts';
import type { AlertSource, ReadAlerts } from './source.ts';

/**
 * What SagaForge sends when a batch has ended ("Webhook 整合" in its handbook): `batch_completed` or `batch_failed`,
 * signed with the `secret` of its webhook.
 */
const payload = z.object({
  event: z.enum(['batch_completed', 'batch_failed']),
  batch_id: text.pipe(z.string().min(1).max(256)),
  timestamp: time,
  results: z.array(z.unknown()).default([]),
});

/** A batch that failed fires until the same one completes, or somebody acknowledges it: it tells of itself once. */
export function sagaForge({
  signature,
  labels,
}: Extract<AlertSourceConfig, { kind: 'sagaforge' }>): AlertSource {
  return {
    authentication: { kind: 'signature', ...signature },
    overWhenAcknowledged: true,
    read: (body): ReadAlerts => {
      const parsed = payload.safeParse(body);
      if (!parsed.success) return malformed(parsed.error);
      const reports = [reportOf(parsed.data, labels)];
      const groupKey = parsed.data.batch_id;
      return {
        ok: true,
        notification: { groupKey, groupLabels: {}, reports, truncated: 0, mayResume: false },
      };
    },
  };
}

function reportOf(its: z.output<typeof payload>, labels: Labels): AlertReport {
  const failed = its.event === 'batch_failed';
  const at = new Date(its.timestamp).toISOString();
  return {
    fingerprint: its.batch_id,
    name: 'BatchFailed',
    state: failed ? 'firing' : 'resolved',
    startsAt: at,
    endsAt: failed ? null : at,
    labels: { ...labels, alertname: 'BatchFailed', batch: its.batch_id },
    summary: `Batch ${its.batch_id} ${failed ? 'failed' : 'completed'}`,
    description: null,
    value: its.results.length === 0 ? null : `${its.results.length} results`,
    links: { runbook: null, dashboard: null, source: null },
  };
}
