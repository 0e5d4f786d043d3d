import { expect, it } from 'vitest';
import type { Alert, AlertEvent, AlertGroup } from '../../../src/domain/alert.ts';
import { renderIncidentReport } from '../../../src/slack/render/incident-report.ts';
import { en } from '../../../src/slack/words/en.ts';

const began = new Date('2026-11-22T03:00:00Z');
const minutes = (count: number) => new Date(began.getTime() + count * 60_000);

const group: AlertGroup = {
  id: 'al-1',
  source: 'alertmanager',
  groupKey: 'g',
  groupLabels: {},
  channel: '#incidents',
  openedAt: began,
  resolvedAt: minutes(500),
  acknowledgedBy: 'U0BO',
  acknowledgedAt: minutes(1),
  truncated: 0,
  stormId: null,
  posted: true,
};
const alert: Alert = {
  fingerprint: 'f',
  name: 'HighErrorRate',
  state: 'resolved',
  startsAt: began.toISOString(),
  endsAt: minutes(500).toISOString(),
  labels: {},
  summary: null,
  description: null,
  value: null,
  links: { runbook: null, dashboard: null, source: null },
  severity: 'critical',
  service: 'api',
  environment: null,
  firstHeardAt: began,
  heardAt: began,
};

function reportOf(count: number): string {
  const joined = Array.from({ length: count }, (_, index): AlertEvent => {
    return { seq: index + 2, at: minutes(index), kind: 'joined', names: [`Alert number ${index} of many`] };
  });
  const events: readonly AlertEvent[] = [
    { seq: 1, at: began, kind: 'opened' },
    ...joined,
    { seq: count + 2, at: minutes(500), kind: 'all-resolved' },
  ];
  const shown = {
    view: { group, alerts: [alert], silences: [] },
    operations: [],
    offers: { silence: false, rollBack: [] },
    channelId: 'C1',
  };
  const [block] = renderIncidentReport({ shown, events, names: new Map([['U0BO', 'bo']]) }, en).blocks;
  return block !== undefined && 'text' in block ? String(block.text) : '';
}

it('keeps its checklist, its beginning and its end however much happened, and says how much it leaves out', () => {
  const report = reportOf(490);
  expect(report.length).toBeLessThanOrEqual(11_500);
  expect(report).toContain('**HighErrorRate** began to fire');
  expect(report).toContain('**everything was resolved**');
  expect(report).toMatch(/- … \d+ more, in the thread/);
  expect(report).toContain('[ ] Assess the impact (api; 1 alert,');
  expect(report.trimEnd()).toMatch(/\[x\] Record an incident report \(this one\)$/);
});

it('leaves nothing out of what fits', () => {
  const report = reportOf(20);
  expect(report).toContain('Alert number 19 of many');
  expect(report).not.toContain('more, in the thread');
});
