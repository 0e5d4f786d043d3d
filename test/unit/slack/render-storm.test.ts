import { describe, expect, it } from 'vitest';
import type { AlertGroupView, Severity } from '../../../src/domain/alert.ts';
import { renderDigest } from '../../../src/slack/render/storm.ts';
import { en } from '../../../src/slack/words/en.ts';
import { limitsBroken } from './block-limits.ts';

const NOW = new Date('2026-11-22T03:00:00Z');
const storm = { id: 'st-1', channel: '#incidents', beganAt: NOW, endedAt: null, pages: 0 };

function group(
  name: string,
  changes: { readonly severity?: Severity; readonly resolved?: boolean } = {},
): AlertGroupView {
  const { severity = 'warning', resolved = false } = changes;
  return {
    group: {
      id: name,
      source: 'alertmanager',
      groupKey: name,
      groupLabels: { alertname: name },
      channel: '#incidents',
      openedAt: NOW,
      resolvedAt: resolved ? NOW : null,
      acknowledgedBy: null,
      acknowledgedAt: null,
      truncated: 0,
      stormId: 'st-1',
      posted: false,
    },
    alerts: [
      {
        fingerprint: name,
        name,
        state: resolved ? 'resolved' : 'firing',
        startsAt: NOW.toISOString(),
        endsAt: null,
        labels: {},
        summary: null,
        description: null,
        value: null,
        links: { runbook: null, dashboard: null, source: null },
        severity,
        service: 'api',
        environment: 'production',
        firstHeardAt: NOW,
        heardAt: NOW,
      },
    ],
    silences: [],
  };
}

function digest(views: readonly AlertGroupView[]) {
  return renderDigest({ storm, views }, { words: en, now: NOW });
}

describe('the digest of a storm', () => {
  it.each([
    [300, 'Alert'],
    [300, 'AnAlertWithARatherLongNameThatGoesOnAndOn'],
    [2_000, 'Node'],
  ])('names each of %i groups, under Slack’s limits', (count, name) => {
    const names = Array.from({ length: count }, (_, index) => `${name}${String(index).padStart(4, '0')}`);
    const pages = digest(names.map((one) => group(one)));
    const words = JSON.stringify(pages);
    expect(names.filter((one) => !words.includes(one))).toEqual([]);
    expect(pages.flatMap(limitsBroken)).toEqual([]);
  });

  it('is a table by severity and service, the worst first, with what is over struck', () => {
    const [page] = digest([
      group('Slow'),
      group('Down', { severity: 'critical' }),
      group('Full', { resolved: true }),
    ]);
    const words = JSON.stringify(page?.blocks);
    expect(page?.text).toContain('3 alert groups, 2 firing');
    expect(words.indexOf('*api/production* · CRITICAL')).toBeLessThan(
      words.indexOf('*api/production* · Warning'),
    );
    expect(words).toContain('~Full~');
  });
});
