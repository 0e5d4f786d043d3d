import { describe, expect, it } from 'vitest';
import { dueTime, nextTime, scheduleProblem } from '../../../src/domain/cron.ts';

const nightly = { cron: '0 2 * * *', timezone: 'Asia/Taipei' };
const at = (text: string) => new Date(text);

describe('a schedule', () => {
  it('comes next in its own time zone', () => {
    expect(nextTime(nightly, at('2026-11-22T03:00:00Z'))).toEqual(at('2026-11-22T18:00:00Z'));
  });

  it('is due in the very second in which it comes, and once', () => {
    const before = at('2026-11-22T03:00:00Z');
    const two = at('2026-11-22T18:00:00Z');
    expect(dueTime(nightly, before, at('2026-11-22T17:59:59.999Z'))).toBeNull();
    expect(dueTime(nightly, before, two)).toEqual(two);
    expect(dueTime(nightly, two, at('2026-11-23T17:00:00Z'))).toBeNull();
  });

  it('is due once after any number of times that were missed', () => {
    expect(dueTime(nightly, at('2026-11-01T00:00:00Z'), at('2026-11-22T19:30:00Z'))).toEqual(
      at('2026-11-22T18:00:00Z'),
    );
  });

  it.each([
    ['61 * * * *', 'UTC'],
    ['every day', 'UTC'],
    ['* * * * * *', 'UTC'],
    ['0 0 31 2 *', 'UTC'],
    ['0 2 * * *', 'Mars/Olympus'],
  ])('has a problem: %s in %s', (cron, timezone) => {
    expect(scheduleProblem({ cron, timezone })).toEqual(expect.any(String));
  });

  it('has none where there is a next time', () => {
    expect(scheduleProblem(nightly)).toBeNull();
  });
});
