import { createHmac } from 'node:crypto';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpServer, serveHttp } from '../../../src/http/server.ts';
import { webhookRoutes } from '../../../src/http/webhooks.ts';
import { intakeOn } from '../../support/alert-intake.ts';
import { ALERT_SECRET } from '../../support/alerts.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const NOW = new Date('2026-11-22T03:05:00Z');

let test: TestDatabase;
let server: HttpServer;
beforeAll(async () => {
  test = await createTestDatabase();
  const { webhooks } = intakeOn(test.database, () => NOW);
  const log = { warn: () => undefined, error: () => undefined };
  const app = express();
  app.use(webhookRoutes({ webhooks, opened: () => undefined, observe: () => undefined, log }));
  server = await serveHttp(app, { port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await server.stop();
  await test.drop();
});

const basic = (password: string) => `Basic ${Buffer.from(`slipway:${password}`).toString('base64')}`;
const signature = (body: string, secret: string) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** How each sender shows that it knows a secret. */
const SENDERS = {
  grafana: (_body: string, secret: string) => ({ authorization: `Bearer ${secret}` }),
  google: (_body: string, secret: string) => ({ authorization: basic(secret) }),
  signed: (body: string, secret: string) => ({ 'x-signature-256': signature(body, secret) }),
  sagaforge: (body: string, secret: string) => ({ 'x-signature-256': signature(body, secret) }),
};
type Sender = keyof typeof SENDERS;

async function send(sender: Sender, payload: object, secret = ALERT_SECRET) {
  const body = JSON.stringify(payload);
  const headers = { 'content-type': 'application/json', ...SENDERS[sender](body, secret) };
  const response = await fetch(`${server.url}/webhooks/${sender}`, { method: 'POST', body, headers });
  const answer: unknown = await response.json();
  return { status: response.status, answer };
}

/** What is kept of a sender's alerts. */
async function kept(sender: Sender) {
  const { rows } = await test.database.query(
    `select a.name, a.state, a.severity, a.service, a.environment from slipway.alerts a
       join slipway.alert_groups g on g.id = a.group_id where g.source = $1 order by a.name`,
    [sender],
  );
  return rows;
}

const grafana = (status: 'firing' | 'resolved') => ({
  receiver: 'slipway',
  status,
  orgId: 1,
  version: '1',
  groupKey: '{}:{alertname="High memory usage"}',
  groupLabels: { alertname: 'High memory usage' },
  commonLabels: { alertname: 'High memory usage' },
  commonAnnotations: {},
  externalURL: 'https://grafana.example/',
  truncatedAlerts: 0,
  title: `[${status.toUpperCase()}:1] High memory usage`,
  state: status === 'firing' ? 'alerting' : 'ok',
  message: '**Firing**',
  alerts: [
    {
      status,
      labels: { alertname: 'High memory usage', service: 'api', severity: 'critical', team: 'blue' },
      annotations: { summary: 'The notification summary' },
      startsAt: '2026-11-22T03:00:00.000Z',
      endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-11-22T03:04:00Z',
      generatorURL: 'https://grafana.example/alerting/grafana/1afz29v7z/view',
      fingerprint: 'c6eadffa33fcdf37',
      silenceURL: 'https://grafana.example/alerting/silence/new',
      dashboardURL: '',
      panelURL: '',
      values: { B: 44.23, C: 1 },
      valueString: "[ var='B' value=44.23 ]",
    },
  ],
});

const google = (state: 'open' | 'closed') => ({
  version: '1.2',
  incident: {
    incident_id: '0.opqiw61fsv7p',
    scoping_project_id: 'kingjam',
    scoping_project_number: 12345,
    url: 'https://console.cloud.google.com/monitoring/alerting/incidents/0.opqiw61fsv7p?project=kingjam',
    started_at: 1_795_316_400,
    ended_at: state === 'open' ? null : 1_795_316_640,
    state,
    severity: 'Critical',
    summary: 'CPU utilization for kingjam-api is above the threshold of 0.8 with a value of 0.91.',
    observed_value: '0.910',
    threshold_value: '0.8',
    resource_id: '',
    resource_name: 'kingjam-api',
    resource: { type: 'cloud_run_revision', labels: { project_id: 'kingjam', service_name: 'kingjam-api' } },
    metric: { type: 'run.googleapis.com/container/cpu/utilizations', displayName: 'CPU', labels: {} },
    metadata: { system_labels: {}, user_labels: {} },
    policy_name: 'API CPU',
    policy_user_labels: { service: 'api', environment: 'production' },
    condition_name: 'CPU above 80 %',
    documentation: { content: 'Look at the dashboard.', mime_type: 'text/markdown', subject: 'API CPU' },
  },
});

const signed = (status: 'firing' | 'resolved') => ({
  group: 'batch',
  alerts: [
    {
      id: 'batch-42',
      name: 'BatchFailed',
      status,
      startsAt: '2026-11-22T03:00:00Z',
      labels: { service: 'api', environment: 'production', severity: 'critical' },
      summary: 'Batch 42 failed',
    },
  ],
});

/** As SagaForge's handbook has it, field by field; it says that a batch is over by completing it. */
const sagaforge = (status: 'firing' | 'resolved') => ({
  event: status === 'firing' ? 'batch_failed' : 'batch_completed',
  batch_id: 'batch_123456',
  timestamp: status === 'firing' ? '2026-11-22T03:00:00Z' : '2026-11-22T03:04:00Z',
  results: [],
});

describe.each([
  ['grafana', grafana('firing'), grafana('resolved'), 'High memory usage'],
  ['google', google('open'), google('closed'), 'API CPU'],
  ['signed', signed('firing'), signed('resolved'), 'BatchFailed'],
  ['sagaforge', sagaforge('firing'), sagaforge('resolved'), 'BatchFailed'],
] as const)('what %s sends', (sender, firing, resolved, name) => {
  const alert = { name, severity: 'critical', service: 'api', environment: 'production' };

  it('is refused with a secret that is not its own, and nothing is stored', async () => {
    expect((await send(sender, firing, 'another')).status).toBe(401);
    expect(await kept(sender)).toEqual([]);
  });

  it('is stored once however often it is delivered, and over once it says so', async () => {
    const stored = { status: 200, answer: { ok: true, result: 'stored' } };
    const duplicate = { status: 200, answer: { ok: true, result: 'duplicate' } };
    expect(await send(sender, firing)).toEqual(stored);
    expect(await send(sender, firing)).toEqual(duplicate);
    expect(await kept(sender)).toMatchObject([{ ...alert, state: 'firing' }]);
    expect(await send(sender, resolved)).toEqual(stored);
    expect(await send(sender, resolved)).toEqual(duplicate);
    expect(await send(sender, firing)).toEqual(duplicate);
    expect(await kept(sender)).toMatchObject([{ ...alert, state: 'resolved' }]);
  });

  it('is refused with the reason when it cannot be read', async () => {
    const { status, answer } = await send(sender, { incident: 'x', alerts: [] });
    expect(status).toBe(400);
    expect(answer).toMatchObject({ ok: false, reason: expect.stringMatching(/^\S+: ./) });
  });
});
