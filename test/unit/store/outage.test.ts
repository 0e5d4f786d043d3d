import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isOutage, throughOutages } from '../../../src/store/outage.ts';

const full = () =>
  Object.assign(new Error('could not extend file: No space left on device'), { code: '53100' });

describe('work that needs the database', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is repeated until the database is there, and an outage is told once when it lasts', async () => {
    let away = true;
    const told = vi.fn();
    const work = vi.fn(async () => {
      if (away) throw full();
      return 'done';
    });
    const result = throughOutages(work, told);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(told).toHaveBeenCalledTimes(1);
    away = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await result).toBe('done');
    expect(work.mock.calls.length).toBeGreaterThan(5);
  });

  it('says nothing of an outage that is over at once', async () => {
    const told = vi.fn();
    let calls = 0;
    const result = throughOutages(async () => {
      calls += 1;
      if (calls < 3) throw full();
      return calls;
    }, told);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await result).toBe(3);
    expect(told).not.toHaveBeenCalled();
  });

  it('fails at once for any other reason, and tells nothing', async () => {
    const told = vi.fn();
    await expect(throughOutages(() => Promise.reject(new Error('syntax error')), told)).rejects.toThrow(
      'syntax',
    );
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).not.toHaveBeenCalled();
  });

  it.each(['25006', '25P03', '53100', '57P01', '08006', '55P03'])('takes %s for an outage', (code) => {
    expect(isOutage(Object.assign(new Error('not now'), { code }))).toBe(true);
  });

  it.each(['25001', '42P01', '23505', 'XX000'])('takes %s for no outage', (code) => {
    expect(isOutage(Object.assign(new Error('never'), { code }))).toBe(false);
  });

  it('takes a connection that is not made in time for an outage', () => {
    expect(isOutage(new Error('timeout expired'))).toBe(true);
  });
});
