import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Actions, runProgram } from '../../../src/cli/program.ts';
import { screen } from './screen.ts';

const KING_JAM = 'manifests/examples/king-jam.yaml';

async function run(args: readonly string[], given: Partial<Actions> = {}, colours = false) {
  const { terminal, out, err } = screen({ colours });
  const idle: Actions = {
    start: async () => 0,
    playground: async () => 0,
    doctor: async () => [],
    auditVerify: async () => 0,
    auditExport: async () => 0,
  };
  const code = await runProgram(args, { ...idle, ...given }, { version: '1.2.3', terminal });
  return { code, out: out(), err: err() };
}

function file(content: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-check-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const name = path.join(directory, 'slipway.yaml');
  writeFileSync(name, content);
  return name;
}

describe('slipway check', () => {
  it('says what a valid config makes possible, and ends with 0', async () => {
    const { code, out } = await run(['check', KING_JAM]);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        `✓ ${KING_JAM} is valid.`,
        '',
        '  api',
        '    staging     nobody is asked',
        '    production  one approval by release-managers, after staging',
        '',
        '  frontend',
        '    staging     nobody is asked',
        '    production  one approval by release-managers, after staging',
        '',
        '  pipeline',
        '    staging  nobody is asked',
        '',
      ].join('\n'),
    );
  });

  it('says everything that is wrong, where, and what may stand there, and ends with 1', async () => {
    const mistaken = readFileSync(KING_JAM, 'utf8')
      .replace('required: 1', 'require: 1')
      .replace('after: staging', 'after: stagin');
    const name = file(mistaken);
    const { code, out } = await run(['check', name]);
    const lineOf = (text: string) => mistaken.split('\n').findIndex((line) => line.includes(text)) + 1;
    expect(code).toBe(1);
    expect(out).toBe(
      [
        `✗ ${name} has 2 problems:`,
        '',
        `  environments.production.after  ${name}:${lineOf('after: stagin')}:12`,
        '    “environments” does not have this: "stagin"; did you mean staging?',
        '    possible: staging, production',
        '',
        `  environments.production.approval.require  ${name}:${lineOf('require: 1')}:7`,
        '    there is no such key; did you mean required?',
        '    possible: approvers, required, expires, remind, barAuthors',
        '',
      ].join('\n'),
    );
  });

  it('names the file for what is wrong with all of it', async () => {
    const name = file('');
    const out = `✗ ${name} has a problem:\n\n  ${name}\n    is empty\n`;
    expect(await run(['check', name])).toEqual({ code: 1, out, err: '' });
  });

  it('counts what would be too much to read', async () => {
    const { out } = await run(['check', file(Array.from({ length: 70 }, (_, n) => `key${n}: 1`).join('\n'))]);
    expect(out).toContain('has 72 problems');
    expect(out).toContain('… and 22 more');
  });

  it('ends with 2 when there is nothing to check', async () => {
    const missing = { code: 2, out: '', err: '/nowhere.yaml does not exist.\n' };
    expect(await run(['check', '/nowhere.yaml'])).toEqual(missing);
    const directory = { code: 2, out: '', err: `${tmpdir()} is a directory.\n` };
    expect(await run(['check', tmpdir()])).toEqual(directory);
  });

  it('reads no more of a file than a config may have', async () => {
    const { code, out } = await run(['check', '/dev/zero']);
    expect(code).toBe(1);
    expect(out).toContain('is too large for a config');
  });

  it('is in colour where somebody watches, and nowhere else', async () => {
    expect((await run(['check', KING_JAM], {}, true)).out).toContain('\u001b[32m✓');
    expect((await run(['check', KING_JAM])).out).not.toContain('\u001b');
  });
});

describe('slipway schema', () => {
  it('prints the published JSON Schema', async () => {
    const { code, out } = await run(['schema']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(JSON.parse(readFileSync('manifests/slipway.schema.json', 'utf8')));
  });
});

describe('the other commands', () => {
  it.each([
    [['start'], 'start'],
    [['playground'], 'playground'],
    [['audit', 'verify'], 'auditVerify'],
    [['audit', 'export'], 'auditExport'],
  ] as const)('%j do what they were given, and end as that does', async (args, action) => {
    const done = vi.fn(async () => 1 as const);
    expect(await run(args, { [action]: done })).toEqual({ code: 1, out: '', err: '' });
    expect(done).toHaveBeenCalledOnce();
  });

  it('doctor tells what its checks find', async () => {
    const finding = { subject: 'Database', ok: true, detail: 'is there', remedy: null };
    const doctor = async () => [{ subject: 'Database', run: async () => [finding] }];
    expect((await run(['doctor'], { doctor })).out).toContain('✓ Database  is there');
  });

  it('leaves faults to whoever started it', async () => {
    const start = async () => {
      throw new Error('fault');
    };
    await expect(run(['start'], { start })).rejects.toThrow('fault');
  });
});

describe('the command line', () => {
  it.each([
    [['--help']],
    [['check', '--help']],
    [['--version']],
  ])('answers %j and ends with 0', async (args) => {
    const { code, out } = await run(args);
    expect(code).toBe(0);
    expect(out).not.toBe('');
  });

  it.each([
    [['chekc']],
    [['check', 'a', 'b']],
    [['start', '--fast']],
    [[]],
    [['audit']],
  ])('refuses %j and ends with 2', async (args) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
  });
});
