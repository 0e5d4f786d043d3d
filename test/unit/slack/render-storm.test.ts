import { describe, expect, it } from 'vitest';
import type { DigestRow } from '../../../src/domain/storm.ts';
import { renderDigest } from '../../../src/slack/render/storm.ts';
import { en } from '../../../src/slack/words/en.ts';
import { limitsBroken } from './block-limits.ts';

const NOW = new Date('2026-11-22T03:00:00Z');
const storm = { id: 'st-1', channel: '#incidents', beganAt: NOW, endedAt: null, pages: 0, digestedAt: null };

function group(name: string, changes: Partial<DigestRow> = {}): DigestRow {
  return {
    name,
    alerts: 1,
    severity: 'warning',
    service: 'api',
    environment: 'production',
    state: 'firing',
    apart: '',
    ...changes,
  };
}

function digest(groups: readonly DigestRow[]) {
  return renderDigest({ storm, groups }, en);
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
      group('Full', { state: 'resolved' }),
    ]);
    const words = JSON.stringify(page?.blocks);
    expect(page?.text).toContain('3 alert groups, 2 firing');
    expect(words.indexOf('*api/production* · CRITICAL')).toBeLessThan(
      words.indexOf('*api/production* · Warning'),
    );
    expect(words).toContain('~Full~');
  });
});
