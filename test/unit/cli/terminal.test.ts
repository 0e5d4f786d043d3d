import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createTerminal } from '../../../src/cli/terminal.ts';

test('what nobody reads any more is no fault, as behind `| head`', () => {
  const out = new PassThrough();
  createTerminal(out, new PassThrough());
  expect(() => out.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).not.toThrow();
});

test('a full disk ends nothing that runs, but what is missing is counted', () => {
  const [out, err] = [new PassThrough(), new PassThrough()];
  let lost = 0;
  createTerminal(out, err, () => {
    lost += 1;
  });
  const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' });
  for (const stream of [out, err]) expect(() => stream.emit('error', full)).not.toThrow();
  expect(lost).toBe(2);
});

test('what cannot be written for another reason is a fault', () => {
  const out = new PassThrough();
  createTerminal(out, new PassThrough());
  expect(() => out.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }))).toThrow('EIO');
});
