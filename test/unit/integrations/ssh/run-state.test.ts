import { describe, expect, it } from 'vitest';
import { readLook } from '../../../../integrations/ssh/run-state.ts';

function read(printed: string, options: { from?: number; piece?: number } = {}) {
  return readLook(Buffer.from(printed), { from: 0, piece: 1_000, host: 'web-1', ...options });
}

describe('a look at a run', () => {
  it('tells whole lines while more may come', () => {
    const state = read('running\none\ntw');
    expect(state).toEqual({ state: 'running', output: 'one\n', next: 4 });
  });

  it('tells a line without an end once nothing more can come', () => {
    expect(read('ended 00003\ntw', { from: 4 })).toEqual({
      state: 'ended',
      status: 3,
      output: 'tw',
      next: 6,
    });
  });

  it('has not ended before all of the output was told', () => {
    expect(read('ended 00000\none\ntwo\n', { piece: 8 })).toMatchObject({ state: 'running', next: 8 });
  });

  it('gets past a line that is longer than a piece', () => {
    expect(read('running\nxxxxxxxx', { piece: 8 })).toMatchObject({ output: 'xxxxxxxx', next: 8 });
  });

  it.each([
    ['restarted', /web-1 was restarted/],
    ['full', /no space left/],
    ['killed', /from outside/],
  ])('says why a run was lost: %s', (word, why) => {
    expect(read(`lost ${word}\n`)).toMatchObject({ state: 'lost', why: expect.stringMatching(why) });
  });

  it('knows a run that was never begun', () => {
    expect(read('absent\n')).toEqual({ state: 'absent' });
  });

  it('takes no answer for an answer', () => {
    expect(() => read('command not found\n')).toThrow(/does not answer/);
    expect(() => read('')).toThrow(/does not answer/);
  });
});
