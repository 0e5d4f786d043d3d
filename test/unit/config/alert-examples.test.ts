import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { alertSource } from '../../../integrations/alerts/kinds.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { channelFor, placeReport } from '../../../src/policy/alert-place.ts';
import { alertmanagerPayload } from '../../support/alerts.ts';

const NOW = new Date('2026-11-22T03:00:00Z');
const labels = z.record(z.string(), z.string());
const rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), labels })) })),
});

/** Where an example’s config puts what a source of it tells. */
function placed(example: string, source: string, body: object) {
  const loaded = loadConfig(readFileSync(`manifests/examples/${example}.yaml`));
  if (!loaded.ok || loaded.config.alerts === undefined) throw new Error(`${example} has no alerts`);
  const { config } = loaded;
  const { alerts } = loaded.config;
  const its = alerts.sources[source];
  if (its === undefined) throw new Error(`${example} has no source ${source}`);
  const read = alertSource(its).read(body, NOW);
  if (!read.ok) throw new Error(read.reason);
  return read.notification.reports.map((report) => {
    const { name, severity, service, environment } = placeReport(report, alerts, config);
    return [name, severity, service, environment, channelFor(report.labels, alerts, config)];
  });
}

describe('the alerts of the examples', () => {
  it('of TechAssist are those of its rules, and each is about the service in production', () => {
    const { groups } = rules.parse(parse(readFileSync('manifests/prometheus/rules/techassist.yml', 'utf8')));
    const fired = groups.flatMap(({ rules }) =>
      rules.map(({ alert: name, labels: { severity = '', ...labels } }) => ({ name, severity, labels })),
    );
    expect(placed('tech-assist', 'alertmanager', alertmanagerPayload('all', fired))).toEqual([
      ['HighErrorRate', 'critical', 'techassist', 'production', '#incidents'],
      ['HighLatency', 'warning', 'techassist', 'production', '#incidents'],
      ['PodNotReady', 'warning', 'techassist', 'production', '#incidents'],
      ['HighMemoryUsage', 'warning', 'techassist', 'production', '#incidents'],
      ['HighCPUUsage', 'warning', 'techassist', 'production', '#incidents'],
      ['LLMAPIErrors', 'critical', 'techassist', 'production', '#incidents'],
      ['CostSpike', 'warning', 'techassist', 'production', '#deploys'],
    ]);
  });

  it('of King Jam come from Cloud Monitoring, and know the service by the name that its handbook has', () => {
    const incident = {
      incident_id: '0.n1',
      state: 'open',
      started_at: NOW.getTime() / 1_000,
      policy_name: 'Error rate > 1%',
      severity: 'Critical',
      scoping_project_id: 'kingjam',
      policy_user_labels: { service: 'kingjam-api', environment: 'production' },
    };
    expect(placed('king-jam', 'monitoring', { version: '1.2', incident })).toEqual([
      ['Error rate > 1%', 'critical', 'api', 'production', '#incidents'],
    ]);
  });

  it('of SagaForge are the batches of its webhook, about the service that its config names', () => {
    const failed = {
      event: 'batch_failed',
      batch_id: 'batch_123456',
      timestamp: '2024-12-01T10:30:00Z',
      results: [],
    };
    expect(placed('saga-forge', 'saga-forge', failed)).toEqual([
      ['BatchFailed', 'warning', 'saga', 'production', '#incidents'],
    ]);
  });
});
