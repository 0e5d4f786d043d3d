import { describe, expect, it } from 'vitest';
import { canary } from '../../../commands/canary.ts';
import { anywhere, inDeploys } from './vocabulary.ts';

const plain = { dryRun: false, options: { emergency: null, reason: null } };
const production = { service: 'api', environment: 'production' };

describe('/canary with a version', () => {
  it.each([
    ['10 api v1.2.0 production', 10, false],
    ['10% api v1.2.0 production', 10, false],
    ['10 % api v1.2.0 to prod', 10, false],
    ['10 percent backend v1.2.0 prod', 10, false],
    ['10PERCENT api@v1.2.0 prod', 10, false],
    ['1 api v1.2.0 production', 1, false],
    ['99 api v1.2.0 production', 99, false],
    ['api v1.2.0 production', null, false],
    ['auto api v1.2.0 production', null, true],
  ])('starts one: “%s”', (text, percent, auto) => {
    expect(canary.parse(text, anywhere)).toEqual({
      ok: true,
      value: { name: 'canary', target: production, version: 'v1.2.0', percent, auto, ...plain },
    });
  });

  it.each([
    ['v1.2.0', null, false],
    ['10 v1.2.0', 10, false],
    ['10 % api v1.2.0', 10, false],
    ['auto v1.2.0', null, true],
  ])('takes from the channel what “%s” does not say', (text, percent, auto) => {
    expect(canary.parse(text, inDeploys)).toMatchObject({
      value: { name: 'canary', target: production, version: 'v1.2.0', percent, auto },
    });
  });

  it('takes the flags of an operation, wherever they stand', () => {
    expect(
      canary.parse('--dry-run 10 api v1.2.0 prod —emergency “site down” --reason x', anywhere),
    ).toMatchObject({
      value: { percent: 10, dryRun: true, options: { emergency: 'site down', reason: 'x' } },
    });
  });

  it.each([
    ['v1.2.0 production', 'service'],
    ['10 v1.2.0 production', 'service'],
    ['api production', 'version'],
    ['api', 'version'],
    ['10 api v1.2.0', 'environment'],
  ])('asks for what “%s” leaves open', (text, role) => {
    expect(canary.parse(text, anywhere)).toMatchObject({ refusal: { code: 'missing-word', role } });
  });

  it.each([
    ['10 apii v1.2.0 production', 'service', 'apii', ['api']],
    ['10 api v1.2.0 prodd', 'environment', 'prodd', ['prod']],
    ['10 api prodd', 'environment', 'prodd', ['prod']],
    ['auto stagin', 'environment', 'stagin', ['staging', 'stg']],
    ['10 api v1.2.0 production staging', 'word', 'staging', []],
    ['10 api,frontend v1.2.0 production', 'word', 'frontend', []],
    ['10 20 api v1.2.0 production', 'word', '20', []],
    ['10 auto api v1.2.0 production', 'word', 'auto', []],
    ['auto 10 api v1.2.0 production', 'word', '10', []],
    ['10 promote', 'word', 'promote', []],
    ['promot api v1.2.0 production', 'percent', 'promot', ['promote']],
    ['10 api v1.2.0 production --force', 'flag', '--force', []],
  ])('refuses “%s”', (text, role, word, nearest) => {
    expect(canary.parse(text, inDeploys)).toMatchObject({
      refusal: { code: 'unknown-word', role, word, nearest },
    });
  });
});

describe('a refused start of a canary', () => {
  it('repeats the percent among what was understood', () => {
    expect(canary.parse('10 % api v1.2.0 mars --dry-run', anywhere)).toMatchObject({
      refusal: { word: 'mars', understood: ['10 percent', 'service api', 'version v1.2.0', '--dry-run'] },
    });
    expect(canary.parse('auto api v1.2.0', anywhere)).toMatchObject({
      refusal: { role: 'environment', understood: ['auto', 'service api', 'version v1.2.0'] },
    });
    expect(canary.parse('50 api production --force', anywhere)).toMatchObject({
      refusal: { word: '--force', understood: ['50 percent', 'service api', 'environment production'] },
    });
  });
});

describe('/canary without a version', () => {
  it.each([
    ['50', { kind: 'move', percent: 50 }],
    ['50%', { kind: 'move', percent: 50 }],
    ['50 %', { kind: 'move', percent: 50 }],
    ['50 percent', { kind: 'move', percent: 50 }],
    ['promote', { kind: 'promote' }],
    ['auto', { kind: 'auto' }],
    ['abort', { kind: 'abort', reason: null }],
    ['abort "too slow"', { kind: 'abort', reason: 'too slow' }],
    ['abort --reason “too slow”', { kind: 'abort', reason: 'too slow' }],
  ])('tells the one of this channel: “%s”', (text, instruction) => {
    for (const vocabulary of [anywhere, inDeploys]) {
      expect(canary.parse(text, vocabulary)).toEqual({
        ok: true,
        value: { name: 'canary-instruction', target: null, instruction },
      });
    }
  });

  it.each([
    ['50 api production', 'move'],
    ['50 % backend prod', 'move'],
    ['promote api production', 'promote'],
    ['auto api production', 'auto'],
    ['abort api production', 'abort'],
    ['abort api production "too slow"', 'abort'],
    ['abort "too slow" api production', 'abort'],
  ])('tells the one that is named: “%s”', (text, kind) => {
    expect(canary.parse(text, anywhere)).toMatchObject({
      value: { name: 'canary-instruction', target: production, instruction: { kind } },
    });
  });

  it('completes a service by the environment of the channel, and asks where there is none', () => {
    expect(canary.parse('50 frontend', inDeploys)).toMatchObject({
      value: { target: { service: 'frontend', environment: 'production' } },
    });
    expect(canary.parse('promote api', anywhere)).toMatchObject({
      refusal: { code: 'missing-word', role: 'environment', usage: '/canary promote service environment' },
    });
  });

  it('shows how it is', () => {
    expect(canary.parse('status', inDeploys)).toEqual({
      ok: true,
      value: { name: 'canary-status', target: null },
    });
    expect(canary.parse('status api production', anywhere)).toMatchObject({
      value: { name: 'canary-status', target: production },
    });
  });

  it.each([
    ['0', ['abort']],
    ['0%', ['abort']],
    ['100', ['promote']],
    ['100 %', ['promote']],
    ['101', []],
    ['-5', []],
    ['+5', []],
    ['050', []],
    ['12.5', []],
    ['12,5%', []],
    ['abc', []],
    ['abc%', []],
    ['%', []],
    ['percent api production', []],
    ['100 api v1.2.0 production', ['promote']],
    ['0 api production', ['abort']],
    ['abc api v1.2.0 production', []],
    ['promot', ['promote']],
    ['statsu', ['status']],
  ])('says that “%s” is no share of a canary', (text, nearest) => {
    for (const vocabulary of [anywhere, inDeploys]) {
      expect(canary.parse(text, vocabulary)).toMatchObject({
        refusal: { code: 'unknown-word', role: 'percent', word: text.split(' ')[0], nearest },
      });
    }
  });

  it.each([
    ['50 --dry-run', 'flag', '--dry-run', []],
    ['promote --emergency "site down"', 'flag', '--emergency', []],
    ['promote v1.2.0', 'service', 'v1.2.0', []],
    ['promote api production now', 'word', 'now', []],
    ['50 api production "because"', 'word', '"because"', []],
    ['abort too slow', 'word', 'too', ['"too slow"']],
    ['abort api production too slow', 'word', 'too', ['"too slow"']],
    ['abort apo production', 'service', 'apo', ['api']],
    ['abort api prodd', 'environment', 'prodd', ['prod']],
    ['abort "one" "two"', 'word', '"two"', []],
    ['abort "one" --reason "two"', 'word', '"one"', []],
    ['50 percent percent', 'word', 'percent', []],
  ])('refuses “%s”', (text, role, word, nearest) => {
    expect(canary.parse(text, inDeploys)).toMatchObject({
      refusal: { code: 'unknown-word', role, word, nearest },
    });
  });

  it('wants a reason to say something, and a target to exist', () => {
    expect(canary.parse('abort "…"', inDeploys)).toMatchObject({ refusal: { code: 'missing-word' } });
    expect(canary.parse('50 worker production', anywhere)).toMatchObject({
      refusal: { code: 'no-such-target' },
    });
  });
});

describe('/canary', () => {
  it.each(['', 'help', '?', '-h', '--help', '50 help', 'abc help'])('explains itself: “%s”', (text) => {
    expect(canary.parse(text, inDeploys)).toEqual({ ok: true, value: { name: 'help', command: 'canary' } });
  });
});
