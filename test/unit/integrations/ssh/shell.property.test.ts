import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOGIN_COMMAND, programOf } from '../../../../integrations/ssh/shell.ts';

/** What a login shell does with a command: it reads nothing but the constant. */
function login(
  command: Parameters<typeof programOf>[0],
  { shell = '/bin/sh', input = '' }: { readonly shell?: string; readonly input?: string } = {},
) {
  const program = Buffer.from(programOf(command, 'marker')).toString('base64');
  return spawnSync(shell, ['-c', LOGIN_COMMAND], {
    input: `${program}\n${input}`,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: '/', USER: 'nobody', IMAGE_TAG: 'from the login' },
  });
}

const ECHO = 'for word; do printf "%s\\0" "$word"; done';

/** The arguments as they arrive. */
function arriving(words: readonly string[], shell?: string): readonly string[] {
  const argv = ['sh', '-c', ECHO, 'sh', ...words] as const;
  const { stdout } = login({ argv, timeLimit: 5_000 }, shell === undefined ? {} : { shell });
  return stdout.replace('marker ready\n', '').split('\0').slice(0, -1);
}

const HOSTILE = [
  '$(touch /tmp/owned)',
  '`id`',
  "'; rm -rf / #",
  "'\\''",
  '"$HOME"',
  'a\nb\r\n',
  '--help',
  '-n',
  '',
  ' ',
  '\\',
  '*',
  '~',
  '!!',
  '{a,b}',
  '&& id',
  '%s%n',
  '版本',
];

describe('a command on a host', () => {
  it.each(['/bin/sh', '/bin/bash'])('gets hostile arguments as they are, through %s', (shell) => {
    expect(arriving(HOSTILE, shell)).toEqual(HOSTILE);
  });

  it('gets any arguments as they are', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !/[\0\ud800-\udfff]/.test(text));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        expect(arriving(words)).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });

  it('has nothing from the login in its environment', () => {
    const environment = { GREETING: "it's $(id)" };
    const { stdout } = login({ argv: ['env'], environment, timeLimit: 5_000 });
    const lines = stdout.split('\n');
    expect(lines).toContain("GREETING=it's $(id)");
    expect(stdout).not.toContain('IMAGE_TAG');
    expect(lines.filter((line) => line.includes('=')).map((line) => line.split('=')[0])).toEqual([
      'HOME',
      'USER',
      'PATH',
      'LANG',
      'GREETING',
    ]);
  });

  it('reads its own input, and no more than that', () => {
    const input = 'first\nsecond $(id)\n';
    expect(login({ argv: ['cat'], timeLimit: 5_000 }, { input }).stdout).toBe(`marker ready\n${input}`);
  });

  it.each([
    "/tmp/it's $(id)",
    '-',
    '-P',
    '$(id)',
  ])('does not run where there is no directory %s', (directory) => {
    const { stdout, status } = login({ argv: ['id'], directory, timeLimit: 5_000 });
    expect(stdout).toBe('marker no-directory\n');
    expect(status).toBe(1);
  });

  it('is refused with a NUL in it, which no program can be given', () => {
    expect(() => programOf({ argv: ['echo', 'a\0b'], timeLimit: 1 }, 'marker')).toThrow(/NUL/);
  });

  it('is ended at its time limit', () => {
    expect(login({ argv: ['sleep', '30'], timeLimit: 200 }).status).toBe(124);
  });
});
