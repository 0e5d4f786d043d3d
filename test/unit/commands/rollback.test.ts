import { describe, expect, it } from 'vitest';
import { rollback } from '../../../commands/rollback.ts';
import { anywhere, inDeploys } from './vocabulary.ts';

const plain = { dryRun: false, options: { emergency: null, reason: null } };
const production = { service: 'api', environment: 'production' };

describe('/rollback', () => {
  it.each([
    ['api production', production, null],
    ['backend prod', production, null],
    ['api production to v1.0.0', production, 'v1.0.0'],
    ['api staging to api-00023-abc', { service: 'api', environment: 'staging' }, 'api-00023-abc'],
  ])('reads “%s”', (text, target, to) => {
    expect(rollback.parse(text, anywhere)).toEqual({
      ok: true,
      value: { name: 'rollback', target, to, ...plain },
    });
  });

  it.each([
    ['', production, null],
    ['to v1.0.0', production, 'v1.0.0'],
    ['web', { service: 'frontend', environment: 'production' }, null],
    ['stg', { service: 'api', environment: 'staging' }, null],
  ])('takes from the channel what “%s” does not say', (text, target, to) => {
    expect(rollback.parse(text, inDeploys)).toMatchObject({ ok: true, value: { target, to } });
  });

  it('takes the flags of an operation', () => {
    expect(rollback.parse('api prod —emergency “site down” --dry-run --reason x', anywhere)).toMatchObject({
      value: { dryRun: true, options: { emergency: 'site down', reason: 'x' } },
    });
  });

  it.each([
    ['', 'service'],
    ['production', 'service'],
    ['api', 'environment'],
    ['api production to', 'version'],
  ])('asks for what “%s” leaves open', (text, role) => {
    expect(rollback.parse(text, anywhere)).toMatchObject({ refusal: { code: 'missing-word', role } });
  });

  it.each([
    ['api prodd', 'environment', 'prodd', ['prod']],
    ['apo production', 'service', 'apo', ['api']],
    ['production api', 'word', 'api', []],
    ['api production v1.0.0', 'word', 'v1.0.0', ['to v1.0.0']],
    ['api to production', 'version', 'production', []],
    ['api production to v1.0.0 now', 'word', 'now', []],
    ['api production to "v1.0.0"', 'version', '"v1.0.0"', []],
    ['api production to to', 'version', 'to', []],
    ['api production --force', 'flag', '--force', []],
    ['api production "because"', 'word', '"because"', []],
    ['"api"', 'word', '"api"', []],
  ])('refuses “%s”', (text, role, word, nearest) => {
    expect(rollback.parse(text, inDeploys)).toMatchObject({
      refusal: { code: 'unknown-word', role, word, nearest },
    });
  });

  it('refuses a target that does not exist', () => {
    expect(rollback.parse('worker production', anywhere)).toMatchObject({
      refusal: { code: 'no-such-target' },
    });
  });

  it.each(['help', '?', '-h', '--help', 'api help'])('explains itself: %s', (text) => {
    expect(rollback.parse(text, anywhere)).toEqual({
      ok: true,
      value: { name: 'help', command: 'rollback' },
    });
  });
});
