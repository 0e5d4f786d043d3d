import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { alertSourceConfig } from '../../../integrations/alerts/config.ts';
import { alertSource } from '../../../integrations/alerts/kinds.ts';
import { readReleaseEvent } from '../../../integrations/github/release-event.ts';
import { bearsSecret, isSigned } from '../../../src/http/authentication.ts';
import { readJson } from '../../../src/http/json-body.ts';
import { fuzz } from './counting.ts';
import { mutated, mutatedText } from './mutation.ts';
import { expectReason, expectStorable } from './promises.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const SECRET = 'correct-horse-battery-staple';
const SIGNATURE = { kind: 'signature', header: 'X-Signature-256', prefix: 'sha256=' } as const;

const ALERT = {
  status: 'firing',
  labels: { alertname: 'HighErrorRate', service: 'api', severity: 'critical' },
  annotations: { summary: 'Errors', runbook_url: 'https://wiki.example/x' },
  startsAt: '2026-11-22T11:00:00Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus.example/graph',
  fingerprint: '0123456789abcdef',
};
const ALERTMANAGER = {
  version: '4',
  groupKey: '{}:{alertname="HighErrorRate"}',
  groupLabels: { alertname: 'HighErrorRate' },
  truncatedAlerts: 0,
  alerts: [ALERT, { ...ALERT, status: 'resolved', endsAt: '2026-11-22T11:30:00Z', fingerprint: 'f' }],
};
const GRAFANA = {
  ...ALERTMANAGER,
  version: '1',
  alerts: [{ ...ALERT, dashboardURL: 'http://g.example/d', values: { A: 1.5, B: null }, valueString: 'x' }],
};
const GOOGLE = {
  incident: {
    incident_id: '0.abc',
    state: 'open',
    started_at: 1_763_800_000,
    ended_at: null,
    scoping_project_id: 'p',
    policy_name: 'Errors',
    condition_name: 'rate',
    observed_value: '0.5',
    threshold_value: 0.1,
    resource: { type: 'cloud_run', labels: { service_name: 'api' } },
    documentation: { content: 'read this', subject: 'Errors' },
  },
};
const SIGNED = {
  group: 'g',
  alerts: [
    { id: '1', name: 'X', status: 'firing', startsAt: '2026-11-22T11:00:00Z', labels: { a: 'b' }, value: 3 },
  ],
};
const EXAMPLES = {
  alertmanager: ALERTMANAGER,
  grafana: GRAFANA,
  'google-monitoring': GOOGLE,
  signed: SIGNED,
  sagaforge: {
    event: 'batch_failed',
    batch_id: 'b-1',
    timestamp: '2026-11-22T11:00:00Z',
    results: [{ ok: false }],
  },
} as const;

const RELEASE = {
  action: 'published',
  release: {
    id: 1,
    tag_name: 'v1.2.0',
    draft: false,
    prerelease: false,
    html_url: 'https://git.example/r',
    published_at: '2026-11-22T11:00:00Z',
  },
  repository: { full_name: 'o/r' },
  sender: { login: 'ana' },
};

/** What comes to webhooks: bytes, who sent them, and what they say in each format. */
export function fuzzWebhooks(runs: number): void {
  fuzzBodies(runs * 10);
  fuzzSenders(runs * 3);
  for (const kind of ['alertmanager', 'grafana', 'google-monitoring', 'signed', 'sagaforge'] as const) {
    const source = alertSource(alertSourceConfig.parse({ kind }));
    fuzz(`webhooks: alerts of ${kind}`, runs, mutated(EXAMPLES[kind]), (body) => {
      const read = source.read(body, NOW);
      if (!read.ok) return expectReason(read.reason);
      expectStorable(read.notification);
      expect(read.notification.reports.length).toBeGreaterThan(0);
      for (const { startsAt, endsAt } of read.notification.reports) {
        expect([startsAt, endsAt ?? startsAt].map((time) => new Date(time).toISOString())).toEqual([
          startsAt,
          endsAt ?? startsAt,
        ]);
      }
    });
  }
  fuzz(
    'webhooks: releases of GitHub',
    runs,
    fc.tuple(fc.constantFrom('release', 'ping', ['release'], undefined), mutated(RELEASE)),
    ([event, body]) => {
      const read = readReleaseEvent(event, body);
      if (read.kind === 'release') expectStorable(read.release);
      else expectReason(read.kind === 'nothing' ? read.why : read.reason);
    },
  );
}

function fuzzBodies(runs: number): void {
  const texts = [JSON.stringify(ALERTMANAGER), '[[[[[[[[]]]]]]]]', '{"a":"\\"[{"}', '1', '"\\ud800"'];
  const bytes = fc.oneof(
    mutatedText(...texts).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 40 }),
    fc.nat({ max: 80 }).map((depth) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))),
  );
  fuzz('webhooks: bodies', runs, bytes, (body) => {
    const read = readJson(body);
    if (!read.ok) return expectReason(read.reason);
    expect(JSON.stringify(JSON.parse(JSON.stringify(read.value)))).toBe(JSON.stringify(read.value));
    expect(depthOf(read.value)).toBeLessThanOrEqual(32);
  });
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** Only the very secret opens, and only the very signature. */
function fuzzSenders(runs: number): void {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const headers = mutatedText(
    `Bearer ${SECRET}`,
    basic(`x:${SECRET}`),
    basic(SECRET),
    `Digest ${SECRET}`,
    '',
  );
  fuzz('webhooks: tokens', runs, headers, (authorization) => {
    if (bearsSecret({ authorization }, SECRET)) expect(decoded(authorization)).toContain(SECRET);
  });
  const body = Buffer.from('{"a":1}');
  const right = createHmac('sha256', SECRET).update(body).digest('hex');
  fuzz('webhooks: signatures', runs, mutatedText(`sha256=${right}`, right, `sha1=${right}`), (given) => {
    const opened = isSigned({ headers: { 'x-signature-256': given }, body }, SIGNATURE, SECRET);
    expect(opened).toBe(given.toLowerCase() === `sha256=${right}` && given.startsWith('sha256='));
  });
}

function decoded(authorization: string): string {
  const [, credentials = ''] = authorization.trim().split(/ +/);
  return `${credentials} ${Buffer.from(credentials, 'base64').toString('utf8')}`;
}
