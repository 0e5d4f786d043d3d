import { z } from 'zod';
import type { AlertReport, Labels } from '../../src/domain/alert.ts';
import { firstOf, labels, malformed, optionalText, text } from './fields.ts';
import type { AlertSource, ReadAlerts } from './source.ts';

/**
 * Version 1.2 of https://cloud.google.com/monitoring/support/notification-options#webhooks. Every incident comes
 * in calls of its own, one when it opens and one when it is closed.
 */
const seconds = z.number().min(0).max(8.64e12);
const described = z.object({ type: optionalText, labels: labels.nullish() }).nullish();
const incident = z.object({
  incident_id: text.pipe(z.string().min(1).max(256)),
  state: z
    .string()
    .transform((state) => state.toLowerCase())
    .pipe(z.enum(['open', 'closed'])),
  started_at: seconds,
  ended_at: seconds.nullish(),
  scoping_project_id: optionalText,
  url: optionalText,
  summary: optionalText,
  policy_name: optionalText,
  condition_name: optionalText,
  severity: optionalText,
  observed_value: z.union([text, z.number()]).nullish(),
  threshold_value: z.union([text, z.number()]).nullish(),
  resource: described,
  metric: described,
  metadata: z.object({ user_labels: labels.nullish() }).nullish(),
  policy_user_labels: labels.nullish(),
  documentation: z.object({ content: optionalText, subject: optionalText }).nullish(),
});
const payload = z.object({ incident });

export const googleMonitoring: AlertSource = {
  authentication: { kind: 'token' },
  overWhenAcknowledged: false,
  read: (body): ReadAlerts => {
    const parsed = payload.safeParse(body);
    if (!parsed.success) return malformed(parsed.error);
    const its = parsed.data.incident;
    const policy = its.policy_name ?? its.condition_name ?? its.incident_id;
    const groupLabels = { policy };
    const groupKey = `${its.scoping_project_id ?? ''}/${policy}`;
    const reports = [reportOf(its, policy)];
    return { ok: true, notification: { groupKey, groupLabels, reports, truncated: 0, mayResume: false } };
  },
};

function reportOf(its: z.output<typeof incident>, policy: string): AlertReport {
  const all = labelsOf(its, policy);
  return {
    fingerprint: its.incident_id,
    name: policy,
    state: its.state === 'open' ? 'firing' : 'resolved',
    startsAt: new Date(its.started_at * 1_000).toISOString(),
    endsAt: its.state === 'closed' && its.ended_at ? new Date(its.ended_at * 1_000).toISOString() : null,
    labels: all,
    summary: its.documentation?.subject ?? its.summary,
    description: its.documentation?.content ?? (its.documentation?.subject ? its.summary : null),
    value: measured(its),
    links: { runbook: firstOf(all, ['runbook_url', 'runbook']), dashboard: null, source: its.url },
  };
}

/** Everything that tells where it is; what the policy says of itself goes before what is measured. */
function labelsOf(its: z.output<typeof incident>, policy: string): Labels {
  return {
    ...its.metric?.labels,
    ...its.resource?.labels,
    ...its.metadata?.user_labels,
    ...its.policy_user_labels,
    alertname: policy,
    ...(its.condition_name === null ? {} : { condition: its.condition_name }),
    ...(its.severity === null || /no severity/i.test(its.severity) ? {} : { severity: its.severity }),
    ...(its.scoping_project_id === null ? {} : { project: its.scoping_project_id }),
  };
}

function measured({ observed_value: observed, threshold_value: threshold }: z.output<typeof incident>) {
  if (observed === undefined || observed === null || observed === '') return null;
  const limit =
    threshold === undefined || threshold === null || threshold === '' ? '' : ` (limit ${threshold})`;
  return `${observed}${limit}`;
}
