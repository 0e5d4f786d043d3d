import { expect, it } from 'vitest';
import { tellingOnce } from '../../../src/alerts/telling-once.ts';

it('tells once that a source does not answer, and once that it is back', async () => {
  const told: string[] = [];
  let answers = [true, false, false, true, true, false];
  const log = {
    warn: (_what: unknown, text?: string) => void told.push(text ?? ''),
    info: (_what: unknown, text?: string) => void told.push(text ?? ''),
  };
  const ask = tellingOnce('alertmanager', log, async () => {
    const [now, ...rest] = answers;
    answers = rest;
    if (now !== true) throw new Error('away');
    return 'here';
  });
  const heard = [];
  for (let look = 0; look < 6; look += 1) heard.push(await ask());
  expect(heard).toEqual(['here', null, null, 'here', 'here', null]);
  expect(told.map((text) => text.includes('again'))).toEqual([false, true, false]);
});
