import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlacedReport } from '../../../src/domain/alert.ts';
import { type KnownAlert, LATEST_DELIVERY, mergeReport } from '../../../src/policy/alert-merge.ts';

const BEGAN = Date.parse('2026-11-22T03:00:00Z');
const NOW = new Date(BEGAN + 60_000);

function report(state: PlacedReport['state'], minute = 0): PlacedReport {
  return {
    fingerprint: 'f',
    name: 'HighErrorRate',
    state,
    startsAt: new Date(BEGAN + minute * 60_000).toISOString(),
    endsAt: state === 'resolved' ? NOW.toISOString() : null,
    labels: { alertname: 'HighErrorRate' },
    summary: null,
    description: null,
    value: null,
    links: { runbook: null, dashboard: null, source: null },
    severity: 'critical',
    service: 'api',
    environment: 'production',
  };
}

function told(
  reports: readonly PlacedReport[],
  how: { readonly now?: Date; readonly mayResume?: boolean } = {},
): { known: KnownAlert | null; changes: readonly string[] } {
  const { now = NOW, mayResume = true } = how;
  let known: KnownAlert | null = null;
  const changes: string[] = [];
  for (const one of reports) {
    const merged = mergeReport(known, one, { now, mayResume });
    changes.push(merged.change);
    if (merged.change !== 'unchanged') known = merged.alert;
  }
  return { known, changes };
}

describe('what is known of an alert', () => {
  it('is what was told, once however often it is told', () => {
    expect(
      told([report('firing'), report('firing'), report('resolved'), report('resolved')]).changes,
    ).toEqual(['firing', 'unchanged', 'resolved', 'unchanged']);
  });

  it('stays over when an old report comes late, of this firing or one before', () => {
    const { known, changes } = told([report('resolved', 1), report('firing', 1), report('firing', 0)]);
    expect(changes).toEqual(['silently', 'unchanged', 'unchanged']);
    expect(known?.state).toBe('resolved');
    expect(known?.fired).toBe(false);
  });

  it('fires again with another beginning, at once', () => {
    expect(told([report('firing'), report('resolved'), report('firing', 1)]).changes.at(-1)).toBe('firing');
  });

  it('goes on under the same beginning when a report is too late for a late one, where senders do that', () => {
    const { known } = told([report('firing'), report('resolved')]);
    const later = new Date(NOW.getTime() + LATEST_DELIVERY + 1);
    expect(mergeReport(known, report('firing'), { now: later, mayResume: true }).change).toBe('firing');
    expect(mergeReport(known, report('firing'), { now: later, mayResume: false }).change).toBe('unchanged');
    expect(mergeReport(known, report('firing'), { now: NOW, mayResume: true }).change).toBe('unchanged');
  });

  it('is shown with what was said last, without telling anybody', () => {
    const changed = { ...report('firing'), value: '12 %' };
    expect(told([report('firing'), changed])).toMatchObject({
      known: { value: '12 %' },
      changes: ['firing', 'details'],
    });
  });

  it('is the same in whatever order reports come, and however often', () => {
    const some = fc.record({ state: fc.constantFrom('firing', 'resolved'), minute: fc.nat(3) });
    const reports = fc.array(some, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        reports.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length })),
        ),
        ([all, shuffled]) => {
          const end = (list: typeof all) => {
            const { known } = told(
              list.map(({ state, minute }) => report(state as PlacedReport['state'], minute)),
            );
            return [known?.state, known?.startsAt];
          };
          expect(end(shuffled)).toEqual(end(all));
        },
      ),
    );
  });
});
