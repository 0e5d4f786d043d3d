import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

/** Runs Node with a standard output on which nothing can be written any more. */
function onFullDisk(...args: readonly string[]): { readonly code: number | null; readonly said: string } {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(full);
  return { code: status, said: stderr };
}

it('a log that cannot be written is no reason to end', () => {
  const program = `
    const { createLog } = await import('./src/log.ts');
    const { readSettings } = await import('./src/config/settings.ts');
    const { settings } = readSettings({ env: {}, readFile: () => '' });
    const log = createLog(settings);
    for (const line of ['first', 'second', 'third']) {
      log.error(line);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    console.error('still here');`;
  expect(onFullDisk('--input-type=module', '--eval', program)).toEqual({ code: 0, said: 'still here\n' });
});

it('a command whose result cannot be written says so once, and how it ends', () => {
  const { code, said } = onFullDisk('src/main.ts', 'schema');
  expect(said).toBe('The disk is full: not everything could be written.\n');
  expect(code).toBe(1);
});
