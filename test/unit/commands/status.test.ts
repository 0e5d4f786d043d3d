import { describe, expect, it } from 'vitest';
import { status } from '../../../commands/status.ts';
import { anywhere, inDeploys } from './vocabulary.ts';

describe('/status', () => {
  it.each([
    ['', null, null],
    ['api', 'api', null],
    ['prod', null, 'production'],
    ['backend stg', 'api', 'staging'],
  ])('narrows only what “%s” says, whatever the channel is about', (text, service, environment) => {
    const value = { name: 'status', service, environment };
    expect(status.parse(text, inDeploys)).toEqual({ ok: true, value });
  });

  it.each([
    ['why api production', anywhere],
    ['why', inDeploys],
    ['why backend', inDeploys],
  ])('says why a target is blocked: %s', (text, vocabulary) => {
    const target = { service: 'api', environment: 'production' };
    expect(status.parse(text, vocabulary)).toEqual({ ok: true, value: { name: 'status-why', target } });
  });

  it.each([
    ['apo', 'service', 'apo', ['api']],
    ['wyh api', 'service', 'wyh', ['why']],
    ['api prodd', 'environment', 'prodd', ['prod']],
    ['production api', 'word', 'api', []],
    ['api staging production', 'word', 'production', []],
    ['api why', 'environment', 'why', []],
    ['why why', 'service', 'why', []],
    ['--all', 'flag', '--all', []],
    ['"api"', 'word', '"api"', []],
  ])('refuses “%s”', (text, role, word, nearest) => {
    expect(status.parse(text, anywhere)).toMatchObject({
      refusal: { code: 'unknown-word', role, word, nearest },
    });
  });

  it('asks which target “why” is about', () => {
    expect(status.parse('why api', anywhere)).toMatchObject({
      refusal: { code: 'missing-word', role: 'environment', understood: ['service api'] },
    });
  });

  it('refuses a target that does not exist', () => {
    const refusal = { code: 'no-such-target', environments: ['staging'] };
    expect(status.parse('worker production', anywhere)).toMatchObject({ refusal });
    expect(status.parse('why worker production', anywhere)).toMatchObject({ refusal });
  });

  it.each(['help', '?', '-h', '--help', 'why help'])('explains itself: %s', (text) => {
    expect(status.parse(text, anywhere)).toEqual({ ok: true, value: { name: 'help', command: 'status' } });
  });
});
