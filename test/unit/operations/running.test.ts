import { describe, expect, it } from 'vitest';
import { createRunning, MISSED } from '../../../src/operations/running.ts';

describe('the operations that run in this process', () => {
  it('run one after the other where they are the same, also when the first one fails', async () => {
    const running = createRunning();
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = running.during('op', async () => {
      seen.push('first begins');
      await gate.promise;
    });
    const second = running.during('op', async () => void seen.push('second'));
    await running.during('other', async () => void seen.push('other'));
    gate.reject(new Error('it failed'));
    await expect(first).rejects.toThrow('it failed');
    await second;
    expect(seen).toEqual(['first begins', 'other', 'second']);
  });

  it('were let fall where they are missed at many looks in a row, and not while one runs or waits to', async () => {
    const running = createRunning();
    const gate = Promise.withResolvers<void>();
    const first = running.during('runs', () => gate.promise);
    const second = running.during('runs', async () => undefined);
    const look = (...expected: readonly string[]) => running.dropped(expected);
    expect(look('runs', 'fallen', 'ending')).toEqual([]);
    for (let n = 2; n < MISSED; n += 1) expect(look('runs', 'fallen')).toEqual([]);
    expect(look('runs', 'fallen', 'ending')).toEqual(['fallen']);
    gate.resolve();
    await Promise.all([first, second]);
    for (let n = 1; n < MISSED; n += 1) expect(look('runs')).toEqual([]);
    expect(look('runs')).toEqual(['runs']);
  });
});
