import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createTerminal } from '../../../src/cli/terminal.ts';

test('what nobody reads any more is no fault, as behind `| head`', () => {
  const out = new PassThrough();
  createTerminal(out, new PassThrough());
  expect(() => out.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).not.toThrow();
});

test('what cannot be written for another reason is one', () => {
  const out = new PassThrough();
  createTerminal(out, new PassThrough());
  expect(() => out.emit('error', Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' }))).toThrow(
    'ENOSPC',
  );
});
