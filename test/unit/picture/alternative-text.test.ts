import { describe, expect, it } from 'vitest';
import { alternativeTextOf } from '../../../src/picture/alternative-text.ts';
import { minute, pictureOf, sample } from './pictures.ts';

describe('the alternative text of a picture', () => {
  it('says what it shows and how it ended, with numbers', () => {
    expect(alternativeTextOf(pictureOf())).toBe(
      'Canary of api v1.4.0-flaky in production: error rate and p95 latency of canary and baseline over time. ' +
        'Share of traffic: 10% at 03:00, 50% at 03:10. ' +
        'Error rate at last: canary 6%, baseline 0.1%, limit 1% (exceeded). ' +
        'p95 latency at last: canary 340 ms, baseline 310 ms, limit 1 s. ' +
        'Ended at 03:12 UTC: aborted.',
    );
  });

  it('says that there is no data, and no limit, and no end', () => {
    const thresholds = { errorRate: null, p95: null };
    const text = alternativeTextOf(pictureOf({ samples: [], steps: [], thresholds, end: null }));
    expect(text).toContain('Error rate at last: canary no data, baseline no data.');
    expect(text).toContain('Not measured yet.');
    expect(alternativeTextOf(pictureOf({ end: null }))).toContain('Not ended yet.');
  });

  it('stays within what Slack takes', () => {
    const steps = Array.from({ length: 99 }, (_, index) => ({ at: minute(index), percent: index + 1 }));
    const end = { at: minute(99), word: 'aborted '.repeat(200) };
    const text = alternativeTextOf(pictureOf({ title: 'api '.repeat(1_000), steps, end }));
    expect(text.length).toBeLessThanOrEqual(1_000);
    expect(text).toContain('99% at 04:38');
    expect(text).toContain('Ended at');
  });

  it('says the newest value that there is', () => {
    const samples = [sample(0, { canaryP95: 500 }), sample(1, { canaryP95: null })];
    expect(alternativeTextOf(pictureOf({ samples }))).toContain('canary 500 ms');
  });
});
