import { describe, expect, it } from 'vitest';
import { alertSource } from '../../../../integrations/alerts/kinds.ts';
import { alertmanagerPayload } from '../../../support/alerts.ts';

const NOW = new Date('2026-11-22T03:00:00Z');
const signature = { header: 'X-Signature-256', prefix: 'sha256=' };
const alertmanager = alertSource({ kind: 'alertmanager' });
const grafana = alertSource({ kind: 'grafana' });
const google = alertSource({ kind: 'google-monitoring' });
const signed = alertSource({ kind: 'signed', signature });
const saga = alertSource({ kind: 'sagaforge', signature, labels: { service: 'saga' } });

/** The example of Google's documentation, version 1.2, shortened. */
const incident = {
  version: '1.2',
  incident: {
    incident_id: '0.opqiw61fsv7p',
    scoping_project_id: 'kingjam',
    url: 'https://console.cloud.google.com/monitoring/alerting/incidents/0.opqiw61fsv7p?project=kingjam',
    started_at: 1577840461,
    ended_at: null,
    state: 'open',
    severity: 'Critical',
    observed_value: '0.0123',
    threshold_value: '0.01',
    policy_name: 'Error rate',
    condition_name: '5xx above 1 %',
    resource: { type: 'cloud_run_revision', labels: { service_name: 'kingjam-api', location: 'asia-east1' } },
    policy_user_labels: { service: 'api', environment: 'production' },
    documentation: {
      content: 'Look at the logs.',
      mime_type: 'text/markdown',
      subject: '[ALERT] Error rate',
    },
    summary: 'Request count is above the threshold of 0.01 with a value of 0.0123.',
  },
};

describe('Alertmanager', () => {
  it('tells a group with its alerts', () => {
    const read = alertmanager.read(
      alertmanagerPayload('g', [
        {
          name: 'Up',
          labels: { pod: 'a' },
          annotations: { runbook_url: 'https://run.example/up', value: '3' },
        },
        { name: 'Up', status: 'resolved', endsAt: '2026-11-22T02:59:00Z' },
      ]),
      NOW,
    );
    expect(read).toMatchObject({
      ok: true,
      notification: {
        groupKey: '{}:{g}',
        groupLabels: { alertname: 'Up' },
        reports: [
          {
            name: 'Up',
            state: 'firing',
            endsAt: null,
            summary: 'Up is too high',
            value: '3',
            links: { runbook: 'https://run.example/up', source: 'http://prometheus:9090/graph?g0.expr=up' },
          },
          { state: 'resolved', endsAt: '2026-11-22T02:59:00.000Z' },
        ],
      },
    });
  });

  it.each([
    ['another version', { version: '3' }, /version/],
    ['no group', { groupKey: undefined }, /groupKey/],
    ['no alerts', { alerts: [] }, /alerts: at least one alert/],
    ['a status of its own', { alerts: [{ status: 'odd' }] }, /alerts\.0\.status/],
    ['labels that are no texts', { alerts: [{ labels: { a: 1 } }] }, /alerts\.0/],
    ['too many alerts', { alerts: Array(5_001).fill({}) }, /alerts/],
  ])('is told what is wrong: %s', (_what, change, reason) => {
    const read = alertmanager.read({ ...alertmanagerPayload('g', [{ name: 'Up' }]), ...change }, NOW);
    expect(read).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('may send what no database stores', () => {
    const read = alertmanager.read(
      alertmanagerPayload('g', [{ name: 'Up', annotations: { summary: 'a\0b\ud800c' } }]),
      NOW,
    );
    expect(read).toMatchObject({ ok: true, notification: { reports: [{ summary: 'ab\ufffdc' }] } });
  });
});

describe('Grafana', () => {
  it('tells the same with values and links of its own', () => {
    const payload = alertmanagerPayload('g', [{ name: 'Latency' }]);
    const [alert] = 'alerts' in payload && Array.isArray(payload.alerts) ? payload.alerts : [];
    const more = { values: { A: 12, B: 0.5 }, dashboardURL: 'https://grafana.example/d/1', panelURL: '' };
    const read = grafana.read({ ...payload, version: '1', alerts: [{ ...alert, ...more }] }, NOW);
    expect(read).toMatchObject({
      ok: true,
      notification: {
        reports: [{ value: 'A = 12, B = 0.5', links: { dashboard: 'https://grafana.example/d/1' } }],
      },
    });
  });
});

describe('Google Cloud Monitoring', () => {
  it('tells an incident as an alert of its policy', () => {
    expect(google.read(incident, NOW)).toMatchObject({
      ok: true,
      notification: {
        groupKey: 'kingjam/Error rate',
        mayResume: false,
        reports: [
          {
            fingerprint: '0.opqiw61fsv7p',
            name: 'Error rate',
            state: 'firing',
            startsAt: '2020-01-01T01:01:01.000Z',
            labels: {
              service: 'api',
              environment: 'production',
              severity: 'Critical',
              service_name: 'kingjam-api',
            },
            summary: '[ALERT] Error rate',
            description: 'Look at the logs.',
            value: '0.0123 (limit 0.01)',
          },
        ],
      },
    });
  });

  it('tells its end under the same name and beginning', () => {
    const closed = { incident: { ...incident.incident, state: 'closed', ended_at: 1577840561 } };
    expect(google.read(closed, NOW)).toMatchObject({
      notification: {
        reports: [{ fingerprint: '0.opqiw61fsv7p', state: 'resolved', startsAt: '2020-01-01T01:01:01.000Z' }],
      },
    });
  });

  it('is told what is wrong', () => {
    expect(google.read({ incident: { state: 'open' } }, NOW)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^incident\.incident_id/),
    });
  });
});

describe('a signed payload', () => {
  const batch = {
    name: 'BatchFailed',
    startsAt: '2026-11-22T02:00:00Z',
    labels: { service: 'api' },
    value: 3,
  };

  it('is our own format', () => {
    expect(signed.read({ alerts: [batch] }, NOW)).toMatchObject({
      ok: true,
      notification: {
        groupKey: 'BatchFailed',
        reports: [{ name: 'BatchFailed', state: 'firing', value: '3', labels: { alertname: 'BatchFailed' } }],
      },
    });
  });

  it('says when it began, and refuses what it does not know', () => {
    expect(signed.read({ alerts: [{ name: 'A' }] }, NOW)).toMatchObject({ ok: false });
    expect(signed.read({ alerts: [{ ...batch, color: 'red' }] }, NOW)).toMatchObject({ ok: false });
  });

  it('ends what it began without repeating when', () => {
    const read = signed.read({ alerts: [{ name: 'BatchFailed', status: 'resolved' }] }, NOW);
    expect(read).toMatchObject({
      notification: { reports: [{ state: 'resolved', endsAt: NOW.toISOString() }] },
    });
  });
});

describe('SagaForge’s webhook', () => {
  // As its handbook has it, field by field.
  const completed = {
    event: 'batch_completed',
    batch_id: 'batch_123456',
    timestamp: '2024-12-01T10:30:00Z',
    results: [],
  };
  const failed = { ...completed, event: 'batch_failed', timestamp: '2024-12-01T10:20:00Z' };

  it('tells a batch that failed as an alert with the labels that the config gives it', () => {
    expect(saga.read(failed, NOW)).toMatchObject({
      ok: true,
      notification: {
        groupKey: 'batch_123456',
        mayResume: false,
        reports: [
          {
            fingerprint: 'batch_123456',
            name: 'BatchFailed',
            state: 'firing',
            startsAt: '2024-12-01T10:20:00.000Z',
            endsAt: null,
            labels: { service: 'saga', batch: 'batch_123456' },
            summary: 'Batch batch_123456 failed',
          },
        ],
      },
    });
  });

  it('tells the same batch’s completion as its end', () => {
    expect(saga.read(completed, NOW)).toMatchObject({
      notification: {
        reports: [{ fingerprint: 'batch_123456', state: 'resolved', endsAt: '2024-12-01T10:30:00.000Z' }],
      },
    });
  });

  it.each([
    [{ ...failed, event: 'batch_started' }, /^event: /],
    [{ ...failed, batch_id: '' }, /^batch_id: /],
    [{ ...failed, timestamp: 'yesterday' }, /^timestamp: /],
  ])('is told what is wrong', (body, reason) => {
    expect(saga.read(body, NOW)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });
});
