import { describe, expect, it } from 'vitest';
import { backup } from '../../../commands/backup.ts';
import { anywhere, inDeploys } from './vocabulary.ts';

const plain = { dryRun: false, options: { emergency: null, reason: null } };
const production = { service: 'api', environment: 'production' };

describe('/backup', () => {
  it.each([
    ['api production', anywhere, production],
    ['backend prod', anywhere, production],
    ['', inDeploys, production],
    ['stg', inDeploys, { service: 'api', environment: 'staging' }],
  ])('makes one: “%s”', (text, vocabulary, target) => {
    expect(backup.parse(text, vocabulary)).toEqual({ ok: true, value: { name: 'backup', target, ...plain } });
  });

  it.each([
    ['list', null, null],
    ['list api', 'api', null],
    ['list prod', null, 'production'],
    ['list web production', 'frontend', 'production'],
  ])('lists, narrowed by nothing but what is said: “%s”', (text, service, environment) => {
    expect(backup.parse(text, inDeploys)).toEqual({
      ok: true,
      value: { name: 'backup-list', service, environment },
    });
  });

  it.each([
    ['verify bk-3k9x2m', 'backup-verify', 'bk-3k9x2m', null, null],
    ['restore run-1700000000', 'backup-restore', 'run-1700000000', null, null],
    [
      'restore techassist-daily.2026 api prod',
      'backup-restore',
      'techassist-daily.2026',
      'api',
      'production',
    ],
  ])('verifies and restores by id: “%s”', (text, name, id, service, environment) => {
    expect(backup.parse(text, inDeploys)).toEqual({
      ok: true,
      value: { name, backup: id, service, environment, ...plain },
    });
  });

  it('takes a reason and a dry run, and no emergency: a restore always asks', () => {
    expect(backup.parse('restore bk-1 --dry-run --reason "lost rows"', anywhere)).toMatchObject({
      value: { dryRun: true, options: { reason: 'lost rows' } },
    });
    expect(backup.parse('restore bk-1 --emergency "now"', anywhere)).toMatchObject({
      refusal: { code: 'unknown-word', role: 'flag' },
    });
  });

  it.each([
    ['', 'service'],
    ['api', 'environment'],
    ['verify', 'backup'],
    ['restore', 'backup'],
  ])('asks for what “%s” leaves open', (text, role) => {
    expect(backup.parse(text, anywhere)).toMatchObject({ refusal: { code: 'missing-word', role } });
  });

  it.each([
    ['lst', 'service', 'lst', ['list']],
    ['restor bk-1', 'service', 'restor', ['restore']],
    ['verify BK-1', 'backup', 'BK-1', []],
    ['verify api', 'backup', 'api', []],
    ['restore "bk-1"', 'backup', '"bk-1"', []],
    ['restore bk-1 bk-2', 'service', 'bk-2', []],
    ['verify ../../etc/passwd', 'backup', '../../etc/passwd', []],
    ['restore bk-1;reboot', 'backup', 'bk-1;reboot', []],
    ['list api prodd', 'environment', 'prodd', ['prod']],
  ])('refuses “%s”', (text, role, word, nearest) => {
    expect(backup.parse(text, anywhere)).toMatchObject({
      refusal: { code: 'unknown-word', role, word, nearest },
    });
  });

  it('refuses a target that does not exist', () => {
    expect(backup.parse('worker production', anywhere)).toMatchObject({
      refusal: { code: 'no-such-target' },
    });
  });

  it.each(['help', '?', '--help', 'list help'])('explains itself: %s', (text) => {
    expect(backup.parse(text, anywhere)).toEqual({ ok: true, value: { name: 'help', command: 'backup' } });
  });
});
